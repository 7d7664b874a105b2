package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import io.ferronio.internal.TransferNatives;
import java.io.IOException;
import java.nio.channels.FileChannel;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/** Copies a part of a file over what another file holds, in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FileToFile {

    /** Bytes to copy each time. */
    @Param("4096")
    public int size;

    private FileChannel source;
    private FileChannel target;
    private int sourceDescriptor;
    private int targetDescriptor;

    /** Opens both. */
    @Setup
    public void open(BenchmarkParams parameters) throws IOException, ReflectiveOperationException {
        source = MemoryFile.create(size);
        target = MemoryFile.createToWrite(size);
        if (parameters.getBenchmark().endsWith(".raw")) {
            sourceDescriptor = Descriptors.of(source);
            targetDescriptor = Descriptors.of(target);
        }
    }

    /** Closes both. */
    @TearDown
    public void close() throws IOException {
        source.close();
        target.close();
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        target.position(0);
        for (long copied = 0; copied < size;) {
            copied += source.transferTo(copied, size - copied, target);
        }
        meter.operation();
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        target.position(0);
        for (long copied = 0; copied < size;) {
            copied += Transfers.transferTo(source, copied, size - copied, target);
        }
        meter.operation();
    }

    /** One native that only calls copy_file_range(2). */
    @Benchmark
    public void raw(Meter meter) throws IOException {
        target.position(0);
        for (long copied = 0; copied < size;) {
            copied += Descriptors.check("copy_file_range",
                    TransferNatives.copyToOwnPosition(targetDescriptor, sourceDescriptor, copied, size - copied));
        }
        meter.operation();
    }
}
