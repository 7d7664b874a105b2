package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.MappingsTest.Maker;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.FaultingThread;
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
import java.util.function.Function;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link Mappings#validated} and {@link MappedRegion#read}: the file's own bytes, or an exception here and now. */
class ValidatedReadTest {

    private static final int PAGE = 4096;
    private static final int SIZE = 16 * PAGE;
    private static final int KEPT = 4 * PAGE + 100;

    private final Path file = TestFiles.newFile(SIZE);

    private MappedByteBuffer map(MapMode mode) throws IOException {
        return Maker.FERRONIO.map(file, mode, 0, SIZE);
    }

    private MappedRegion region() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return MappedRegion.map(channel, MapMode.READ_ONLY, 0, SIZE);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    /** In the JVM's own code, which throws nothing. */
    private static long sum(ByteBuffer buffer) {
        CRC32 sum = new CRC32();
        sum.update(buffer.duplicate());
        return sum.getValue();
    }

    private static long sumOfContent() {
        return sum(ByteBuffer.wrap(TestFiles.content(0, SIZE)));
    }

    /** A read of missing pages. */
    private MappedFileChangedException assertChanged(MappedByteBuffer buffer, Function<MappedByteBuffer, ?> read) {
        long before = Mappings.faults(buffer);
        MappedFileChangedException e =
                assertThrows(MappedFileChangedException.class, () -> Mappings.validated(buffer, read));
        String file = "validated read of " + this.file + ", " + SIZE + " bytes mapped: ";
        assertTrue(e.getMessage().startsWith(file), e.getMessage());
        assertEquals(Mappings.faults(buffer) - before, e.pages());
        assertTrue(e.pages() > 0);
        assertTrue(e.offset() > KEPT && e.offset() < SIZE && e.offset() % PAGE == 0, e.getMessage());
        return e;
    }

    // ---- nothing is wrong

    @Test
    void aReadOfAWholeFileReturnsWhatTheFunctionReturns() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            MappedByteBuffer buffer = map(mode);
            assertSame(buffer, Mappings.validated(buffer, b -> b));
            MappedByteBuffer view = buffer.slice(100, 100);
            assertSame(view, Mappings.validated(view, b -> b));
            assertNull(Mappings.validated(buffer, b -> null));
            assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)),
                    ByteBuffer.wrap(Mappings.validated(buffer, ValidatedReadTest::bytes)));
            assertEquals(sumOfContent(), Mappings.validated(buffer, ValidatedReadTest::sum));
            Mappings.unmap(buffer);
        }
        try (MappedRegion region = region()) {
            assertSame(region, region.read(r -> r));
            assertEquals((Object) TestFiles.byteAt(SIZE - 1), region.read(r -> r.get(SIZE - 1)));
        }
    }

    @Test
    void whatTheFunctionThrowsIsThrown() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        for (Throwable thrown : List.of(new IllegalArgumentException(), new IOException(), new StackOverflowError(),
                new InternalError("its own"))) {
            Throwable e = assertThrows(thrown.getClass(), () -> Mappings.validated(buffer, b -> {
                throw ValidatedReadTest.<RuntimeException>unchecked(thrown);
            }));
            assertSame(thrown, e);
            assertEquals(0, e.getSuppressed().length);
        }
        Mappings.unmap(buffer);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void pagesThatAreNotReadMayBeMissing() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        assertEquals((Object) TestFiles.byteAt(KEPT - 1), Mappings.validated(buffer, b -> b.get(KEPT - 1)));
        assertEquals((Object) TestFiles.byteAt(7), Mappings.validated(buffer.slice(0, PAGE), b -> b.get(7)));
        Mappings.unmap(buffer);
    }

    // ---- truncated

    @Test
    void truncatedBefore() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        MappedFileChangedException e = assertChanged(buffer, b -> b.get(9 * PAGE));
        assertEquals(9 * PAGE, e.offset());
        assertTrue(e.getMessage().contains("the file was truncated to " + KEPT + " bytes"), e.getMessage());
        Mappings.unmap(buffer);
    }

    @Test
    void truncatedMeanwhile() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        assertChanged(buffer, b -> {
            byte first = b.get(9 * PAGE);
            TestFiles.setSize(file, KEPT);
            return first + b.get(9 * PAGE);
        });
        Mappings.unmap(buffer);
    }

    @Test
    void truncatedAfterwards() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        assertEquals((Object) TestFiles.byteAt(9 * PAGE), Mappings.validated(buffer, b -> {
            byte first = b.get(9 * PAGE);
            TestFiles.setSize(file, KEPT);
            return first;
        }));
        Mappings.unmap(buffer);
    }

    /** Wherever the zeros went: also where HotSpot has no way to throw an error. */
    @Test
    void everyWayToReadFailsEveryTime() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        List<Function<MappedByteBuffer, Object>> ways = List.of(ValidatedReadTest::sum, ValidatedReadTest::bytes,
                b -> b.get(9 * PAGE), b -> b.getLong(9 * PAGE), b -> b.slice(9 * PAGE, 5000).hashCode());
        for (int i = 0; i < 10; i++) {
            for (Function<MappedByteBuffer, Object> way : ways) {
                assertChanged(buffer, way);
            }
        }
        Mappings.unmap(buffer);
    }

    @Test
    void aFileThatHasGrownBackIsReadAgain() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        assertChanged(buffer, ValidatedReadTest::sum);
        FaultingThread.run(() -> buffer.get(9 * PAGE)); // Whose zeros must not be in the way.
        Files.write(file, TestFiles.content(0, SIZE), StandardOpenOption.WRITE);
        for (int i = 0; i < 10; i++) {
            assertEquals(sumOfContent(), Mappings.validated(buffer, ValidatedReadTest::sum));
        }
        Mappings.unmap(buffer);
    }

    @Test
    void pagesOfAPrivateMappingDoNotComeBack() throws IOException {
        MappedByteBuffer buffer = map(MapMode.PRIVATE);
        buffer.put(100, (byte) 0);
        TestFiles.setSize(file, KEPT);
        assertChanged(buffer, b -> b.get(9 * PAGE));
        Files.write(file, TestFiles.content(0, SIZE), StandardOpenOption.WRITE);
        for (int i = 0; i < 10; i++) {
            MappedFileChangedException e = assertChanged(buffer, b -> b.get(9 * PAGE));
            assertTrue(e.getMessage().contains("do not come back to this mapping"), e.getMessage());
        }
        assertEquals((Object) (byte) 0, Mappings.validated(buffer, b -> b.get(100)));
        Mappings.unmap(buffer);
    }

    @Test
    void anotherThreadsFaultCountsToo() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        MappedByteBuffer other = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        assertChanged(buffer, b -> {
            FaultingThread.run(() -> buffer.duplicate().get(9 * PAGE));
            return b.get(0);
        });
        assertEquals((Object) TestFiles.byteAt(0), Mappings.validated(buffer, b -> {
            FaultingThread.run(() -> other.get(9 * PAGE));
            return b.get(0);
        }));
        Mappings.unmap(buffer);
        Mappings.unmap(other);
    }

    @Test
    void aRegionsReadFailsAlike() throws IOException {
        try (MappedRegion region = region()) {
            TestFiles.setSize(file, KEPT);
            for (int i = 0; i < 10; i++) {
                MappedFileChangedException e =
                        assertThrows(MappedFileChangedException.class, () -> region.read(r -> r.getLong(9 * PAGE)));
                assertEquals(9 * PAGE, e.offset());
                assertThrows(MappedFileChangedException.class, () -> region.read(r -> sum(r.asByteBuffer(0, SIZE))));
                assertThrows(MappedFileChangedException.class,
                        () -> Mappings.validated(region.asByteBuffer(0, SIZE), ValidatedReadTest::sum));
                assertEquals((Object) TestFiles.byteAt(5), region.read(r -> r.get(5)));
            }
        }
    }

    // ---- what the function throws because of zeros

    @Test
    void whatTheFunctionThrowsIsTheCause() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        MappedFileChangedException e = assertChanged(buffer, b -> {
            sum(b); // No error of HotSpot's comes before the function's own.
            return TestFiles.content(0, 0)[0];
        });
        assertInstanceOf(ArrayIndexOutOfBoundsException.class, e.getCause());
        e = assertChanged(buffer, b -> {
            sum(b);
            throw ValidatedReadTest.<RuntimeException>unchecked(new Throwable("anything"));
        });
        assertEquals("anything", e.getCause().getMessage());
        Mappings.unmap(buffer);
    }

    @Test
    void theJvmsOwnTroubleIsMoreUrgent() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        TestFiles.setSize(file, KEPT);
        for (Error thrown : List.of(new OutOfMemoryError(), new StackOverflowError(), new InternalError("another"))) {
            Error e = assertThrows(thrown.getClass(), () -> Mappings.validated(buffer, b -> {
                sum(b);
                throw thrown;
            }));
            assertSame(thrown, e);
            assertInstanceOf(MappedFileChangedException.class, e.getSuppressed()[0]);
        }
        Mappings.unmap(buffer);
    }

    // ---- unmapped

    @Test
    void unmappedBefore() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        Mappings.unmap(buffer);
        assertThrows(IllegalStateException.class, () -> Mappings.validated(buffer, b -> {
            throw new AssertionError("called");
        }));
        MappedRegion region = region();
        region.close();
        assertThrows(IllegalStateException.class, () -> region.read(r -> {
            throw new AssertionError("called");
        }));
    }

    @Test
    void unmappedMeanwhile() throws IOException {
        MappedByteBuffer buffer = map(MapMode.READ_ONLY);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Mappings.validated(buffer, b -> {
            Mappings.unmap(b);
            return b.get(0);
        }));
        assertTrue(e.getMessage().contains("unmapped meanwhile"), e.getMessage());
        MappedByteBuffer another = map(MapMode.READ_ONLY);
        assertEquals((Object) TestFiles.byteAt(0), Mappings.validated(another, b -> {
            byte first = b.get(0);
            Mappings.unmap(b);
            return first;
        }));
        MappedRegion region = region();
        MappedByteBuffer view = region.asByteBuffer(0, SIZE);
        assertThrows(IllegalStateException.class, () -> region.read(r -> {
            r.close();
            return r.get(0);
        }));
        MappedRegion second = region();
        assertThrows(IllegalStateException.class, () -> second.read(r -> {
            MappedByteBuffer shown = r.asByteBuffer(0, SIZE);
            r.close();
            return sum(shown);
        }));
        assertThrows(IllegalStateException.class, () -> Mappings.validated(view, ValidatedReadTest::sum));
    }

    // ---- HotSpot's own error

    /** Interpreted, and compiled by either compiler. */
    @ParameterizedTest
    @CsvSource({"-XX:+TieredCompilation, 200", "-XX:TieredStopAtLevel=1, 200", "-XX:-TieredCompilation, 200", "-Xint, 1"})
    void hotSpotsErrorDoesNotSurfaceLater(String compiler, String warmUp) {
        ChildJvm.run(ValidatedReaders.class, List.of(compiler), warmUp, "platform").succeeded();
    }

    @ParameterizedTest
    @CsvSource({"-XX:TieredStopAtLevel=1, 200", "-XX:-TieredCompilation, 200", "-Xint, 1"})
    void norDoesItInAVirtualThread(String compiler, String warmUp) {
        Assumptions.assumeTrue(Runtime.version().feature() >= 21, "virtual threads are final from JDK 21 on");
        ChildJvm.run(ValidatedReaders.class, List.of(compiler), warmUp, "virtual").succeeded();
    }
}
