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
 * Changes a byte of each page of a mapped range, and forces the range. In memory, unless a folder for files is given:
 * there the kernel has nothing to write, and what is measured is the call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ForceRange {

    private static final int FILE_SIZE = 64 << 20;
    private static final int PAGE = 4096;

    /** Bytes of the range. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private MappedByteBuffer buffer;
    private MappedRegion region;
    private int position;
    private byte number;

    /** Maps the file in each way. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.createToWrite(FILE_SIZE);
        buffer = file.map(MapMode.READ_WRITE, 0, FILE_SIZE);
        region = MappedRegion.map(file, MapMode.READ_WRITE, 0, FILE_SIZE);
    }

    /** Unmaps it. */
    @TearDown
    public void close() throws IOException {
        Mappings.unmap(buffer);
        region.close();
        file.close();
    }

    /** Where the next range begins: through the file, and again from its start. */
    private int advance() {
        int start = position;
        position = start + 2 * size > FILE_SIZE ? 0 : start + size;
        number++;
        return start;
    }

    /** {@code MappedByteBuffer.force}. */
    @Benchmark
    public void jdk(Meter meter) {
        int start = advance();
        for (int i = start; i < start + size; i += PAGE) {
            buffer.put(i, number);
        }
        buffer.force(start, size);
        meter.operation();
    }

    /** {@code MappedRegion.force}. */
    @Benchmark
    public void region(Meter meter) throws IOException {
        int start = advance();
        for (int i = start; i < start + size; i += PAGE) {
            region.put(i, number);
        }
        region.force(start, size);
        meter.operation();
    }
}
