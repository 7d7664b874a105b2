package io.ferronio.benchmarks;

import io.ferronio.Counters;
import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Maps a file, reads one byte of it and unmaps it: the JDK's ways, and ours. The raw limit of this is in
 * benches/kernel.rs.
 *
 * <p>{@link #jdk} is {@code FileChannel.map} and {@code Unsafe.invokeCleaner}, after which a stray access
 * ends the JVM. The arenas are the JDK's safe way, since JDK 22, and only for the code that knows of them.
 *
 * <p>Our mappings give their addresses back when the collector has found them to be garbage. The young
 * generation is small so that a measurement holds its share of that work.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "-Xmn16m")
public class MapReadUnmap {

    /** Bytes to map. */
    @Param("4096")
    public long size;

    private FileChannel file;

    /** Opens the file, and makes sure that our way is not in truth the JDK's. */
    @Setup
    public void open(BenchmarkParams parameters) throws IOException {
        file = file();
        if (parameters.getBenchmark().matches(".*\\.(ferronio|region)")) {
            MappedRegion.map(file, MapMode.READ_ONLY, 0, size).close();
            if (Counters.snapshot().retired() == 0) {
                throw new IllegalStateException("FerroNIO cannot unmap safely here: doctor says why");
            }
        }
    }

    /** A file of {@code size} bytes. */
    FileChannel file() throws IOException {
        return MemoryFile.create(size);
    }

    /** Closes the file. */
    @TearDown
    public void close() throws IOException {
        file.close();
    }

    /** {@code FileChannel.map} and {@code Unsafe.invokeCleaner}. */
    @Benchmark
    public byte jdk(Meter meter) throws Throwable {
        meter.operation();
        MappedByteBuffer buffer = file.map(MapMode.READ_ONLY, 0, size);
        byte first = buffer.get(0);
        Cleaner.unmap(buffer);
        return first;
    }

    /** {@code Mappings.map} and {@code Mappings.unmap}. */
    @Benchmark
    public byte ferronio(Meter meter) throws IOException {
        meter.operation();
        MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, size);
        byte first = buffer.get(0);
        Mappings.unmap(buffer);
        return first;
    }

    /** {@code MappedRegion.map} and {@code close}. */
    @Benchmark
    public byte region(Meter meter) throws IOException {
        meter.operation();
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_ONLY, 0, size)) {
            return region.get(0);
        }
    }

    /** {@code FileChannel.map} into an arena for one thread, and its {@code close}. */
    @Benchmark
    public byte confinedArena(Meter meter) throws Throwable {
        meter.operation();
        try (AutoCloseable arena = Arenas.confined()) {
            return Arenas.map(file, size, arena).get(0);
        }
    }

    /** {@code FileChannel.map} into an arena for all threads, and its {@code close}. */
    @Benchmark
    public byte sharedArena(Meter meter) throws Throwable {
        meter.operation();
        try (AutoCloseable arena = Arenas.shared()) {
            return Arenas.map(file, size, arena).get(0);
        }
    }
}
