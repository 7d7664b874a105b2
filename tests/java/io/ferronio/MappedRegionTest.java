package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * {@link MappedRegion}: its bounds, its life, and files of more than 2 GiB. Its values:
 * {@link MappedRegionModelTest}.
 */
class MappedRegionTest {

    private static final int SIZE = 40_000;

    private final Path file = TestFiles.newFile(SIZE);

    /** So that the totals start at zero. */
    @BeforeEach
    void collectWhatEarlierTestsLeft() {
        assertTrue(Eventually.afterCollection(() -> Counters.snapshot().mapped() + Counters.snapshot().retired() == 0));
    }

    private static MappedRegion map(Path file, MapMode mode, long position, long size) throws IOException {
        try (FileChannel channel = mode == MapMode.READ_ONLY ? FileChannel.open(file)
                : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return MappedRegion.map(channel, mode, position, size);
        }
    }

    private static List<Long> counters() {
        Counters now = Counters.snapshot();
        return List.of(now.mapped(), now.mappedBytes(), now.retired(), now.retiredBytes());
    }

    // ---- what it shows

    @Test
    void showsWhatItIs() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_ONLY, 5000, 20_000)) {
            assertTrue(region.isOpen());
            assertTrue(region.isReadOnly());
            assertEquals(20_000, region.size());
            assertEquals(ByteOrder.nativeOrder(), region.order());
            assertEquals("MappedRegion[20000 bytes, read-only]", region.toString());
            assertEquals(Memory.rangesOf(file).get(0).start() + 5000 % 4096, region.address());
        }
        try (MappedRegion region = map(file, MapMode.PRIVATE, 0, 1)) {
            assertFalse(region.isReadOnly());
            assertEquals("MappedRegion[1 bytes]", region.toString());
        }
    }

    /** All ways to read at least {@code width} bytes at an index. */
    private static List<Consumer<MappedRegion>> reads(long index, int width) {
        List<Consumer<MappedRegion>> reads = new ArrayList<>();
        switch (width) {
            case 1 -> reads.add(region -> region.get(index));
            case 2 -> {
                reads.add(region -> region.getShort(index));
                reads.add(region -> region.getChar(index));
            }
            case 4 -> {
                reads.add(region -> region.getInt(index));
                reads.add(region -> region.getFloat(index));
            }
            default -> {
                reads.add(region -> region.getLong(index));
                reads.add(region -> region.getDouble(index));
            }
        }
        reads.add(region -> region.get(index, new byte[width + 2], 1, width));
        reads.add(region -> region.get(index, ByteBuffer.allocate(width)));
        reads.add(region -> region.get(index, ByteBuffer.allocateDirect(width)));
        reads.add(region -> region.asByteBuffer(index, width));
        reads.add(region -> {
            try {
                region.load(index, width);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return reads;
    }

    /** All ways to write {@code width} bytes at an index. */
    private static List<Consumer<MappedRegion>> writes(long index, int width) {
        List<Consumer<MappedRegion>> writes = new ArrayList<>();
        switch (width) {
            case 1 -> writes.add(region -> region.put(index, (byte) 1));
            case 2 -> {
                writes.add(region -> region.putShort(index, (short) 1));
                writes.add(region -> region.putChar(index, (char) 1));
            }
            case 4 -> {
                writes.add(region -> region.putInt(index, 1));
                writes.add(region -> region.putFloat(index, 1));
            }
            default -> {
                writes.add(region -> region.putLong(index, 1));
                writes.add(region -> region.putDouble(index, 1));
            }
        }
        writes.add(region -> region.put(index, new byte[width + 2], 1, width));
        writes.add(region -> region.put(index, ByteBuffer.allocate(width)));
        writes.add(region -> region.put(index, ByteBuffer.allocateDirect(width)));
        return writes;
    }

    @Test
    void boundsAreExact() throws IOException {
        for (int size : new int[] {1, 2, 3, 4, 7, 8, 100, 4096, SIZE}) {
            try (MappedRegion region = map(file, MapMode.READ_WRITE, 0, size)) {
                for (int width : new int[] {1, 2, 4, 8}) {
                    for (long index : new long[] {-1, Long.MIN_VALUE, size - width + 1, size, size + 1L,
                            Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, Long.MAX_VALUE,
                            Long.MAX_VALUE - width + 1, -width}) {
                        if (index < 0 || index > size - width) {
                            reads(index, width).forEach(read -> assertThrows(IndexOutOfBoundsException.class,
                                    () -> read.accept(region), () -> "index " + index + ", width " + width));
                            writes(index, width).forEach(write -> assertThrows(IndexOutOfBoundsException.class,
                                    () -> write.accept(region), () -> "index " + index + ", width " + width));
                        }
                    }
                    if (width <= size) {
                        reads(size - width, width).forEach(read -> read.accept(region));
                        reads(0, width).forEach(read -> read.accept(region));
                        writes(size - width, width).forEach(write -> write.accept(region));
                    }
                }
            }
        }
    }

    @Test
    void arraysBoundsAreChecked() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_WRITE, 0, SIZE)) {
            byte[] ten = new byte[10];
            for (int[] range : new int[][] {{-1, 5}, {0, 11}, {5, 6}, {10, 1}, {0, -1}, {Integer.MAX_VALUE, 2}}) {
                assertThrows(IndexOutOfBoundsException.class, () -> region.get(0, ten, range[0], range[1]));
                assertThrows(IndexOutOfBoundsException.class, () -> region.put(0, ten, range[0], range[1]));
            }
            assertThrows(NullPointerException.class, () -> region.get(0, null, 0, 0));
            assertThrows(NullPointerException.class, () -> region.put(0, null, 0, 0));
            assertThrows(NullPointerException.class, () -> region.get(0, null));
            assertThrows(NullPointerException.class, () -> region.put(0, (ByteBuffer) null));
            assertThrows(IndexOutOfBoundsException.class, () -> region.asByteBuffer(0, -1));
            assertThrows(IndexOutOfBoundsException.class, () -> region.load(0, -1));
            region.get(SIZE, ten, 10, 0);
            region.put(SIZE, ten, 10, 0);
            assertEquals(0, region.asByteBuffer(SIZE, 0).capacity());
            region.load(SIZE, 0);
        }
    }

    @Test
    void aFailedBulkCallHasCopiedNothing() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_WRITE, 0, SIZE)) {
            byte[] untouched = new byte[10];
            assertThrows(IndexOutOfBoundsException.class, () -> region.get(SIZE - 5, untouched, 0, 10));
            assertArrayEquals(new byte[10], untouched);
            ByteBuffer target = ByteBuffer.allocate(10);
            assertThrows(IndexOutOfBoundsException.class, () -> region.get(SIZE - 5, target));
            assertEquals(0, target.position());
            assertThrows(ReadOnlyBufferException.class, () -> region.get(0, target.asReadOnlyBuffer()));
            assertThrows(IndexOutOfBoundsException.class, () -> region.put(SIZE - 5, target));
            assertEquals(0, target.position());
        }
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
    }

    @Test
    void aReadOnlyRegionRefusesEveryWrite() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_ONLY, 0, SIZE)) {
            for (int width : new int[] {1, 2, 4, 8}) {
                for (long index : new long[] {0, -1, SIZE}) {
                    writes(index, width).forEach(write ->
                            assertThrows(ReadOnlyBufferException.class, () -> write.accept(region)));
                }
            }
            MappedByteBuffer buffer = region.asByteBuffer(0, 10);
            assertTrue(buffer.isReadOnly());
            assertThrows(ReadOnlyBufferException.class, () -> buffer.put(0, (byte) 0));
            region.force();
        }
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
    }

    @Test
    void aPrivateRegionKeepsItsChanges() throws IOException {
        try (MappedRegion region = map(file, MapMode.PRIVATE, 0, SIZE)) {
            region.putLong(4090, 0);
            region.force();
            assertEquals(0, region.getLong(4090));
        }
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
    }

    @Test
    void aRegionOfNoBytes() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            try (MappedRegion region = map(file, mode, 100, 0)) {
                assertEquals(0, region.size());
                assertEquals(0, region.address());
                reads(0, 1).forEach(read -> assertThrows(IndexOutOfBoundsException.class, () -> read.accept(region)));
                assertEquals(0, region.asByteBuffer(0, 0).capacity());
                region.get(0, new byte[0], 0, 0);
                region.force();
                region.load(0, 0);
            }
        }
        assertEquals(List.of(0L, 0L, 0L, 0L), counters());
    }

    @Test
    void aShortFileGrows() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_WRITE, MapMode.PRIVATE)) {
            Path empty = TestFiles.newFile(0);
            try (MappedRegion region = map(empty, mode, 5000, 10_000)) {
                assertEquals(15_000, Files.size(empty));
                assertEquals(0, region.getLong(9992));
            }
            map(empty, mode, 20_000, 0).close();
            assertEquals(20_000, Files.size(empty));
        }
    }

    @Test
    void forceAndLoad() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_WRITE, 100, SIZE - 100);
                FileChannel other = FileChannel.open(file)) {
            region.load(0, region.size());
            region.load(5000, 1);
            region.putLong(8190, 0);
            region.force();
            ByteBuffer read = ByteBuffer.allocate(8);
            other.read(read, 8290);
            assertEquals(0, read.getLong(0));
        }
    }

    @Test
    void loadSaysThatAFileWasTruncated() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_ONLY, 0, SIZE)) {
            TestFiles.setSize(file, 10_000);
            region.load(0, 10_000);
            IOException e = assertThrows(IOException.class, () -> region.load(0, SIZE));
            assertTrue(e.getMessage().contains("truncated"), e.getMessage());
        }
    }

    // ---- more than 2 GiB

    @Test
    void acrossTheTwoGibibyteLine() throws IOException {
        long size = 3L << 30;
        long line = 1L << 31;
        Path sparse = TestFiles.newSparseFile(size);
        long free = sparse.toFile().getUsableSpace();
        try (MappedRegion region = map(sparse, MapMode.READ_WRITE, 0, size)) {
            assertEquals(List.of(1L, size, 0L, 0L), counters());
            byte[] pattern = TestFiles.content(7, 100_000);
            region.put(line - 50_000, pattern, 0, pattern.length);
            region.putLong(size - 8, 0x0102030405060708L);
            region.putInt((1L << 32) - (1L << 30) - 12, 42);

            byte[] back = new byte[100_000];
            region.get(line - 50_000, back, 0, back.length);
            assertArrayEquals(pattern, back);
            assertEquals(ByteBuffer.wrap(pattern), region.asByteBuffer(line - 50_000, pattern.length));
            for (int i = 49_990; i < 50_010; i++) {
                assertEquals(pattern[i], region.get(line - 50_000 + i));
                long expected = ByteBuffer.wrap(pattern).order(region.order()).getLong(i);
                assertEquals(expected, region.getLong(line - 50_000 + i));
            }
            assertEquals(0x0102030405060708L, region.getLong(size - 8));
            assertThrows(IndexOutOfBoundsException.class, () -> region.getLong(size - 7));
            assertEquals(0, region.getLong(line + (1 << 29)));

            ByteBuffer half = ByteBuffer.allocate(16);
            region.get(line - 8, half);
            assertEquals(ByteBuffer.wrap(pattern, 49_992, 16), half.flip());
            region.put(line - 16, ByteBuffer.wrap(new byte[32]));
            region.force();
        }
        assertEquals(List.of(), Memory.rangesOf(sparse));
        try (FileChannel channel = FileChannel.open(sparse)) {
            ByteBuffer read = ByteBuffer.allocate(100);
            channel.read(read, line - 50);
            for (int i = 0; i < 100; i++) {
                assertEquals(i >= 34 && i < 66 ? 0 : TestFiles.byteAt(7 + 49_950 + i), read.get(i), "byte " + i);
            }
            assertEquals(size, channel.size());
        }
        assertTrue(free - sparse.toFile().getUsableSpace() < 1 << 30, "the file stays sparse");
        Files.delete(sparse);
    }

    /** Regions that are closed and dropped hold their addresses until they are collected, and mapping sees to that. */
    @Test
    void addressesThatRunOut() throws IOException {
        long size = 1L << 40;
        Path sparse = TestFiles.newSparseFile(size);
        int most = 0;
        for (int round = 0; round < 2; round++) {
            List<MappedRegion> regions = new ArrayList<>();
            IOException e = assertThrows(IOException.class, () -> {
                while (true) {
                    regions.add(map(sparse, MapMode.READ_ONLY, 0, size));
                }
            });
            assertEquals("Map failed", e.getMessage());
            assertInstanceOf(OutOfMemoryError.class, e.getCause());
            assertEquals(regions.size(), Counters.snapshot().mapped());
            // All but what else may have come to lie between them.
            assertTrue(regions.size() > Math.max(50, most - 10), regions.size() + " regions, " + most + " before");
            most = regions.size();
            regions.forEach(MappedRegion::close);
        }
        Files.delete(sparse);
    }

    // ---- what map refuses

    private static <T extends Throwable> void assertRefused(Class<T> expected, FileChannel channel, MapMode mode,
            long position, long size) {
        Executable theirs = () -> channel.map(mode, position, size);
        Executable ours = () -> MappedRegion.map(channel, mode, position, size);
        assertEquals(String.valueOf(assertThrows(expected, theirs).getMessage()),
                String.valueOf(assertThrows(expected, ours).getMessage()));
    }

    /** In the JDK's order: of two things that are wrong, the same one is reported. */
    @Test
    void badArgumentsAreRefusedAsByTheJdk() throws IOException {
        FileChannel closed = FileChannel.open(file);
        closed.close();
        assertRefused(NullPointerException.class, closed, null, -1, -1);
        assertRefused(ClosedChannelException.class, closed, MapMode.READ_ONLY, -1, -1);
        try (FileChannel readable = FileChannel.open(file);
                FileChannel writable = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertRefused(NullPointerException.class, readable, null, -1, 1);
            assertRefused(IllegalArgumentException.class, readable, MapMode.READ_WRITE, -1, -1);
            assertRefused(IllegalArgumentException.class, readable, MapMode.READ_WRITE, 0, -1);
            assertRefused(IllegalArgumentException.class, readable, MapMode.READ_WRITE, Long.MAX_VALUE, 1);
            assertRefused(NonWritableChannelException.class, readable, MapMode.READ_WRITE, 0, 1);
            assertRefused(NonWritableChannelException.class, readable, MapMode.READ_WRITE, 0, 0);
            assertRefused(NonWritableChannelException.class, readable, MapMode.PRIVATE, 0, 1_000_000);
            assertRefused(NonReadableChannelException.class, writable, MapMode.READ_ONLY, 0, 1);
            assertRefused(NonReadableChannelException.class, writable, MapMode.READ_ONLY, 0, 1_000_000);
            assertRefused(NonReadableChannelException.class, writable, MapMode.READ_WRITE, 0, 0);
            assertRefused(IOException.class, readable, MapMode.READ_ONLY, 0, SIZE + 1);
            assertRefused(IOException.class, readable, MapMode.READ_ONLY, SIZE + 1, 0);
            // More than the JDK can map: what remains to be said is ours to say.
            assertThrows(IOException.class, () -> MappedRegion.map(readable, MapMode.READ_ONLY, 0, 1L << 40));
            assertThrows(NonWritableChannelException.class,
                    () -> MappedRegion.map(readable, MapMode.READ_WRITE, 0, 1L << 40));
            assertThrows(NullPointerException.class, () -> MappedRegion.map(null, MapMode.READ_ONLY, 0, 1));
        }
        try (FileChannel folder = FileChannel.open(file.getParent())) {
            assertRefused(IOException.class, folder, MapMode.READ_ONLY, 0, 1);
        }
        assertEquals(SIZE, Files.size(file));
        assertEquals(List.of(0L, 0L, 0L, 0L), counters());
    }

    @Test
    void anInterruptedThreadClosesTheChannel() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class,
                    () -> MappedRegion.map(channel, MapMode.READ_ONLY, 0, SIZE));
            assertTrue(Thread.interrupted());
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void somebodyElsesChannelIsRefusedBeforeAnythingHasHappened() throws IOException {
        Path empty = TestFiles.newFile(0);
        try (FileChannel foreign = new ChannelDelegate(
                FileChannel.open(empty, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
            for (long size : new long[] {0, 1, 10_000}) {
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                        () -> MappedRegion.map(foreign, MapMode.READ_WRITE, 100, size));
                assertTrue(e.getMessage().contains(ChannelDelegate.class.getName()), e.getMessage());
            }
        }
        assertEquals(0, Files.size(empty));
    }

    // ---- close

    @Test
    void closeGivesTheFileBackAtOnceAndKeepsTheAddresses() throws IOException {
        MappedRegion region = map(file, MapMode.READ_WRITE, 5000, 20_000);
        region.put(10_000, (byte) 0);
        Memory.Range range = Memory.rangesOf(file).get(0);
        region.close();
        assertEquals(List.of(), Memory.rangesOf(file));
        assertEquals(Memory.RETIRED, Memory.rangeAt(range.start()).name());
        assertEquals(Memory.RETIRED, Memory.rangeAt(range.end() - 1).name());
        byte[] expected = TestFiles.content(0, SIZE);
        expected[15_000] = 0;
        assertArrayEquals(expected, Files.readAllBytes(file));
        Reference.reachabilityFence(region);
    }

    @Test
    void aClosedRegionRefusesEverything() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE)) {
            for (int size : new int[] {0, SIZE}) {
                MappedRegion region = map(file, mode, 0, size);
                region.close();
                region.close();
                assertFalse(region.isOpen());
                assertEquals("MappedRegion[closed]", region.toString());
                assertEquals(mode == MapMode.READ_ONLY, region.isReadOnly());
                assertEquals(ByteOrder.nativeOrder(), region.order());
                List<Consumer<MappedRegion>> uses = new ArrayList<>();
                uses.add(MappedRegion::size);
                uses.add(MappedRegion::address);
                for (int width : new int[] {1, 2, 4, 8}) {
                    for (long index : new long[] {0, -1, Long.MAX_VALUE}) {
                        uses.addAll(reads(index, width));
                        uses.addAll(writes(index, width));
                    }
                }
                uses.add(closed -> closed.asByteBuffer(0, 0));
                uses.add(closed -> closed.get(0, new byte[0], 0, 0));
                uses.add(closed -> closed.put(0, new byte[0], 0, 0));
                for (Consumer<MappedRegion> use : uses) {
                    IllegalStateException e = assertThrows(IllegalStateException.class, () -> use.accept(region));
                    assertEquals("the mapped region is closed", e.getMessage());
                }
                assertThrows(IllegalStateException.class, region::force);
                assertThrows(IllegalStateException.class, () -> region.load(0, 0));
            }
        }
    }

    @Test
    void countersFollowALife() throws IOException {
        MappedRegion region = map(file, MapMode.READ_ONLY, 5000, 20_000);
        assertEquals(List.of(1L, 20_000L, 0L, 0L), counters());
        region.close();
        region.close();
        assertEquals(List.of(0L, 0L, 1L, 20_000L), counters());
        Reference.reachabilityFence(region);
        region = null;
        assertTrue(Eventually.afterCollection(() -> counters().equals(List.of(0L, 0L, 0L, 0L))));
    }

    @Test
    void closeFromManyThreadsAtOnceHappensOnce() throws Exception {
        List<MappedRegion> regions = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            MappedRegion region = map(file, MapMode.READ_ONLY, 0, SIZE);
            regions.add(region);
            Concurrently.run(4, () -> {
                region.close();
                assertThrows(IllegalStateException.class, () -> region.get(0));
                return null;
            });
            assertEquals(List.of(), Memory.rangesOf(file));
        }
        assertEquals(List.of(0L, 0L, 100L, 100L * SIZE), counters());
        Reference.reachabilityFence(regions);
    }

    @Test
    void aRegionThatIsOnlyDroppedIsUnmappedByTheCollector() throws IOException {
        assertEquals(SIZE, map(file, MapMode.READ_ONLY, 0, SIZE).size());
        assertTrue(Eventually.afterCollection(() -> Memory.rangesOf(file).isEmpty()));
        assertEquals(List.of(0L, 0L, 0L, 0L), counters());
    }

    // ---- asByteBuffer

    @Test
    void itsBufferIsARealMappedBuffer() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_WRITE, 100, SIZE - 100)) {
            MappedByteBuffer buffer = region.asByteBuffer(5000, 10_000);
            assertEquals("java.nio.DirectByteBuffer[pos=0 lim=10000 cap=10000]", buffer.toString());
            assertEquals(ByteOrder.BIG_ENDIAN, buffer.order());
            assertEquals(ByteBuffer.wrap(TestFiles.content(5100, 10_000)), buffer);
            assertTrue(buffer.load().isLoaded());
            buffer.put(9_999, (byte) 0);
            buffer.force();
            assertEquals(0, region.get(14_999));
            region.put(5000, (byte) 0);
            assertEquals(0, buffer.slice(0, 1).get(0));
        }
        byte[] expected = TestFiles.content(0, SIZE);
        expected[5100] = 0;
        expected[15_099] = 0;
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void itsBufferKeepsTheMappingOfADroppedRegion() throws IOException {
        MappedByteBuffer buffer = map(file, MapMode.READ_ONLY, 0, SIZE).asByteBuffer(100, 10_000);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertEquals(ByteBuffer.wrap(TestFiles.content(100, 10_000)), buffer);
        assertEquals(1, Counters.snapshot().mapped());
        Reference.reachabilityFence(buffer);
        buffer = null;
        assertTrue(Eventually.afterCollection(() -> Memory.rangesOf(file).isEmpty()));
    }

    @Test
    void itsBufferKeepsTheAddressesOfAClosedRegion() throws IOException {
        MappedRegion region = map(file, MapMode.READ_ONLY, 0, SIZE);
        long address = region.address();
        ByteBuffer view = region.asByteBuffer(100, 10_000).duplicate();
        region.close();
        region = null;
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
        Reference.reachabilityFence(view);
    }

    @Test
    void invokeCleanerOnItsBufferDoesNothing() throws IOException {
        try (MappedRegion region = map(file, MapMode.READ_ONLY, 0, SIZE)) {
            MappedByteBuffer buffer = region.asByteBuffer(0, SIZE);
            BufferCleaner.invoke(buffer);
            BufferCleaner.invoke(buffer);
            assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)), buffer);
            assertEquals(TestFiles.byteAt(SIZE - 1), region.get(SIZE - 1));
            assertEquals(1, Memory.rangesOf(file).size());
        }
    }
}
