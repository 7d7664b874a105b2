package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.FileTree;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link PageCache}: what it counts, whom it tells, what it refuses. What it brings about: PageCacheEffectTest. */
class PageCacheTest {

    private static final int PAGE = 4096;
    private static final int SIZE = 10 * PAGE + 100;

    /** Every method, on a whole file. */
    enum Method {
        RESIDENCY {
            @Override
            void call(FileChannel file, long position, long length) throws IOException {
                PageCache.residency(file, position, length);
            }
        },
        READ_AHEAD {
            @Override
            void call(FileChannel file, long position, long length) throws IOException {
                PageCache.readAhead(file, position, length);
            }
        },
        DROP {
            @Override
            void call(FileChannel file, long position, long length) throws IOException {
                PageCache.drop(file, position, length);
            }
        },
        NORMAL(Advice.NORMAL), SEQUENTIAL(Advice.SEQUENTIAL), RANDOM(Advice.RANDOM), WILL_NEED(Advice.WILL_NEED);

        private final Advice advice;

        Method() {
            this(null);
        }

        Method(Advice advice) {
            this.advice = advice;
        }

        void call(FileChannel file, long position, long length) throws IOException {
            PageCache.advise(file, position, length, advice);
        }
    }

    @ParameterizedTest
    @EnumSource
    void badArgumentsAreRefused(Method method) throws IOException {
        assertThrows(NullPointerException.class, () -> method.call(null, 0, 1));
        FileChannel closed = FileChannel.open(TestFiles.newFile(SIZE));
        closed.close();
        assertThrows(ClosedChannelException.class, () -> method.call(closed, 0, 1));
        try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE))) {
            assertRefused("Negative position: -1", method, file, -1, 1);
            assertRefused("Negative length: -2", method, file, 0, -2);
            assertRefused("position 2 and length 9223372036854775806: the range ends beyond 9223372036854775807",
                    method, file, 2, Long.MAX_VALUE - 1);
            assertRefused("only the JDK's own file channels can be asked for their pages, not a "
                    + ChannelDelegate.class.getName(), method, new ChannelDelegate(file), 0, 1);
        }
    }

    private static void assertRefused(String message, Method method, FileChannel file, long position, long length) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> method.call(file, position, length));
        assertEquals(message, e.getMessage());
    }

    @ParameterizedTest
    @EnumSource(names = {"HUGE_PAGES", "NO_HUGE_PAGES", "DONT_DUMP"})
    void adviceForMappingsIsRefused(Advice advice) throws IOException {
        try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE))) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> PageCache.advise(file, 0, 1, advice));
            assertEquals(advice + " is advice for a mapping; a file takes NORMAL, SEQUENTIAL, RANDOM and WILL_NEED",
                    e.getMessage());
            assertThrows(NullPointerException.class, () -> PageCache.advise(file, 0, 1, null));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatHasNoPagesIsRefused(Method method) throws Exception {
        String only = ": only regular files and block devices have pages in the page cache";
        Path folder = TestFiles.newFolder();
        Path fifo = folder.resolve("fifo");
        Assumptions.assumeTrue(new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor() == 0);
        String device = " is a pipe, a socket or a device without a size";
        assertHasNoPages(folder + " is a directory" + only, method, folder, StandardOpenOption.READ);
        assertHasNoPages(fifo + device + only, method, fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        assertHasNoPages("/dev/zero" + device + only, method, Path.of("/dev/zero"), StandardOpenOption.READ);
    }

    private static void assertHasNoPages(String message, Method method, Path path, StandardOpenOption... options)
            throws IOException {
        try (FileChannel file = FileChannel.open(path, options)) {
            for (long length : new long[] {0, 1, Long.MAX_VALUE}) {
                IOException e = assertThrows(IOException.class, () -> method.call(file, 0, length));
                assertEquals(message, e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptClosesTheChannel(Method method) throws IOException {
        try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE))) {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> method.call(file, 0, SIZE));
            assertTrue(Thread.interrupted());
            assertFalse(file.isOpen());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadMayCloseTheChannel(Method method) throws Exception {
        Path path = TestFiles.newFile(SIZE);
        for (int i = 0; i < 100; i++) {
            FileChannel file = FileChannel.open(path);
            method.call(file, 0, SIZE);
            TransferTask<Boolean> task = TransferTask.start(() -> {
                while (true) {
                    try {
                        method.call(file, 0, SIZE);
                    } catch (ClosedChannelException e) {
                        return true;
                    }
                }
            });
            file.close();
            assertTrue(task.result());
        }
    }

    @Test
    void positionAndContentStayAndAnyWayOfOpeningWillDo() throws IOException {
        Path path = TestFiles.newFile(SIZE);
        for (StandardOpenOption[] options : new StandardOpenOption[][] {{StandardOpenOption.READ},
                {StandardOpenOption.WRITE}, {StandardOpenOption.APPEND}}) {
            try (FileChannel file = FileChannel.open(path, options)) {
                long position = file.position();
                for (Method method : Method.values()) {
                    method.call(file, 1, SIZE);
                }
                assertEquals(position, file.position());
            }
        }
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(path));
    }

    @Test
    void pagesAreThoseOfTheRangeThatTheFileHas() throws IOException {
        try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE)); FileChannel empty = FileChannel.open(
                TestFiles.newFile(0)); FileChannel made = FileChannel.open(Path.of("/proc/self/status"))) {
            assertEquals(11, pages(file, 0, Long.MAX_VALUE));
            assertEquals(11, pages(file, 0, SIZE));
            assertEquals(10, pages(file, 0, 10 * PAGE));
            assertEquals(1, pages(file, 0, 1));
            assertEquals(2, pages(file, PAGE - 1, 2));
            assertEquals(1, pages(file, SIZE - 1, 1));
            assertEquals(1, pages(file, SIZE - 1, 100_000));
            assertEquals(0, pages(file, SIZE, 1));
            assertEquals(0, pages(file, PAGE, 0));
            assertEquals(0, pages(file, Long.MAX_VALUE, 0));
            assertEquals(0, pages(empty, 0, Long.MAX_VALUE));
            assertEquals(0, pages(made, 0, Long.MAX_VALUE));
            Residency none = PageCache.residency(file, 0, 0);
            assertEquals(List.of(OptionalLong.of(0), OptionalLong.of(0)), List.of(none.resident(), none.dirty()));
            assertEquals("0 of 0 pages resident, 0 dirty", none.toString());
        }
    }

    private static long pages(FileChannel file, long position, long length) throws IOException {
        Residency residency = PageCache.residency(file, position, length);
        long resident = residency.resident().orElseThrow();
        assertTrue(resident >= 0 && resident <= residency.pages(), residency::toString);
        assertTrue(residency.dirty().orElse(0) <= residency.pages(), residency::toString);
        return residency.pages();
    }

    /** In pieces: the kernel is not asked for all at once. */
    @Test
    void theLargestFilesAreCounted() throws IOException {
        long size = 15L << 40; // Near the most that ext4 can have.
        Path path = TestFiles.newFile(0);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            try {
                file.write(ByteBuffer.wrap(new byte[] {1}), size - 1);
            } catch (IOException e) {
                throw Assumptions.<RuntimeException>abort("no file of 15 TiB here: " + e);
            }
            file.write(ByteBuffer.wrap(new byte[] {1}), 0);
            Residency residency = PageCache.residency(file, 0, Long.MAX_VALUE);
            assertEquals(size / PAGE, residency.pages());
            long resident = residency.resident().orElseThrow();
            assertTrue(resident > 0 && resident <= 1000, residency::toString);
        } finally {
            Files.delete(path);
        }
    }

    /** What nobody has read or written cannot be in memory; the kernel would claim so of files of others. */
    @Test
    void ofAnothersFileNothingIsClaimed() throws Exception {
        Path readable = TestFiles.newSparseFile(SIZE, "rw-r--r--");
        Path writable = TestFiles.newSparseFile(SIZE, "rw-rw-rw-");
        String output = ChildJvm.runUnprivileged(Stranger.class, List.of(), readable.toString(), writable.toString())
                .succeeded();
        assertTrue(output.contains("nothing is claimed"), output);
    }

    /** A program: residency of a file that it may only read (or owns, where the test is no root), and of others. */
    static final class Stranger {
        private Stranger() {
        }

        public static void main(String[] args) throws Exception {
            try (FileChannel file = FileChannel.open(Path.of(args[0]))) {
                Residency residency = PageCache.residency(file, 0, SIZE);
                assertEquals(11, residency.pages());
                // Kernels before the check tell the truth to anybody.
                assertEquals(0, residency.resident().orElse(0), residency::toString);
                if (residency.resident().isEmpty()) {
                    assertEquals("unknown of 11 pages resident, unknown dirty", residency.toString());
                    assertTrue(residency.dirty().isEmpty());
                    assertFalse(Files.isWritable(Path.of(args[0])));
                }
                PageCache.readAhead(file, 0, SIZE);
                PageCache.drop(file, 0, SIZE);
                try (MappedRegion region = MappedRegion.map(file, FileChannel.MapMode.READ_ONLY, 0, SIZE)) {
                    assertEquals(0, region.residency(0, SIZE).resident().orElse(0));
                }
            }
            Path own = TestFiles.newSparseFile(SIZE);
            for (Path told : List.of(Path.of(args[1]), own)) {
                try (FileChannel file = FileChannel.open(told)) {
                    assertEquals(OptionalLong.of(0), PageCache.residency(file, 0, SIZE).resident());
                    try (MappedRegion region = MappedRegion.map(file, FileChannel.MapMode.READ_ONLY, 0, SIZE)) {
                        assertEquals(OptionalLong.of(0), region.residency(0, SIZE).resident());
                    }
                }
            }
            System.out.println("nothing is claimed");
        }
    }

    /** As on a kernel before 6.5, which {@code tests/natives} makes believe. */
    @Test
    void withoutCachestatMincoreServes() {
        List<String> preload = List.of("env", "LD_PRELOAD=" + System.getProperty("ferronio.test.natives"),
                "FERRONIO_TEST_MISSING=cachestat");
        String output = ChildJvm.runThrough(preload, WithoutCachestat.class, List.of()).succeeded();
        assertTrue(output.contains("counted by mincore"), output);
    }

    /** A program: counts, and finds in the list of capabilities why not better. */
    static final class WithoutCachestat {
        private WithoutCachestat() {
        }

        public static void main(String[] args) throws Exception {
            Map<String, Capability> capabilities = Capabilities.all().stream()
                    .collect(Collectors.toMap(Capability::name, capability -> capability));
            assertEquals("cachestat: no (ENOSYS: Function not implemented)", capabilities.get("cachestat").toString());
            assertTrue(capabilities.get("page cache").isAvailable());

            try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE))) {
                Residency all = PageCache.residency(file, 0, Long.MAX_VALUE);
                assertEquals(11, all.pages());
                assertTrue(all.resident().isPresent() && all.dirty().isEmpty(), all::toString);
                assertTrue(Eventually.holds(() -> {
                    try {
                        PageCache.readAhead(file, 3 * PAGE, 1);
                        return PageCache.residency(file, 3 * PAGE, 1).resident().getAsLong() == 1;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
            }
            try (FileChannel hole = FileChannel.open(TestFiles.newSparseFile(3L << 30))) { // Mapped in several parts.
                Residency residency = PageCache.residency(hole, 1, Long.MAX_VALUE - 1);
                assertEquals("0 of " + (3L << 30) / PAGE + " pages resident, unknown dirty", residency.toString());
            }
            System.out.println("counted by mincore");
        }
    }

    /** What the kernel may answer to a drop: strace(1) puts it into its mouth. */
    @ParameterizedTest
    @CsvSource({"sync_file_range:error=ENOSPC, No space left on device",
        "sync_file_range:error=EINTR:when=1..3, dropped", "fadvise64:error=EIO, Input/output error"})
    void whatCannotBeDroppedIsAnException(String injected, String expected) throws Exception {
        List<String> strace = List.of("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e",
                "trace=" + injected.substring(0, injected.indexOf(':')), "-e", "inject=" + injected);
        Assumptions.assumeTrue(works(strace), "strace is not installed, or may not inject here");
        String output = ChildJvm.runThrough(strace, OneDrop.class, List.of()).succeeded();
        assertTrue(output.contains("outcome: " + expected + "\n"), output);
    }

    private static boolean works(List<String> strace) throws InterruptedException {
        List<String> trial = new ArrayList<>(strace);
        trial.add("true");
        try {
            return new ProcessBuilder(trial).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // There is no such program.
        }
    }

    /** A program: drops a file, and says how that went. */
    static final class OneDrop {
        private OneDrop() {
        }

        public static void main(String[] args) throws Exception {
            try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE))) {
                PageCache.drop(file, 0, SIZE);
                System.out.println("outcome: dropped");
            } catch (IOException e) {
                assertTrue(e.getCause().getMessage().contains(" from position 0 to " + SIZE), e.getCause()::toString);
                System.out.println("outcome: " + e.getMessage());
            }
        }
    }

    /** Whatever is permitted to others, and to himself. */
    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "r--r--r--", "---------"})
    void whoOwnsAFileIsTold(String permissions) throws IOException {
        Path path = FileTree.sparseFile(SIZE, 0);
        try (FileChannel file = FileChannel.open(path)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
            assertTrue(PageCache.residency(file, 0, SIZE).resident().isPresent());
        }
    }
}
