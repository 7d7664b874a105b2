package io.ferronio.benchmarks;

import static java.lang.invoke.MethodType.methodType;

import io.ferronio.Counters;
import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
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

/**
 * Maps a file, reads one byte of it and unmaps it: the JDK's ways, and ours. The raw limit of this is in
 * benches/kernel.rs.
 *
 * <p>{@link #jdk} is {@code FileChannel.map} and {@code Unsafe.invokeCleaner}, after which a stray access
 * ends the JVM. The arenas are the JDK's safe way, since JDK 22, and only for the code that knows of them.
 *
 * <p>Our mappings give their addresses back when the collector has found them to be garbage. The young
 * generation is small so that each iteration holds its share of that work.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xmn16m")
public class MapReadUnmap {

    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    /** Bytes to map. */
    @Param({"4096", "1048576"})
    public int size;

    private FileChannel file;

    private static MethodHandle invokeCleaner() {
        try {
            // By name: a compiler warns of sun.misc.Unsafe, and nothing can silence it.
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(type, "invokeCleaner", methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Opens the file, and makes sure that our way is not in truth the JDK's. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.create(size);
        region();
        if (Counters.snapshot().retired() == 0) {
            throw new IllegalStateException("FerroNIO cannot unmap safely here: doctor says why");
        }
    }

    /** Closes the file. */
    @TearDown
    public void close() throws IOException {
        file.close();
    }

    /** {@code FileChannel.map} and {@code Unsafe.invokeCleaner}. */
    @Benchmark
    public byte jdk() throws Throwable {
        MappedByteBuffer buffer = file.map(MapMode.READ_ONLY, 0, size);
        byte first = buffer.get(0);
        INVOKE_CLEANER.invokeExact((ByteBuffer) buffer);
        return first;
    }

    /** {@code Mappings.map} and {@code Mappings.unmap}. */
    @Benchmark
    public byte ferronio() throws IOException {
        MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, size);
        byte first = buffer.get(0);
        Mappings.unmap(buffer);
        return first;
    }

    /** {@code MappedRegion.map} and {@code close}. */
    @Benchmark
    public byte region() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_ONLY, 0, size)) {
            return region.get(0);
        }
    }

    /** {@code FileChannel.map} into an arena for one thread, and its {@code close}. */
    @Benchmark
    public byte confinedArena() throws Throwable {
        try (AutoCloseable arena = Arenas.confined()) {
            return Arenas.map(file, size, arena).get(0);
        }
    }

    /** {@code FileChannel.map} into an arena for all threads, and its {@code close}. */
    @Benchmark
    public byte sharedArena() throws Throwable {
        try (AutoCloseable arena = Arenas.shared()) {
            return Arenas.map(file, size, arena).get(0);
        }
    }
}
