package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Copies a part of a file over what another file holds, in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class FileToFile {

    private static final int FILE_SIZE = 256 << 20;

    /** Bytes to copy each time. */
    @Param({"4096", "268435456"})
    public int size;

    private FileChannel source;
    private FileChannel target;

    /** Opens both. */
    @Setup
    public void open() throws IOException {
        source = MemoryFile.create(FILE_SIZE);
        target = MemoryFile.createToWrite(FILE_SIZE);
    }

    /** Closes both. */
    @TearDown
    public void close() throws IOException {
        source.close();
        target.close();
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(CpuTime cpu) throws IOException {
        target.position(0);
        for (long copied = 0; copied < size;) {
            copied += source.transferTo(copied, size - copied, target);
        }
        cpu.operation();
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio(CpuTime cpu) throws IOException {
        target.position(0);
        for (long copied = 0; copied < size;) {
            copied += Transfers.transferTo(source, copied, size - copied, target);
        }
        cpu.operation();
    }
}
