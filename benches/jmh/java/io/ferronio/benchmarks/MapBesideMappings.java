package io.ferronio.benchmarks;

import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.ArrayList;
import java.util.List;
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

/**
 * Maps a page, reads a byte and unmaps, beside so many mappings of the same kind. These are of one file, from its end to
 * its start: so the kernel keeps neighbours as one, and does not refuse the 65,530th (vm.max_map_count).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MapBesideMappings {

    private static final int PAGE = 4096;

    /** Mappings that there are already. */
    @Param("1")
    public int size;

    private final List<MappedByteBuffer> others = new ArrayList<>();
    private FileChannel file;

    /** Makes the others. */
    @Setup
    public void open(BenchmarkParams parameters) throws IOException {
        boolean isOurs = parameters.getBenchmark().endsWith(".ferronio");
        file = MemoryFile.createSparse((size + 1L) * PAGE);
        for (long page = size; page > 0; page--) {
            others.add(isOurs ? Mappings.map(file, MapMode.READ_ONLY, page * PAGE, PAGE)
                    : file.map(MapMode.READ_ONLY, page * PAGE, PAGE));
        }
    }

    /** Unmaps them. */
    @TearDown
    public void close() throws IOException {
        others.forEach(Mappings::unmap);
        file.close();
    }

    /** {@code FileChannel.map} and {@code Unsafe.invokeCleaner}. */
    @Benchmark
    public byte jdk(Meter meter) throws Throwable {
        meter.operation();
        MappedByteBuffer buffer = file.map(MapMode.READ_ONLY, 0, PAGE);
        byte first = buffer.get(0);
        Cleaner.unmap(buffer);
        return first;
    }

    /** {@code Mappings.map} and {@code Mappings.unmap}. */
    @Benchmark
    public byte ferronio(Meter meter) throws IOException {
        meter.operation();
        MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, PAGE);
        byte first = buffer.get(0);
        Mappings.unmap(buffer);
        return first;
    }
}
