package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.Eventually;
import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A part of a {@link MappedRegion} as a region: its bounds, and a life within that of the region. */
class MappedRegionSliceTest {

    private static final int SIZE = 40_000;

    private final Path file = TestFiles.newFile(SIZE);

    private MappedRegion map(MapMode mode, MapOptions options) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return MappedRegion.map(channel, mode, 0, SIZE, options);
        }
    }

    private MappedRegion map(MapMode mode) throws IOException {
        return map(mode, MapOptions.defaults());
    }

    private static byte[] bytes(MappedRegion region) {
        byte[] bytes = new byte[(int) region.size()];
        region.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static void assertClosed(MappedRegion region) {
        assertFalse(region.isOpen());
        assertEquals("MappedRegion[closed]", region.toString());
        for (long index : new long[] {0, -1, 5, Long.MAX_VALUE}) {
            assertThrows(IllegalStateException.class, () -> region.get(index));
            assertThrows(IllegalStateException.class, () -> region.putLong(index, 1));
            assertThrows(IllegalStateException.class, () -> region.slice(index, 0));
        }
        assertThrows(IllegalStateException.class, region::size);
        assertThrows(IllegalStateException.class, region::force);
    }

    // ---- what it shows

    @Test
    void showsItsPartOfTheRegion() throws IOException {
        try (MappedRegion root = map(MapMode.READ_WRITE)) {
            MappedRegion slice = root.slice(5_001, 20_000);
            assertEquals(20_000, slice.size());
            assertEquals(root.address() + 5_001, slice.address());
            assertEquals(root.order(), slice.order());
            assertFalse(slice.isReadOnly());
            assertEquals("MappedRegion[20000 bytes]", slice.toString());
            assertArrayEquals(TestFiles.content(5_001, 20_000), bytes(slice));

            MappedRegion inner = slice.slice(4_000, 100);
            assertEquals(root.address() + 9_001, inner.address());
            inner.put(99, (byte) 0);
            root.put(9_001, (byte) 0);
            assertEquals(0, root.get(9_100));
            assertEquals(0, slice.get(4_099));
            assertEquals(0, inner.get(0));
            inner.force();
        }
        assertEquals(0, Files.readAllBytes(file)[9_100]);
    }

    @Test
    void boundsAreExact() throws IOException {
        try (MappedRegion root = map(MapMode.READ_WRITE)) {
            for (MappedRegion region : List.of(root, root.slice(0, SIZE), root.slice(5_001, 1_000),
                    root.slice(100, 20_000).slice(7, 1_000), root.slice(SIZE, 0))) {
                long size = region.size();
                region.slice(0, size);
                region.slice(size, 0);
                for (long[] range : new long[][] {{-1, 1}, {0, -1}, {0, size + 1}, {size, 1}, {size + 1, 0},
                        {1, Long.MAX_VALUE}, {Long.MAX_VALUE, 1}, {Long.MAX_VALUE, Long.MAX_VALUE},
                        {Long.MIN_VALUE, 0}, {0, Long.MIN_VALUE}}) {
                    assertThrows(IndexOutOfBoundsException.class, () -> region.slice(range[0], range[1]));
                }
                for (long index : new long[] {-1, size, size + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
                    assertThrows(IndexOutOfBoundsException.class, () -> region.get(index));
                    assertThrows(IndexOutOfBoundsException.class, () -> region.put(index, (byte) 0));
                    assertThrows(IndexOutOfBoundsException.class, () -> region.getLong(index - 7));
                    assertThrows(IndexOutOfBoundsException.class, () -> region.asByteBuffer(index, 1));
                    assertThrows(IndexOutOfBoundsException.class, () -> region.fill(index, 1, (byte) 0));
                    assertThrows(IndexOutOfBoundsException.class, () -> region.load(index, 1));
                }
            }
            assertArrayEquals(TestFiles.content(0, SIZE), bytes(root));
        }
    }

    @Test
    void aSliceOfARegionOfNoBytesIsEmpty() throws IOException {
        MappedRegion root = MappedRegion.map(TestFiles.newFile(0), MapMode.READ_ONLY, MapOptions.defaults());
        MappedRegion slice = root.slice(0, 0);
        assertEquals(0, slice.size());
        assertEquals(-1, slice.mismatch(0, root, 0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.get(0));
        root.close();
        assertClosed(slice);
    }

    @Test
    void itsBuffersShowItsPart() throws IOException {
        try (MappedRegion root = map(MapMode.READ_WRITE)) {
            MappedByteBuffer buffer = root.slice(5_001, 20_000).slice(4_000, 100).asByteBuffer(10, 50);
            assertEquals(ByteBuffer.wrap(TestFiles.content(9_011, 50)), buffer);
            buffer.put(0, (byte) 0);
            assertEquals(0, root.get(9_011));
            assertEquals(0, Mappings.faults(buffer));
        }
    }

    @Test
    void aSliceOfAReadOnlyRegionIsReadOnly() throws IOException {
        try (MappedRegion root = map(MapMode.READ_ONLY)) {
            MappedRegion slice = root.slice(100, 1_000);
            assertTrue(slice.isReadOnly());
            assertArrayEquals(TestFiles.content(100, 1_000), bytes(slice));
            assertThrows(ReadOnlyBufferException.class, () -> slice.put(0, (byte) 0));
            assertThrows(ReadOnlyBufferException.class, () -> slice.fill(0, 1, (byte) 0));
            assertThrows(ReadOnlyBufferException.class, () -> root.copyTo(0, slice, 0, 1));
            assertTrue(slice.asByteBuffer(0, 1).isReadOnly());
        }
    }

    @Test
    void aSliceOfAPrivateRegionWritesToItAlone() throws IOException {
        try (MappedRegion root = map(MapMode.PRIVATE)) {
            MappedRegion slice = root.slice(100, 1_000);
            slice.fill(0, 10, (byte) 0);
            assertEquals(0, root.get(109));
            slice.force();
        }
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
    }

    @Test
    void pagesOfASliceAreThoseOfItsPart() throws IOException {
        try (MappedRegion root = map(MapMode.READ_WRITE)) {
            MappedRegion slice = root.slice(2 * 4096 + 100, 4 * 4096);
            slice.load(0, slice.size());
            slice.advise(Advice.RANDOM, 4096, 100);
            List<Memory.Range> parts = Memory.rangesOf(file);
            assertEquals(3, parts.size(), parts::toString); // One page has other advice than those beside it.
            assertEquals(root.address() + 3 * 4096, parts.get(1).start());
            slice.advise(Advice.NORMAL, 0, slice.size());
            assertEquals(1, Memory.rangesOf(file).size());
            assertEquals(List.of(TestFiles.byteAt(8_292), 0L),
                    List.of(slice.<Byte>read(region -> region.get(0)), slice.faults()));
        }
    }

    // ---- its life

    @Test
    void isClosedWithItsRegion() throws IOException {
        MappedRegion root = map(MapMode.READ_WRITE);
        MappedRegion slice = root.slice(100, 1_000);
        MappedRegion inner = slice.slice(100, 100);
        assertTrue(slice.isOpen() && inner.isOpen());
        root.close();
        assertClosed(slice);
        assertClosed(inner);
        slice.close();
        assertThrows(IllegalStateException.class, () -> slice.read(region -> region.get(0)));
    }

    @Test
    void closingItEndsOnlyItself() throws IOException {
        try (MappedRegion root = map(MapMode.READ_WRITE)) {
            MappedRegion slice = root.slice(100, 1_000);
            MappedRegion other = root.slice(100, 1_000);
            MappedRegion inner = slice.slice(100, 100);
            slice.close();
            slice.close();
            assertClosed(slice);
            assertArrayEquals(TestFiles.content(0, SIZE), bytes(root));
            assertArrayEquals(TestFiles.content(100, 1_000), bytes(other));
            assertArrayEquals(TestFiles.content(200, 100), bytes(inner));
            assertEquals(1, Memory.rangesOf(file).size());
        }
    }

    @Test
    void keepsTheMemoryOfARegionThatIsOnlyDropped() throws IOException {
        MappedRegion slice = map(MapMode.READ_ONLY).slice(100, 10_000).slice(100, 1_000);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertTrue(slice.isOpen());
        assertArrayEquals(TestFiles.content(200, 1_000), bytes(slice));
        assertEquals(1, Memory.rangesOf(file).size());
        Reference.reachabilityFence(slice);
        slice = null;
        assertTrue(Eventually.afterCollection(() -> Memory.rangesOf(file).isEmpty()));
    }

    @Test
    void keepsTheAddressesOfARegionThatWasClosed() throws IOException {
        MappedRegion root = map(MapMode.READ_ONLY);
        long address = root.address();
        MappedRegion slice = root.slice(100, 10_000);
        root.close();
        root = null;
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
        assertThrows(IllegalStateException.class, () -> slice.get(0));
        Reference.reachabilityFence(slice);
    }

    @Test
    void isNotResized() throws IOException {
        try (MappedRegion root = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults().maxSize(100_000));
                MappedRegion slice = root.slice(0, 100)) {
            UnsupportedOperationException e =
                    assertThrows(UnsupportedOperationException.class, () -> slice.resize(50));
            assertEquals("a slice has the size that it was made with: resize its region", e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> slice.resize(-1));
        }
    }

    /** Whatever a region is cut to, a slice is what is left of its part, and all of it once that is there again. */
    @Test
    void isCutWithItsRegionAndGrownAgain() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_WRITE, MapMode.READ_ONLY, MapMode.PRIVATE)) {
            Path cut = TestFiles.newFile(SIZE);
            try (MappedRegion root = MappedRegion.map(cut, mode, MapOptions.defaults().maxSize(100_000))) {
                MappedRegion slice = root.slice(10_000, 20_000);
                MappedRegion inner = slice.slice(5_000, 1_000);
                for (int size : new int[] {30_000, 29_999, 16_000, 15_500, 15_000, 10_001, 10_000, 9_000, 0}) {
                    root.resize(size);
                    int left = Math.max(0, size - 10_000);
                    assertEquals(left, slice.size());
                    assertEquals(Math.max(0, Math.min(1_000, size - 15_000)), inner.size());
                    assertArrayEquals(TestFiles.content(10_000, left), bytes(slice));
                    assertTrue(slice.isOpen());
                    assertThrows(IndexOutOfBoundsException.class, () -> slice.get(left));
                    assertThrows(IndexOutOfBoundsException.class, () -> slice.getLong(left - 7));
                    assertThrows(IndexOutOfBoundsException.class, () -> slice.get(0, new byte[left + 1], 0, left + 1));
                    assertThrows(IndexOutOfBoundsException.class, () -> slice.load(0, left + 1));
                    assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(0, left + 1));
                    if (mode != MapMode.READ_ONLY) {
                        assertThrows(IndexOutOfBoundsException.class, () -> slice.put(left, (byte) 1));
                        assertThrows(IndexOutOfBoundsException.class, () -> slice.fill(left, 1, (byte) 1));
                    }
                    slice.force();
                }
                root.resize(SIZE);
                assertEquals(20_000, slice.size());
                assertEquals(1_000, inner.size());
                byte[] again = mode == MapMode.READ_WRITE ? new byte[20_000] : TestFiles.content(10_000, 20_000);
                assertArrayEquals(again, bytes(slice));
                assertEquals(0, root.faults());
            }
        }
    }

    /** A buffer knows nothing of sizes: what is beyond the file's end is missed, and nothing else happens. */
    @Test
    void buffersOfItStaySafeWhenItIsCut() throws IOException {
        try (MappedRegion root = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults().maxSize(100_000))) {
            MappedByteBuffer buffer = root.slice(4_096, 30_000).asByteBuffer(0, 30_000);
            root.resize(8_192);
            byte[] seen = new byte[30_000];
            FaultingThread.run(() -> {
                for (int i = 0; i < seen.length; i++) {
                    seen[i] = buffer.get(i);
                }
                return null;
            });
            for (int i = 0; i < seen.length; i++) {
                assertTrue(seen[i] == 0 || i < 4_096 && seen[i] == TestFiles.byteAt(4_096 + i), "byte " + i);
            }
            assertNotEquals(0, root.faults());
            root.resize(SIZE);
            assertEquals(ByteBuffer.allocate(30_000 - 4_096), buffer.slice(4_096, 30_000 - 4_096));
            assertArrayEquals(TestFiles.content(4_096, 4_096), bytes(root.slice(4_096, 4_096)));
        }
    }
}
