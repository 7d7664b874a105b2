package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@link MappedRegion#resize}: what becomes of region and file, in each mode. Any sequence of sizes:
 * {@link MappedRegionResizeModelTest}; no space: {@link MappedRegionFullDiskTest}; with other threads:
 * {@link MappedRegionConcurrencyTest}.
 */
class MappedRegionResizeTest {

    private static final int SIZE = 40_000;
    private static final MapOptions ROOM = MapOptions.defaults().maxSize(1 << 20);

    private final Path file = TestFiles.newFile(SIZE);

    private FileChannel open() throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static byte[] bytes(MappedRegion region) {
        byte[] bytes = new byte[(int) region.size()];
        region.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static long faultsOf(MappedRegion region, FaultingUse use) {
        long before = region.faults();
        FaultingThread.run(() -> {
            use.run();
            return null;
        });
        return region.faults() - before;
    }

    private interface FaultingUse {
        void run() throws Exception;
    }

    // ---- READ_WRITE

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFileFollowsAndWhatIsNewIsZeros(boolean reserve) throws IOException {
        MapOptions options = reserve ? ROOM.reserve() : ROOM;
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, options)) {
            long address = region.address();
            byte[] model = TestFiles.content(0, SIZE);
            // Within a page, to the end of one, across several, to nothing, to all that there may be.
            for (int size : new int[] {SIZE + 1, 45_056, 45_055, 45_056, 100_000, 5_000, 5_001, 20_000, 0, 1, 4_096,
                4_097, 1 << 20, SIZE, SIZE}) {
                int old = model.length;
                region.resize(size);
                model = Arrays.copyOf(model, size);
                assertEquals(size, region.size());
                assertEquals(size, Files.size(file));
                assertEquals(address, region.address());
                assertArrayEquals(model, bytes(region), old + " to " + size);
                for (int i = old; i < size; i += 1_000) {
                    model[i] = TestFiles.byteAt(i);
                    region.put(i, model[i]);
                }
                assertArrayEquals(model, Files.readAllBytes(file), old + " to " + size);
                assertThrows(IndexOutOfBoundsException.class, () -> region.get(size));
                assertThrows(IndexOutOfBoundsException.class, () -> region.put(size, (byte) 1));
            }
            assertEquals(0, region.faults());
            region.force();
        }
        assertEquals(SIZE, Files.size(file));
        Files.delete(file);
    }

    /** Reserved space is not a hole: the file has blocks for all of it. */
    @Test
    void whatIsReservedHasItsBlocks() throws IOException {
        Path sparse = TestFiles.newSparseFile(1 << 20);
        assertEquals(0, blocks(sparse));
        try (MappedRegion region = MappedRegion.map(sparse, MapMode.READ_WRITE, MapOptions.defaults()
                .maxSize(4 << 20).reserve())) {
            assertTrue(blocks(sparse) >= 1 << 20);
            region.resize(4 << 20);
            assertTrue(blocks(sparse) >= 4 << 20);
        }
        Files.delete(sparse);
    }

    private static long blocks(Path file) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).trim());
    }

    @Test
    void aFileThatGoesOnAfterTheRegionIsLeftAlone() throws IOException {
        byte[] content = TestFiles.content(0, SIZE);
        try (FileChannel channel = open();
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_WRITE, 5_000, 10_000, ROOM)) {
            for (int size : new int[] {9_000, 1, 0, 12_000, 34_999, 10_000}) {
                region.resize(size);
                assertArrayEquals(Arrays.copyOfRange(content, 5_000, 5_000 + size), bytes(region));
                assertArrayEquals(content, Files.readAllBytes(file));
            }
            // To its end exactly, and from there on it follows.
            region.resize(SIZE - 5_000);
            assertEquals(SIZE, Files.size(file));
            region.resize(20_000);
            assertEquals(25_000, Files.size(file));
            region.resize(30_000);
            assertEquals(35_000, Files.size(file));
            assertArrayEquals(Arrays.copyOf(TestFiles.content(5_000, 20_000), 30_000), bytes(region));
        }
    }

    @Test
    void aFileThatAnotherHasTruncatedIsMadeLongEnoughAndNotShorter() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, ROOM)) {
            TestFiles.setSize(file, 8_192);
            region.resize(20_000);
            assertEquals(8_192, Files.size(file));
            region.resize(30_000);
            assertEquals(30_000, Files.size(file));
            assertArrayEquals(Arrays.copyOf(TestFiles.content(0, 8_192), 30_000), bytes(region));
            assertEquals(0, region.faults());
        }
    }

    @Test
    void aFileOfNoBytesGrows() throws IOException {
        Path empty = TestFiles.newFile(0);
        try (MappedRegion region = MappedRegion.map(empty, MapMode.READ_WRITE, ROOM)) {
            assertEquals(0, region.size());
            assertNotEquals(0, region.address());
            assertThrows(IndexOutOfBoundsException.class, () -> region.get(0));
            region.force();
            region.resize(10_000);
            region.putLong(9_992, -1);
        }
        byte[] expected = new byte[10_000];
        Arrays.fill(expected, 9_992, 10_000, (byte) -1);
        assertArrayEquals(expected, Files.readAllBytes(empty));
    }

    @Test
    void aRegionBehindTheEndOfTheFileExtendsIt() throws IOException {
        try (FileChannel channel = open();
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_WRITE, 50_001, 0, ROOM)) {
            region.resize(10);
            assertEquals(50_011, Files.size(file));
            region.resize(0);
            assertEquals(50_001, Files.size(file));
        }
    }

    // ---- the other modes

    @Test
    void aReaderFollowsAFileThatGrows() throws IOException {
        try (FileChannel log = FileChannel.open(file, StandardOpenOption.APPEND);
                MappedRegion region = MappedRegion.map(file, MapMode.READ_ONLY, ROOM)) {
            for (int size : new int[] {SIZE + 1, 45_000, 100_000}) {
                int written = (int) region.size();
                IOException e = assertThrows(IOException.class, () -> region.resize(size));
                assertTrue(e.getMessage().contains("the file ends after " + written), e.getMessage());
                assertEquals(written, region.size());
                assertEquals(written, Files.size(file));
                log.write(ByteBuffer.wrap(TestFiles.content(written, size - written)));
                region.resize(size);
                assertArrayEquals(TestFiles.content(0, size), bytes(region));
            }
            region.resize(7);
            assertEquals(100_000, Files.size(file));
            assertArrayEquals(TestFiles.content(0, 7), bytes(region));
            assertEquals(0, region.faults());
        }
    }

    @Test
    void aPrivateRegionChangesNoFile() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.PRIVATE, ROOM)) {
            region.put(30_000, (byte) 0);
            region.resize(10_000);
            region.resize(SIZE);
            assertEquals(0, region.get(30_000));
            assertThrows(IOException.class, () -> region.resize(SIZE + 1));
            TestFiles.setSize(file, 50_000);
            region.resize(50_000);
            region.put(49_999, (byte) 1);
            byte[] expected = Arrays.copyOf(TestFiles.content(0, SIZE), 50_000);
            assertArrayEquals(expected, Files.readAllBytes(file));
            expected[30_000] = 0;
            expected[49_999] = 1;
            assertArrayEquals(expected, bytes(region));
        }
    }

    // ---- what is refused

    @Test
    void sizesThatCannotBe() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, ROOM)) {
            for (long size : new long[] {-1, Long.MIN_VALUE, (1 << 20) + 1, Long.MAX_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> region.resize(size));
            }
            assertEquals(SIZE, region.size());
            assertEquals(SIZE, Files.size(file));
        }
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults())) {
            UnsupportedOperationException e =
                    assertThrows(UnsupportedOperationException.class, () -> region.resize(SIZE));
            assertTrue(e.getMessage().contains("MapOptions.maxSize"), e.getMessage());
        }
    }

    @Test
    void optionsThatDoNotGoTogether() throws IOException {
        try (FileChannel channel = open()) {
            for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.PRIVATE)) {
                assertThrows(IllegalArgumentException.class,
                        () -> MappedRegion.map(channel, mode, 0, SIZE, ROOM.reserve()));
                assertThrows(IllegalArgumentException.class, () -> MappedRegion.map(file, mode, ROOM.reserve()));
            }
            MapOptions small = MapOptions.defaults().maxSize(SIZE - 1);
            assertThrows(IllegalArgumentException.class,
                    () -> MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE, small));
            assertThrows(IllegalArgumentException.class, () -> MappedRegion.map(file, MapMode.READ_WRITE, small));
            MapOptions large = MapOptions.defaults().maxSize(Long.MAX_VALUE);
            assertThrows(IllegalArgumentException.class,
                    () -> MappedRegion.map(channel, MapMode.READ_WRITE, 1, SIZE, large));
        }
        assertEquals(SIZE, Files.size(file));
        assertEquals(List.of(), Memory.rangesOf(file));
    }

    /** A process has 128 TiB; the message says what was tried. */
    @Test
    void roomBeyondTheAddressSpace() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_WRITE, MapMode.READ_ONLY, MapMode.PRIVATE)) {
            for (long room : new long[] {1L << 47, 1L << 50, Long.MAX_VALUE}) {
                IOException e = assertThrows(IOException.class,
                        () -> MappedRegion.map(file, mode, MapOptions.defaults().maxSize(room)));
                assertTrue(e.getMessage().contains(Long.toString(room)), e.getMessage());
            }
        }
        assertEquals(SIZE, Files.size(file));
        assertEquals(List.of(), Memory.rangesOf(file));
    }

    /** Room costs no memory, so there may be more of it than memory, in each mode. */
    @Test
    void roomBeyondTheMemory() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_WRITE, MapMode.READ_ONLY, MapMode.PRIVATE)) {
            try (MappedRegion region = MappedRegion.map(file, mode, MapOptions.defaults().maxSize(1L << 40))) {
                assertArrayEquals(TestFiles.content(0, SIZE), bytes(region), mode.toString());
                assertEquals(List.of((1L << 40)), Memory.rangesOf(file).stream().map(Memory.Range::length).toList());
            }
        }
    }

    // ---- the channel

    @Test
    void needsItsChannel() throws IOException {
        FileChannel channel = open();
        try (MappedRegion region = MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE, ROOM)) {
            channel.close();
            assertThrows(ClosedChannelException.class, () -> region.resize(10));
            assertThrows(ClosedChannelException.class, () -> region.resize(SIZE + 1));
            assertArrayEquals(TestFiles.content(0, SIZE), bytes(region));
            assertEquals(SIZE, Files.size(file));
        }
    }

    @Test
    void aChannelThatWasGivenStaysOpen() throws IOException {
        try (FileChannel channel = open()) {
            MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE, ROOM).close();
            assertTrue(channel.isOpen());
        }
    }

    /** A file that was given by its path is open for as long as the region, if that has room; and only then. */
    @Test
    void aFileThatWasGivenIsClosedWithTheRegion() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults())) {
            assertFalse(isFileOpen());
            assertTrue(region.isOpen());
        }
        MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, ROOM);
        assertTrue(isFileOpen());
        region.close();
        assertFalse(isFileOpen());
        assertThrows(IllegalStateException.class, () -> region.resize(10));
    }

    private boolean isFileOpen() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).equals(file);
                } catch (IOException e) {
                    return false; // The listing's own, closed by now.
                }
            });
        }
    }

    // ---- what was given out before

    @Test
    void buffersGivenOutBeforeAShrinkStaySafe() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, ROOM)) {
            MappedByteBuffer buffer = region.asByteBuffer(0, SIZE);
            region.resize(10_000);
            byte[] seen = new byte[SIZE];
            assertNotEquals(0, faultsOf(region, () -> {
                for (int i = 0; i < SIZE; i++) {
                    seen[i] = buffer.get(i);
                }
            }));
            for (int i = 0; i < SIZE; i++) {
                assertTrue(seen[i] == 0 || i < 10_000 && seen[i] == TestFiles.byteAt(i), "byte " + i);
            }
            // Writes beyond the end are lost, and do not turn up when there is a file again.
            assertNotEquals(0, faultsOf(region, () -> buffer.put(20_000, (byte) 1)));
            region.resize(SIZE);
            assertArrayEquals(Arrays.copyOf(TestFiles.content(0, 10_000), SIZE), bytes(region));
            buffer.put(20_000, (byte) 2);
            assertEquals(2, region.get(20_000));
            assertEquals(2, Files.readAllBytes(file)[20_000]);
        }
    }

    /** The rest of the last page reads as zeros, without a fault: only the region knows that it was cut. */
    @Test
    void aValidatedReadTellsThatItWasCut() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, ROOM);
                MappedRegion slice = region.slice(10_000, 20_000)) {
            for (MappedRegion read : List.of(region, slice)) {
                region.resize(SIZE);
                MappedFileChangedException e = assertThrows(MappedFileChangedException.class, () -> read.read(shown -> {
                    resize(region, 20_001);
                    return shown.get(0);
                }));
                assertTrue(e.getMessage().contains("it was made shorter meanwhile"), e.getMessage());
                assertEquals(read.get(0), read.<Byte>read(shown -> {
                    resize(region, 30_000);
                    return shown.get(0);
                }));
            }
        }
    }

    private static void resize(MappedRegion region, long size) {
        try {
            region.resize(size);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClosedRegionIsNotResized() throws IOException {
        MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, ROOM);
        region.close();
        assertThrows(IllegalStateException.class, () -> region.resize(10));
        assertThrows(IllegalStateException.class, () -> region.resize(SIZE));
        assertEquals(SIZE, Files.size(file));
    }
}
