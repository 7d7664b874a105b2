package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.MappingsTest.Maker;
import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Mappings#force} and {@link MappedRegion#force}: writes that went nowhere are told, and stay told. */
class MappedForceTest {

    private static final int PAGE = 4096;
    private static final int SIZE = 16 * PAGE;
    private static final int KEPT = 4 * PAGE + 100;

    private final Path file = TestFiles.newFile(SIZE);

    private MappedByteBuffer map(MapMode mode) throws IOException {
        return Maker.FERRONIO.map(file, mode, 0, SIZE);
    }

    private MappedRegion region() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE);
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    private MappedFileChangedException assertChanged(Call call) {
        MappedFileChangedException e = assertThrows(MappedFileChangedException.class, call::run);
        assertTrue(e.getMessage().startsWith("force of " + file + ", " + SIZE + " bytes mapped: "), e.getMessage());
        assertEquals(9 * PAGE, e.offset());
        assertTrue(e.pages() > 0);
        return e;
    }

    @Test
    void writesBackWhatIsWhole() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            MappedByteBuffer buffer = map(mode);
            Mappings.force(buffer);
            Mappings.force(buffer.slice(PAGE + 10, 20));
            Mappings.force(buffer.slice(10, 0));
            Mappings.force((MappedByteBuffer) buffer.asReadOnlyBuffer());
            Mappings.unmap(buffer);
        }
        try (MappedRegion region = region()) {
            region.put(5000, (byte) 0);
            region.force();
            region.force(5000, 1);
            region.force(0, SIZE);
            region.force(SIZE, 0);
            Mappings.force(region.asByteBuffer(10, 10));
        }
        byte[] expected = TestFiles.content(0, SIZE);
        expected[5000] = 0;
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    /** The lesson of fsync(2): what comes after a failure says nothing about what was before. */
    @Test
    void aMappingThatHasMissedAPageFailsForEver() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_WRITE);
        buffer.put(0, (byte) 0);
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> buffer.put(9 * PAGE, (byte) 7));
        MappedFileChangedException e = assertChanged(() -> Mappings.force(buffer));
        assertTrue(e.getMessage().contains("truncated to " + KEPT + " bytes"), e.getMessage());
        assertEquals(Mappings.faults(buffer), e.pages());
        assertChanged(() -> Mappings.force(buffer));
        assertChanged(() -> Mappings.force(buffer.slice(0, 1)));
        TestFiles.setSize(file, SIZE);
        e = assertChanged(() -> Mappings.force(buffer));
        assertTrue(e.getMessage().contains("it was cut and has grown again"), e.getMessage());
        Mappings.unmap(buffer);
        byte[] content = Files.readAllBytes(file);
        assertEquals(0, content[0], "the rest was written");
        assertEquals(0, content[9 * PAGE], "and this went nowhere");
        MappedByteBuffer anew = map(MapMode.READ_WRITE);
        anew.put(9 * PAGE, (byte) 7);
        Mappings.force(anew);
        Mappings.unmap(anew);
    }

    @Test
    void soDoesARegion() throws IOException {
        try (MappedRegion region = region()) {
            TestFiles.setSize(file, KEPT);
            FaultingThread.run(() -> {
                region.put(9 * PAGE, (byte) 7);
                return null;
            });
            assertChanged(region::force);
            assertChanged(() -> region.force(0, 1));
            assertChanged(() -> Mappings.force(region.asByteBuffer(0, 1)));
        }
    }

    @Test
    void theMessageNamesWhatCanBeKnown() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> buffer.get(9 * PAGE));
        Files.delete(file);
        TestFiles.newFile(SIZE);
        MappedFileChangedException e = assertChanged(() -> Mappings.force(buffer));
        assertTrue(e.getMessage().contains("its name does not lead to it any more"), e.getMessage());
        Mappings.unmap(buffer);
    }

    @Test
    void afterUnmapOrCloseThereIsNothingToForce() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_WRITE);
        Mappings.unmap(buffer);
        assertThrows(IllegalStateException.class, () -> Mappings.force(buffer));
        assertThrows(IllegalStateException.class, () -> Mappings.force(buffer.slice()));
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer jdks = channel.map(MapMode.READ_ONLY, 0, SIZE);
            Mappings.unmap(jdks);
            assertThrows(IllegalStateException.class, () -> Mappings.force(jdks));
        }
        MappedRegion region = region();
        MappedByteBuffer view = region.asByteBuffer(0, 10);
        region.close();
        assertThrows(IllegalStateException.class, region::force);
        assertThrows(IllegalStateException.class, () -> region.force(0, 1));
        assertThrows(IllegalStateException.class, () -> Mappings.force(view));
    }

    @Test
    void aRangeOutOfBoundsIsRefused() throws IOException {
        try (MappedRegion region = region()) {
            assertThrows(IndexOutOfBoundsException.class, () -> region.force(-1, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> region.force(0, -1));
            assertThrows(IndexOutOfBoundsException.class, () -> region.force(SIZE, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> region.force(1, Long.MAX_VALUE));
        }
    }
}
