package io.ferronio.benchmarks;

import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * Reads a mapped file from its start to its end, long by long: through the JDK's buffer, ours, and a region. What the
 * guard costs where nothing faults would show here.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReadMapped {

    /** Bytes of the file. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private MappedByteBuffer jdk;
    private MappedByteBuffer ferronio;
    private MappedRegion region;

    /** Maps the file in each way. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.create(size);
        jdk = file.map(MapMode.READ_ONLY, 0, size);
        jdk.order(ByteOrder.nativeOrder());
        ferronio = Mappings.map(file, MapMode.READ_ONLY, 0, size);
        ferronio.order(ByteOrder.nativeOrder());
        region = MappedRegion.map(file, MapMode.READ_ONLY, 0, size);
    }

    /** Unmaps it. */
    @TearDown
    public void close() throws IOException {
        Mappings.unmap(jdk);
        Mappings.unmap(ferronio);
        region.close();
        file.close();
    }

    private static long sum(ByteBuffer buffer, int size) {
        long sum = 0;
        for (int i = 0; i < size; i += Long.BYTES) {
            sum += buffer.getLong(i);
        }
        return sum;
    }

    /** {@code FileChannel.map}. */
    @Benchmark
    public long jdk(Meter meter) {
        meter.operation();
        return sum(jdk, size);
    }

    /** {@code Mappings.map}. */
    @Benchmark
    public long ferronio(Meter meter) {
        meter.operation();
        return sum(ferronio, size);
    }

    /** {@code MappedRegion.map}. */
    @Benchmark
    public long region(Meter meter) {
        meter.operation();
        long sum = 0;
        for (int i = 0; i < size; i += Long.BYTES) {
            sum += region.getLong(i);
        }
        return sum;
    }
}
