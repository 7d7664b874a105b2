package io.ferronio.benchmarks;

import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import io.ferronio.internal.MemoryAccess;
import java.lang.reflect.Field;
import java.nio.Buffer;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Reads or writes as many longs as a mapping has, one after the other or here and there: through the JDK's buffer, a
 * region, a region whose longs lie beyond 4 GiB, a {@code MemorySegment}, and by address.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessMapped {

    /** Where the longs of {@link #regionBeyond} begin. */
    private static final long FAR = 1L << 32;

    /** What is done. */
    public enum Access {
        /** {@code getLong}, from the start to the end. */
        READ_ALL,
        /** {@code putLong}, from the start to the end. */
        WRITE_ALL,
        /** {@code putLong} of the same number, from the start to the end. */
        FILL,
        /** {@code putLong} of three times what is there, from the start to the end. */
        TRIPLE,
        /** {@code getLong}, anywhere. */
        READ_RANDOM,
        /** {@code putLong}, anywhere. */
        WRITE_RANDOM
    }

    /** Written by {@link Access#FILL}. */
    private static final long NUMBER = 0x0123_4567_89AB_CDEFL;

    /** What is done. */
    @Param
    public Access access;

    /** Bytes that are used: a power of two. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private FileChannel largeFile;
    private MappedByteBuffer jdk;
    private MappedRegion region;
    private MappedRegion large;
    private AutoCloseable arena;
    private Object segment;
    private long address;

    /** Maps the file in each way. */
    @Setup
    public void open(BenchmarkParams parameters) throws Throwable {
        file = MemoryFile.createToWrite(size);
        jdk = file.map(MapMode.READ_WRITE, 0, size);
        jdk.order(ByteOrder.nativeOrder());
        region = MappedRegion.map(file, MapMode.READ_WRITE, 0, size);
        if (parameters.getBenchmark().endsWith(".raw")) {
            Field field = Buffer.class.getDeclaredField("address");
            field.setAccessible(true);
            address = field.getLong(jdk);
        }
        largeFile = MemoryFile.createSparse(FAR + size);
        large = MappedRegion.map(largeFile, MapMode.READ_WRITE, 0, FAR + size);
        large.fill(FAR, size, (byte) 1);
        if (Runtime.version().feature() >= Arenas.SINCE) {
            arena = Arenas.shared();
            segment = Arenas.mapSegment(file, size, arena);
        }
    }

    /** Unmaps it. */
    @TearDown
    public void close() throws Exception {
        Mappings.unmap(jdk);
        region.close();
        large.close();
        if (arena != null) {
            arena.close();
        }
        file.close();
        largeFile.close();
    }

    /** The next of a row of numbers that look random: a step of a linear congruential generator. */
    private static long next(long number) {
        return number * 6364136223846793005L + 1442695040888963407L;
    }

    /** Where a number leads to: a multiple of 8 below {@code size}. */
    private static long index(long number, int size) {
        return number >>> 32 & size - Long.BYTES;
    }

    /** {@code FileChannel.map}. */
    @Benchmark
    public long jdk(Meter meter) {
        meter.operation();
        long sum = 0;
        long number = 1;
        switch (access) {
            case READ_ALL -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    sum += jdk.getLong(i);
                }
            }
            case WRITE_ALL -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    jdk.putLong(i, i);
                }
            }
            case FILL -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    jdk.putLong(i, NUMBER);
                }
            }
            case TRIPLE -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    jdk.putLong(i, 3 * jdk.getLong(i));
                }
            }
            case READ_RANDOM -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    sum += jdk.getLong((int) index(number, size));
                }
            }
            default -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    jdk.putLong((int) index(number, size), i);
                }
            }
        }
        return sum;
    }

    private long useRegion(MappedRegion region, long start) {
        long sum = 0;
        long number = 1;
        switch (access) {
            case READ_ALL -> {
                for (long i = start; i < start + size; i += Long.BYTES) {
                    sum += region.getLong(i);
                }
            }
            case WRITE_ALL -> {
                for (long i = start; i < start + size; i += Long.BYTES) {
                    region.putLong(i, i);
                }
            }
            case FILL -> {
                for (long i = start; i < start + size; i += Long.BYTES) {
                    region.putLong(i, NUMBER);
                }
            }
            case TRIPLE -> {
                for (long i = start; i < start + size; i += Long.BYTES) {
                    region.putLong(i, 3 * region.getLong(i));
                }
            }
            case READ_RANDOM -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    sum += region.getLong(start + index(number, size));
                }
            }
            default -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    region.putLong(start + index(number, size), i);
                }
            }
        }
        return sum;
    }

    /** {@code MappedRegion.map}. */
    @Benchmark
    public long region(Meter meter) {
        meter.operation();
        return useRegion(region, 0);
    }

    /** A region of more than 4 GiB, beyond the first 4 GiB of it. */
    @Benchmark
    public long regionBeyond(Meter meter) {
        meter.operation();
        return useRegion(large, FAR);
    }

    /** By address, with {@code Unsafe}: nothing is checked. */
    @Benchmark
    public long raw(Meter meter) {
        meter.operation();
        long sum = 0;
        long number = 1;
        switch (access) {
            case READ_ALL -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    sum += MemoryAccess.getLong(address + i);
                }
            }
            case WRITE_ALL -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    MemoryAccess.putLong(address + i, i);
                }
            }
            case FILL -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    MemoryAccess.putLong(address + i, NUMBER);
                }
            }
            case TRIPLE -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    MemoryAccess.putLong(address + i, 3 * MemoryAccess.getLong(address + i));
                }
            }
            case READ_RANDOM -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    sum += MemoryAccess.getLong(address + index(number, size));
                }
            }
            default -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    MemoryAccess.putLong(address + index(number, size), i);
                }
            }
        }
        return sum;
    }

    /** {@code FileChannel.map} into an arena for all threads, since JDK 22. */
    @Benchmark
    public long segment(Meter meter) throws Throwable {
        meter.operation();
        long sum = 0;
        long number = 1;
        switch (access) {
            case READ_ALL -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    sum += Arenas.getLong(segment, i);
                }
            }
            case WRITE_ALL -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    Arenas.putLong(segment, i, i);
                }
            }
            case FILL -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    Arenas.putLong(segment, i, NUMBER);
                }
            }
            case TRIPLE -> {
                for (long i = 0; i < size; i += Long.BYTES) {
                    Arenas.putLong(segment, i, 3 * Arenas.getLong(segment, i));
                }
            }
            case READ_RANDOM -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    sum += Arenas.getLong(segment, index(number, size));
                }
            }
            default -> {
                for (int i = 0; i < size; i += Long.BYTES) {
                    number = next(number);
                    Arenas.putLong(segment, index(number, size), i);
                }
            }
        }
        return sum;
    }
}
