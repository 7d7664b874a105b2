package io.ferronio.benchmarks;

import io.ferronio.PageCache;
import io.ferronio.Residency;
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
 * Asks how much of a file is in memory, all of which is. What decides is how the filesystem keeps its pages: one by one,
 * as tmpfs mostly does, or many in one large folio.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FileResidency {

    /** Bytes of the file. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private MappedByteBuffer buffer;

    /** Makes the file, and maps it without touching it: mincore(2) then looks for its pages in the page cache, too. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.createToWrite(size);
        buffer = file.map(MapMode.READ_ONLY, 0, size);
        check();
    }

    /** Closes the file; the buffer is gone with the JVM. */
    @TearDown
    public void close() throws IOException {
        check();
        file.close();
    }

    private void check() throws IOException {
        Residency residency = PageCache.residency(file, 0, size);
        if (residency.dirty().isEmpty()) {
            throw new IllegalStateException("no cachestat(2) here: doctor says why");
        }
        if (residency.resident().orElseThrow() < residency.pages() / 10 * 9) {
            throw new IllegalStateException("the kernel has taken pages away: " + residency);
        }
    }

    /** mincore(2), of a file that is mapped already: {@code MappedByteBuffer.isLoaded}. */
    @Benchmark
    public boolean jdk(Meter meter) {
        meter.operation();
        return buffer.isLoaded();
    }

    /** {@code PageCache.residency}. */
    @Benchmark
    public long ferronio(Meter meter) throws IOException {
        meter.operation();
        return PageCache.residency(file, 0, size).resident().orElseThrow();
    }
}
