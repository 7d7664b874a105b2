package io.ferronio.benchmarks;

import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Maps a file that the page cache holds, loads it, and unmaps it. The buffer is mapped and unmapped by us, so that
 * loading is all that differs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LoadMapped {

    /** Bytes of the file. */
    @Param("4096")
    public int size;

    private FileChannel file;

    /** Opens the file. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.create(size);
    }

    /** Closes the file. */
    @TearDown
    public void close() throws IOException {
        file.close();
    }

    /** {@code MappedByteBuffer.load}. */
    @Benchmark
    public MappedByteBuffer jdk(Meter meter) throws IOException {
        MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, size);
        buffer.load();
        Mappings.unmap(buffer);
        meter.operation();
        return buffer;
    }

    /** {@code MappedRegion.load}. */
    @Benchmark
    public MappedRegion region(Meter meter) throws IOException {
        MappedRegion region = MappedRegion.map(file, MapMode.READ_ONLY, 0, size);
        region.load(0, size);
        region.close();
        meter.operation();
        return region;
    }
}
