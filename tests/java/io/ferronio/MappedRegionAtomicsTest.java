package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Values of a {@link MappedRegion} that threads and processes share: as a model has them, in one step, or refused. */
class MappedRegionAtomicsTest {

    private static final ByteOrder OTHER = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
            ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;

    /** All that take an int. */
    private static final List<BiConsumer<MappedRegion, Long>> OF_INTS = List.of(
            MappedRegion::getIntVolatile, MappedRegion::getIntAcquire, (region, i) -> region.putIntVolatile(i, 1),
            (region, i) -> region.putIntRelease(i, 1), (region, i) -> region.getAndAddInt(i, 1),
            (region, i) -> region.compareAndSetInt(i, 0, 1));

    /** All that take a long. */
    private static final List<BiConsumer<MappedRegion, Long>> OF_LONGS = List.of(
            MappedRegion::getLongVolatile, MappedRegion::getLongAcquire, (region, i) -> region.putLongVolatile(i, 1),
            (region, i) -> region.putLongRelease(i, 1), (region, i) -> region.getAndAddLong(i, 1),
            (region, i) -> region.compareAndSetLong(i, 0, 1));

    /** The first two of either list only read. */
    private static final int READERS = 2;

    private static MappedRegion map(Path file, long position, long size, MapOptions options) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return MappedRegion.map(channel, MapMode.READ_WRITE, position, size, options);
        }
    }

    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void theyDoWhatTheModelDoes(@ForAll @IntRange(min = 8, max = 200) int size, @ForAll @IntRange(max = 15) int position,
            @ForAll Random random) throws IOException {
        ByteBuffer model = ByteBuffer.wrap(TestFiles.content(position, size)).order(ByteOrder.nativeOrder());
        try (MappedRegion region = map(TestFiles.newFile(position + size), position, size, MapOptions.defaults())) {
            for (int i = 0; i < 100; i++) {
                int width = random.nextBoolean() ? Integer.BYTES : Long.BYTES;
                // At a multiple in memory: the region begins at its position in a page.
                int index = random.nextInt(size - width + 1) / width * width + (-position & 7);
                if (index <= size - width && width == Integer.BYTES) {
                    ofAnInt(region, model, index, random);
                } else if (index <= size - width) {
                    ofALong(region, model, index, random);
                }
            }
            byte[] shown = new byte[size];
            region.get(0, shown, 0, size);
            assertEquals(model, ByteBuffer.wrap(shown));
        }
    }

    private static void ofAnInt(MappedRegion region, ByteBuffer model, int index, Random random) {
        int now = model.getInt(index);
        int value = random.nextInt();
        switch (random.nextInt(6)) {
            case 0 -> assertEquals(now, region.getIntVolatile(index));
            case 1 -> assertEquals(now, region.getIntAcquire(index));
            case 2 -> {
                region.putIntVolatile(index, value);
                model.putInt(index, value);
            }
            case 3 -> {
                region.putIntRelease(index, value);
                model.putInt(index, value);
            }
            case 4 -> {
                assertEquals(now, region.getAndAddInt(index, value));
                model.putInt(index, now + value);
            }
            default -> {
                assertFalse(region.compareAndSetInt(index, now + 1, value));
                assertEquals(now, region.getInt(index));
                assertTrue(region.compareAndSetInt(index, now, value));
                model.putInt(index, value);
            }
        }
    }

    private static void ofALong(MappedRegion region, ByteBuffer model, int index, Random random) {
        long now = model.getLong(index);
        long value = random.nextLong();
        switch (random.nextInt(6)) {
            case 0 -> assertEquals(now, region.getLongVolatile(index));
            case 1 -> assertEquals(now, region.getLongAcquire(index));
            case 2 -> {
                region.putLongVolatile(index, value);
                model.putLong(index, value);
            }
            case 3 -> {
                region.putLongRelease(index, value);
                model.putLong(index, value);
            }
            case 4 -> {
                assertEquals(now, region.getAndAddLong(index, value));
                model.putLong(index, now + value);
            }
            default -> {
                assertFalse(region.compareAndSetLong(index, ~now, value));
                assertEquals(now, region.getLong(index));
                assertTrue(region.compareAndSetLong(index, now, value));
                model.putLong(index, value);
            }
        }
    }

    @Test
    void bytesThatAreNotAlignedInMemoryAreRefused() throws IOException {
        Path file = TestFiles.newFile(100);
        for (int position = 0; position < 9; position++) {
            try (MappedRegion region = map(file, position, 64, MapOptions.defaults())) {
                for (int index = 0; index < 16; index++) {
                    refusedUnlessAligned(region, index, Integer.BYTES, OF_INTS);
                    refusedUnlessAligned(region, index, Long.BYTES, OF_LONGS);
                    try (MappedRegion slice = region.slice(index, 32)) {
                        refusedUnlessAligned(slice, 0, Integer.BYTES, OF_INTS);
                        refusedUnlessAligned(slice, 0, Long.BYTES, OF_LONGS);
                    }
                }
            }
        }
    }

    private static void refusedUnlessAligned(MappedRegion region, long index, int width,
            List<BiConsumer<MappedRegion, Long>> uses) {
        byte[] before = new byte[width];
        region.get(index, before, 0, width);
        long after = (region.address() + index) % width;
        for (BiConsumer<MappedRegion, Long> use : uses) {
            if (after == 0) {
                use.accept(region, index);
            } else {
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                        () -> use.accept(region, index));
                assertEquals("index " + index + " is not at a multiple of " + width + " bytes in memory, but " + after
                        + " after one", e.getMessage());
                assertEquals(ByteBuffer.wrap(before), region.asByteBuffer(index, width));
            }
        }
    }

    @Test
    void theOtherOrderIsRefused() throws IOException {
        Path file = TestFiles.newFile(100);
        try (MappedRegion region = map(file, 0, 64, MapOptions.defaults().order(OTHER))) {
            for (MappedRegion refusing : List.of(region, region.slice(8, 16))) {
                for (List<BiConsumer<MappedRegion, Long>> uses : List.of(OF_INTS, OF_LONGS)) {
                    for (BiConsumer<MappedRegion, Long> use : uses) {
                        assertThrows(UnsupportedOperationException.class, () -> use.accept(refusing, 8L));
                        assertThrows(IndexOutOfBoundsException.class, () -> use.accept(refusing, 64L));
                    }
                }
            }
            assertEquals(ByteBuffer.wrap(TestFiles.content(0, 64)), region.asByteBuffer(0, 64));
        }
    }

    @Test
    void boundsAreExact() throws IOException {
        try (MappedRegion region = map(TestFiles.newFile(100), 0, 64, MapOptions.defaults())) {
            for (long index : new long[] {-8, 64, 1L << 32, Long.MAX_VALUE - 7, Long.MIN_VALUE}) {
                for (List<BiConsumer<MappedRegion, Long>> uses : List.of(OF_INTS, OF_LONGS)) {
                    uses.forEach(use ->
                            assertThrows(IndexOutOfBoundsException.class, () -> use.accept(region, index)));
                }
            }
            OF_INTS.forEach(use -> use.accept(region, 60L));
            OF_LONGS.forEach(use -> use.accept(region, 56L));
            OF_LONGS.forEach(use -> assertThrows(IndexOutOfBoundsException.class, () -> use.accept(region, 60L)));
        }
    }

    @Test
    void aReadOnlyRegionIsReadOnly() throws IOException {
        try (FileChannel channel = FileChannel.open(TestFiles.newFile(100));
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_ONLY, 0, 64)) {
            for (List<BiConsumer<MappedRegion, Long>> uses : List.of(OF_INTS, OF_LONGS)) {
                uses.subList(0, READERS).forEach(use -> use.accept(region, 8L));
                uses.subList(READERS, uses.size()).forEach(use ->
                        assertThrows(ReadOnlyBufferException.class, () -> use.accept(region, 8L)));
            }
        }
    }

    // ---- in one step

    private static final int THREADS = 4;
    private static final int TIMES = 20_000;
    private static final int HANDOVERS = 2_000;

    @Test
    void nothingOfSeveralThreadsIsLost() throws Exception {
        try (MappedRegion region = map(TestFiles.newSparseFile(64), 0, 64, MapOptions.defaults())) {
            Concurrently.run(THREADS, () -> add(region));
            assertEquals(THREADS * TIMES, region.getInt(0));
            assertEquals(THREADS * TIMES, region.getLong(8));
            assertEquals(THREADS * TIMES, region.getInt(16));
            assertEquals(THREADS * TIMES, region.getLong(24));
        }
    }

    @Test
    void nothingOfSeveralProcessesIsLost() throws Exception {
        Path file = TestFiles.newSparseFile(64);
        Concurrently.run(2, () -> ChildJvm.run(Adder.class, List.of(), file.toString()).succeeded());
        try (MappedRegion region = map(file, 0, 64, MapOptions.defaults())) {
            assertEquals(2 * TIMES, region.getInt(0));
            assertEquals(2 * TIMES, region.getLong(8));
            assertEquals(2 * TIMES, region.getInt(16));
            assertEquals(2 * TIMES, region.getLong(24));
        }
    }

    /** A program: adds to the values in a file that others add to. */
    static final class Adder {
        public static void main(String[] args) throws IOException {
            try (MappedRegion region = map(Path.of(args[0]), 0, 64, MapOptions.defaults())) {
                add(region);
            }
        }
    }

    /** Adds one to four values, many times. */
    private static Void add(MappedRegion region) {
        for (int i = 0; i < TIMES; i++) {
            region.getAndAddInt(0, 1);
            region.getAndAddLong(8, 1);
            int number = region.getIntVolatile(16);
            while (!region.compareAndSetInt(16, number, number + 1)) {
                number = region.getIntVolatile(16);
            }
            long large = region.getLongVolatile(24);
            while (!region.compareAndSetLong(24, large, large + 1)) {
                large = region.getLongVolatile(24);
            }
        }
        return null;
    }

    /** What was written before a release is seen after the acquire that has seen it. */
    @Test
    void releaseAndAcquireMakeAHandOver() throws Exception {
        try (MappedRegion region = map(TestFiles.newSparseFile(4096), 0, 4096, MapOptions.defaults())) {
            Concurrently.run(List.of(() -> {
                for (int i = 1; i <= HANDOVERS; i++) {
                    region.putInt(1024, i);
                    region.putIntRelease(0, i);
                    while (region.getLongAcquire(8) != i) {
                        Thread.yield();
                    }
                }
                return null;
            }, () -> {
                for (int i = 1; i <= HANDOVERS; i++) {
                    while (region.getIntAcquire(0) != i) {
                        Thread.yield();
                    }
                    assertEquals(i, region.getInt(1024));
                    region.putLongRelease(8, i);
                }
                return null;
            }));
        }
    }
}
