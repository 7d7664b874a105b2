package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.MappingsTest.Maker;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** {@link Mappings#faults}, {@link MappedRegion#faults}, {@link Counters#faults}: pages that could not be had are counted. */
class MappedFaultsTest {

    private static final int PAGE = 4096;
    private static final int SIZE = 16 * PAGE;
    private static final int KEPT = 4 * PAGE + 100;

    private final Path file = TestFiles.newFile(SIZE);

    private MappedByteBuffer map(MapMode mode) throws IOException {
        return Maker.FERRONIO.map(file, mode, 0, SIZE);
    }

    private MappedByteBuffer mapByTheJdk() throws IOException {
        return Maker.JDK.map(file, MapMode.READ_ONLY, 0, SIZE);
    }

    private static long total() {
        return Counters.snapshot().faults();
    }

    @Test
    void aMappingOfAWholeFileHasNone() throws IOException {
        long before = total();
        MappedByteBuffer buffer = map(MapMode.READ_WRITE);
        assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)), buffer);
        assertEquals(0, Mappings.faults(buffer));
        Mappings.unmap(buffer);
        assertEquals(0, Mappings.faults(buffer));
        assertEquals(before, total());
    }

    /** The last page of the file is whole for the kernel. */
    @Test
    void pagesBeyondTheEndOfATruncatedFileAreCounted() throws IOException {
        long before = total();
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> buffer.get(4 * PAGE + 4000));
        assertEquals(0, Mappings.faults(buffer));
        FaultingThread.run(() -> buffer.get(9 * PAGE));
        long faults = Mappings.faults(buffer);
        assertTrue(faults >= 1 && faults <= 11, () -> faults + " pages");
        FaultingThread.run(() -> buffer.get(9 * PAGE));
        assertTrue(Mappings.faults(buffer) >= faults);
        assertEquals(before + Mappings.faults(buffer), total());
        Mappings.unmap(buffer);
    }

    @Test
    void writesAreCounted() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_WRITE);
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> buffer.put(9 * PAGE, (byte) 1));
        assertTrue(Mappings.faults(buffer) > 0);
        Mappings.unmap(buffer);
    }

    @Test
    void eachMappingHasItsOwn() throws IOException {
        MappedByteBuffer missed = map(MapMode.READ_ONLY);
        MappedByteBuffer other = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> missed.get(9 * PAGE));
        assertTrue(Mappings.faults(missed) > 0);
        assertEquals(0, Mappings.faults(other));
        Mappings.unmap(missed);
        Mappings.unmap(other);
    }

    @Test
    void viewsAnswerForTheirRoot() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_WRITE);
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> buffer.get(9 * PAGE));
        long faults = Mappings.faults(buffer);
        assertTrue(faults > 0);
        List<MappedByteBuffer> views = List.of(buffer.slice(), buffer.slice(0, 10), buffer.slice(10, 0),
                buffer.duplicate(), (MappedByteBuffer) buffer.asReadOnlyBuffer(),
                (MappedByteBuffer) buffer.slice(100, 100).duplicate().asReadOnlyBuffer().slice(1, 1));
        views.forEach(view -> assertEquals(faults, Mappings.faults(view)));
        FaultingThread.run(() -> views.get(0).get(9 * PAGE));
        assertTrue(Mappings.faults(buffer) > faults);
        Mappings.unmap(buffer);
        views.forEach(view -> assertEquals(Mappings.faults(buffer), Mappings.faults(view)));
    }

    @Test
    void aRegionAndItsBuffersAnswerAlike() throws IOException {
        MappedRegion region;
        try (FileChannel channel = FileChannel.open(file)) {
            region = MappedRegion.map(channel, MapMode.READ_ONLY, PAGE, SIZE - PAGE);
        }
        MappedByteBuffer buffer = region.asByteBuffer(0, 100);
        assertEquals(0, region.faults());
        TestFiles.setSize(file, KEPT);
        FaultingThread.run(() -> region.get(9 * PAGE));
        long faults = region.faults();
        assertTrue(faults > 0);
        assertEquals(faults, Mappings.faults(buffer));
        assertEquals(faults, Mappings.faults(buffer.slice()));
        region.close();
        assertEquals(faults, region.faults());
        FaultingThread.run(() -> buffer.get(0));
        assertTrue(region.faults() > faults);
        assertEquals(region.faults(), Mappings.faults(buffer));
    }

    @Test
    void usesAfterUnmapAreCounted() throws IOException {
        for (MappedByteBuffer buffer : List.of(map(MapMode.READ_ONLY), mapByTheJdk())) {
            ByteBuffer view = buffer.slice(100, 100);
            Mappings.unmap(buffer);
            assertEquals(0, Mappings.faults(buffer));
            FaultingThread.run(() -> view.get(0));
            assertTrue(Mappings.faults(buffer) > 0);
            assertEquals(Mappings.faults(buffer), Mappings.faults((MappedByteBuffer) view));
        }
    }

    @Test
    void aMappingOfNoBytesHasNone() throws IOException {
        try (FileChannel channel = FileChannel.open(file);
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_ONLY, 0, 0)) {
            assertEquals(0, region.faults());
            assertEquals("read", region.read(r -> "read"));
            region.force();
            region.force(0, 0);
            for (MappedByteBuffer buffer : List.of(Mappings.map(channel, MapMode.READ_ONLY, 100, 0),
                    channel.map(MapMode.READ_ONLY, 100, 0), region.asByteBuffer(0, 0))) {
                for (MappedByteBuffer shown : List.of(buffer, buffer.slice(), buffer.duplicate())) {
                    assertEquals(0, Mappings.faults(shown));
                    assertEquals("read", Mappings.validated(shown, b -> "read"));
                    Mappings.force(shown);
                }
            }
        }
    }

    // ---- what is refused

    /** By all three, before anything has happened. */
    private static void assertRefused(String why, MappedByteBuffer buffer) {
        List<Executable> calls = List.of(() -> Mappings.faults(buffer), () -> Mappings.force(buffer),
                () -> Mappings.validated(buffer, b -> {
                    throw new AssertionError("called");
                }));
        for (Executable call : calls) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
            assertTrue(e.getMessage().contains(why), e.getMessage());
        }
    }

    @Test
    void nullIsRefused() throws IOException {
        assertThrows(NullPointerException.class, () -> Mappings.faults(null));
        assertThrows(NullPointerException.class, () -> Mappings.force(null));
        assertThrows(NullPointerException.class, () -> Mappings.validated(null, b -> ""));
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        assertThrows(NullPointerException.class, () -> Mappings.validated(buffer, null));
        Mappings.unmap(buffer);
        try (FileChannel channel = FileChannel.open(file);
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_ONLY, 0, SIZE)) {
            assertThrows(NullPointerException.class, () -> region.read(null));
        }
    }

    @Test
    void theJdksMappingsAndAllocatedMemoryAreRefused() throws IOException {
        MappedByteBuffer mapped = mapByTheJdk();
        assertRefused("map the file with Mappings.map", mapped);
        assertRefused("map the file with Mappings.map", mapped.slice());
        MappedByteBuffer allocated = (MappedByteBuffer) ByteBuffer.allocateDirect(100);
        assertRefused("allocated memory", allocated);
        assertRefused("allocated memory", allocated.duplicate());
    }

    @Test
    void aMemorySegmentsBufferIsRefused() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() >= 22, "java.lang.foreign is final from JDK 22 on");
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        Class<?> segments = Class.forName("java.lang.foreign.MemorySegment");
        Object segment = segments.getMethod("ofBuffer", java.nio.Buffer.class).invoke(null, buffer);
        ByteBuffer again = (ByteBuffer) segments.getMethod("asByteBuffer").invoke(segment);
        assertRefused("memory segment's buffer", (MappedByteBuffer) again);
        assertRefused("memory segment's buffer", (MappedByteBuffer) again.slice());
        Mappings.unmap(buffer);
    }

    // ---- where there is no guard, or no mapping yet

    @Test
    void withoutTheGuardNothingIsCounted() throws IOException {
        ChildJvm.run(Unguarded.class, List.of("-Dio.ferronio.disable=guard"), file.toString()).succeeded();
        ChildJvm.run(Unguarded.class, List.of("-Dio.ferronio.library=/nowhere/libferronio.so"), file.toString())
                .succeeded();
        assertEquals(1, Files.readAllBytes(file)[0]);
    }

    /** A program: force is the JDK's, the others are refused with the reason. Argument: a file. */
    static final class Unguarded {

        private Unguarded() {
        }

        public static void main(String[] args) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.READ,
                    StandardOpenOption.WRITE)) {
                MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_WRITE, 0, SIZE);
                for (Executable call : List.<Executable>of(() -> Mappings.faults(buffer),
                        () -> Mappings.validated(buffer, b -> ""))) {
                    UnsupportedOperationException e = assertThrows(UnsupportedOperationException.class, call);
                    assertTrue(e.getMessage().startsWith("faults are not counted here: "), e.getMessage());
                    assertEquals(Capabilities.unavailabilityCause().orElse(null), e.getCause());
                }
                buffer.put(0, (byte) 1);
                Mappings.force(buffer);
                Mappings.force(buffer.slice(100, 100));
                assertEquals(0, total());
            }
        }
    }

    @Test
    void askingForTheTotalLoadsNothing() {
        ChildJvm.run(OnlyAsks.class, List.of()).succeeded();
    }

    /** A program: a snapshot, where nothing was mapped. */
    static final class OnlyAsks {

        private OnlyAsks() {
        }

        public static void main(String[] args) {
            assertEquals(0, total());
            assertTrue(Memory.ranges().stream().noneMatch(range -> range.name().contains("libferronio")));
        }
    }
}
