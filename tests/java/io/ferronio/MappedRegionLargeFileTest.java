package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link MappedRegion} beyond 2 and 4 GiB, on a file of 6 GiB that is a hole but for what is written: it stays one. */
class MappedRegionLargeFileTest {

    private static final long SIZE = 6L << 30;
    /** Where ints end, signed and not. */
    private static final long[] EDGES = {1L << 31, 1L << 32, 5L << 30};
    private static final int PAGE = 4096;

    private final Path file = TestFiles.newSparseFile(SIZE);

    @AfterEach
    void theFileHasStayedSparse() throws Exception {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        long blocks = Long.parseLong(new String(stat.getInputStream().readAllBytes()).trim());
        assertTrue(blocks * 512 < 4 << 20, blocks + " blocks of 512 bytes");
    }

    private MappedRegion map() throws IOException {
        return MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults());
    }

    private byte[] inFile(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file)) {
            while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) > 0) {
                continue;
            }
        }
        return bytes.array();
    }

    @Test
    void fillCopyAndMismatch() throws IOException {
        byte[] content = TestFiles.content(0, 3 * PAGE);
        try (MappedRegion region = map()) {
            region.put(100, content, 0, content.length);
            for (long edge : EDGES) {
                long index = edge - PAGE - 50;
                region.copyTo(100, region, index, content.length);
                assertEquals(-1, region.mismatch(100, region, index, content.length));
                assertArrayEquals(content, inFile(index, content.length));
                region.copyTo(index, region, index + 10, content.length); // Overlapping, over the edge.
                assertArrayEquals(content, inFile(index + 10, content.length));
                assertEquals(10, region.mismatch(100, region, index, content.length));
                region.put(index + 10 + PAGE, (byte) 0);
                assertEquals(PAGE, region.mismatch(100, region, index + 10, content.length));
                region.fill(index - 7, content.length + 17, (byte) 9);
                byte[] nines = inFile(index - 8, content.length + 19);
                for (int i = 0; i < nines.length; i++) {
                    assertEquals(i == 0 || i == nines.length - 1 ? 0 : 9, nines[i], "byte " + i);
                }
            }
        }
    }

    /** More than one buffer shows. */
    @Test
    void aMismatchBehindAGibibyte() throws IOException {
        long length = (1L << 30) + 2 * PAGE;
        try (MappedRegion region = MappedRegion.map(file, MapMode.PRIVATE, MapOptions.defaults())) {
            assertEquals(-1, region.mismatch(1L << 32, region, 1L << 32, length));
            region.put((1L << 32) + length - 1, (byte) 1);
            assertEquals(length - 1 - PAGE, region.mismatch((1L << 32) + PAGE, region, 1L << 32, length - PAGE));
            region.evict(0, SIZE);
        }
    }

    @Test
    void slicesAndTheirBuffers() throws IOException {
        try (MappedRegion region = map()) {
            for (long edge : EDGES) {
                MappedRegion slice = region.slice(edge - 1_000, SIZE - edge + 1_000);
                MappedRegion inner = slice.slice(500, 1_000);
                assertEquals(SIZE - edge + 1_000, slice.size());
                assertEquals(region.address() + edge - 500, inner.address());
                inner.putLong(496, edge);
                assertEquals(edge, region.getLong(edge - 4));
                assertEquals(edge, inner.asByteBuffer(496, 8).order(region.order()).getLong(0));
                assertEquals(edge, slice.asByteBuffer(0, Integer.MAX_VALUE >> 2).order(region.order()).getLong(996));
                slice.force(990, 20);
            }
        }
    }

    @Test
    void sharedValues() throws IOException {
        try (MappedRegion region = map()) {
            for (long edge : EDGES) {
                region.putLongVolatile(edge, edge);
                assertEquals(edge, region.getAndAddLong(edge, 1));
                assertTrue(region.compareAndSetLong(edge, edge + 1, -edge));
                assertEquals(-edge, region.getLongAcquire(edge));
                region.putIntRelease(edge - 4, 7);
                assertEquals(7, region.getAndAddInt(edge - 4, 1));
                assertEquals(8, region.getIntVolatile(edge - 4));
            }
            assertEquals(0, region.getLong(0));
        }
    }

    @Test
    void resizedToAndFrom() throws IOException {
        Path small = TestFiles.newFile(PAGE);
        try (MappedRegion region = MappedRegion.map(small, MapMode.READ_WRITE, MapOptions.defaults().maxSize(SIZE))) {
            for (long edge : EDGES) {
                region.resize(edge);
                region.putLong(edge - 8, edge);
                region.resize(edge + 1);
                assertEquals(edge, region.getLong(edge - 8));
                assertEquals(0, region.get(edge));
                region.resize(PAGE);
                assertEquals(TestFiles.byteAt(PAGE - 1), region.get(PAGE - 1));
            }
        }
    }

    @Test
    void transferredFromAnEdge() throws IOException {
        Path target = TestFiles.newFile(0);
        try (MappedRegion region = map(); FileChannel writer = FileChannel.open(target, StandardOpenOption.WRITE)) {
            for (long edge : EDGES) {
                region.putLong(edge - 4, edge);
                assertEquals(1_000, region.transferTo(edge - 500, 1_000, writer));
            }
        }
        try (MappedRegion written = MappedRegion.map(target, MapMode.READ_ONLY, MapOptions.defaults())) {
            for (int i = 0; i < EDGES.length; i++) {
                assertEquals(EDGES[i], written.getLong(i * 1_000 + 496));
            }
        }
    }
}
