package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.examples.QuietReader;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The example that reads without a trace: just those pages are in memory afterwards that were before.
 *
 * <p>The kernel may take any clean page away at any time, and keep one that it just uses itself. So what was not as it
 * should be is tried again from scratch. What is read must be right each time.
 */
class QuietReaderTest {

    private static final int PAGE = 4096;
    /** Of the reader. */
    private static final int WINDOW = 8 << 20;
    private static final int SIZE = 3 * WINDOW + 100;
    private static final int TRIES = 10;

    @ParameterizedTest
    @CsvSource({"mkfs.ext4 -q -F, loop", "mkfs.xfs -q -f, loop", "mkfs.btrfs -q -f, loop",
        "mkfs.btrfs -q -f, 'loop,compress-force=zstd'"})
    void onADisk(String makeFileSystem, String mountOptions) throws Exception {
        Path disk = TestFiles.newSparseFile(512 << 20);
        Path folder = TestFiles.newFolder();
        List<String> launcher = FileCopyRouteTest.mounted("%s %s; mount -o %s %s %s".formatted(makeFileSystem, disk,
                mountOptions, disk, folder));
        String output = ChildJvm.runThrough(launcher, OnDisk.class, List.of(), folder.toString()).succeeded();
        assertTrue(output.contains("all as it was"), output);
        Files.delete(disk);
    }

    /** A program: files of a disk, with this and that in memory. */
    static final class OnDisk {
        private OnDisk() {
        }

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            for (int size : new int[] {0, 1, PAGE, SIZE}) {
                try (Scene scene = new Scene(folder.resolve("file-" + size), size)) {
                    scene.assertStaysAsItIs(() -> { }, 1 << 16);
                    scene.assertStaysAsItIs(scene::readAll, 1 << 16);
                }
            }
            try (Scene scene = new Scene(folder.resolve("file"), SIZE)) {
                // Within a window, all that a window has, and all that there is.
                for (int atOnce : new int[] {100_003, WINDOW + 1, 2 * SIZE}) {
                    scene.assertStaysAsItIs(scene::readHereAndThere, atOnce);
                }
                scene.assertStaysAsItIs(scene::readEverySecondPage, 1 << 18);
                scene.assertDirtyPageStays();
                scene.assertLeftEarly();
            }
            System.out.println("all as it was");
        }
    }

    @Test
    void inMemoryAllStays() throws Exception {
        Path folder = TestFiles.newFolder();
        String output = ChildJvm.runThrough(FileCopyRouteTest.mounted("mount -t tmpfs tmpfs " + folder), InMemory.class,
                List.of(), folder.toString()).succeeded();
        assertTrue(output.contains("all as it was"), output);
    }

    /** A program: a file that cannot leave memory. */
    static final class InMemory {
        private InMemory() {
        }

        public static void main(String[] args) throws Exception {
            try (Scene scene = new Scene(Path.of(args[0]).resolve("file"), SIZE)) {
                scene.assertReadRight(1 << 16);
                assertEquals(scene.pages(), scene.resident().cardinality());
            }
            System.out.println("all as it was");
        }
    }

    /** A user to whom the kernel does not tell what is resident cannot know what was: all that he has read stays. */
    @Test
    void whoIsNotToldDropsNothing() throws Exception {
        Path path = TestFiles.newPath(".data");
        try (Scene scene = new Scene(path, SIZE)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--")); // Whatever the umask.
            boolean isAsExpected = false;
            String output = "";
            for (int i = 0; i < TRIES && !isAsExpected; i++) {
                PageCache.drop(scene.file, 0, SIZE);
                BitSet before = scene.resident();
                output = ChildJvm.runUnprivileged(Stranger.class, List.of(), path.toString()).succeeded();
                BitSet all = new BitSet();
                all.set(0, scene.pages());
                BitSet after = scene.resident();
                isAsExpected = after.equals(output.contains("told: false") ? all : before);
                output += after.cardinality() + " pages are resident afterwards, " + before.cardinality() + " before";
            }
            assertTrue(isAsExpected, output);
        } finally {
            Files.delete(path);
        }
    }

    /** A program: reads a file that it may only read (or owns, where the test is no root). */
    static final class Stranger {
        private Stranger() {
        }

        public static void main(String[] args) throws Exception {
            try (FileChannel file = FileChannel.open(Path.of(args[0]))) {
                System.out.println("told: " + PageCache.residency(file, 0, SIZE).resident().isPresent());
                assertEquals(checksum(SIZE), read(file, 1 << 16));
            }
        }
    }

    @Test
    void theProgramPrintsTheChecksum() {
        Path file = TestFiles.newFile(100_000);
        String output = ChildJvm.run(QuietReader.class, List.of(), file.toString()).succeeded();
        assertTrue(output.contains("CRC-32C: %08x\n".formatted(checksum(100_000))), output);
        assertTrue(output.matches("(?s)before: \\d+ of 25 pages resident, .*after:  \\d+ of 25 pages resident, .*"),
                output);
        assertEquals(2, ChildJvm.run(QuietReader.class, List.of()).exitStatus());
    }

    @Test
    void closedItReadsNoMoreAndTheFileStaysOpen() throws IOException {
        try (FileChannel file = FileChannel.open(TestFiles.newFile(10_000))) {
            file.position(1);
            QuietReader reader = new QuietReader(file);
            assertEquals(0, reader.read(ByteBuffer.allocate(0)));
            assertThrows(IllegalArgumentException.class, () -> reader.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
            ByteBuffer some = ByteBuffer.allocate(3);
            assertEquals(2, reader.read(some.position(1)));
            assertEquals(TestFiles.byteAt(1), some.get(2));
            assertTrue(reader.isOpen());
            reader.close();
            reader.close();
            assertFalse(reader.isOpen());
            assertThrows(ClosedChannelException.class, () -> reader.read(some.clear()));
            assertTrue(file.isOpen());
            assertEquals(1, file.position());
        }
    }

    @Test
    void aFileThatIsClosedOrHasBecomeShorterEndsIt() throws IOException {
        Path path = TestFiles.newFile(2 * WINDOW);
        FileChannel file = FileChannel.open(path);
        try (QuietReader reader = new QuietReader(file)) {
            assertEquals(1, reader.read(ByteBuffer.allocate(1)));
            TestFiles.setSize(path, 10);
            assertEquals(9, reader.read(ByteBuffer.allocate(PAGE)));
            assertEquals(-1, reader.read(ByteBuffer.allocate(PAGE)));
            file.close();
            assertFalse(reader.isOpen());
            assertThrows(ClosedChannelException.class, () -> reader.read(ByteBuffer.allocate(1)));
        }
    }

    private static long checksum(int size) {
        CRC32C checksum = new CRC32C();
        checksum.update(TestFiles.content(0, size));
        return checksum.getValue();
    }

    /** Reads all, some bytes at once; the checksum. */
    private static long read(FileChannel file, int atOnce) throws IOException {
        CRC32C checksum = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocateDirect(atOnce);
        try (QuietReader reader = new QuietReader(file)) {
            while (reader.read(bytes.clear()) >= 0) {
                checksum.update(bytes.flip());
            }
        }
        return checksum.getValue();
    }

    private interface Action {
        void run() throws IOException;
    }

    /** One file, which nobody else uses. */
    private static final class Scene implements AutoCloseable {
        private final FileChannel file;
        private final int size;

        Scene(Path path, int size) throws IOException {
            this.size = size;
            file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            // From the second page on for itself: then compressed extents lie across the edges of windows.
            write(0, Math.min(size, PAGE));
            file.force(false);
            write(PAGE, Math.max(0, size - PAGE));
        }

        @Override
        public void close() throws IOException {
            file.close();
        }

        private void write(int position, int length) throws IOException {
            file.write(ByteBuffer.wrap(TestFiles.content(position, length)), position);
        }

        int pages() {
            return (size + PAGE - 1) / PAGE;
        }

        /** Page by page. */
        BitSet resident() throws IOException {
            BitSet resident = new BitSet();
            for (int page = 0; page < pages(); page++) {
                if (PageCache.residency(file, (long) page * PAGE, 1).resident().orElseThrow() == 1) {
                    resident.set(page);
                }
            }
            return resident;
        }

        private void dropAll() {
            assertTrue(Eventually.holds(() -> {
                try {
                    PageCache.drop(file, 0, size);
                    return PageCache.residency(file, 0, size).resident().orElseThrow() == 0;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }

        private void read(int page, int pages) throws IOException {
            file.read(ByteBuffer.allocate(pages * PAGE), (long) page * PAGE);
        }

        void readAll() throws IOException {
            read(0, pages());
        }

        /** Single pages and runs, at and across the edges of windows; by the kernel's own manner in large folios. */
        void readHereAndThere() throws IOException {
            int window = WINDOW / PAGE;
            PageCache.advise(file, 0, 1, Advice.RANDOM);
            for (int page : new int[] {0, 7, 8, window - 1, window, pages() - 2}) {
                read(page, 1);
            }
            read(100, 64);
            PageCache.advise(file, 0, 1, Advice.SEQUENTIAL);
            read(2 * window - 200, 400);
        }

        void readEverySecondPage() throws IOException {
            PageCache.advise(file, 0, 1, Advice.RANDOM);
            for (int page = 0; page < pages(); page += 2) {
                read(page, 1);
            }
        }

        void assertReadRight(int atOnce) throws IOException {
            assertEquals(checksum(size), QuietReaderTest.read(file, atOnce));
        }

        void assertStaysAsItIs(Action prepare, int atOnce) throws IOException {
            tryAgainUntilEqual(prepare, () -> assertReadRight(atOnce));
        }

        private void tryAgainUntilEqual(Action prepare, Action use) throws IOException {
            StringBuilder differences = new StringBuilder();
            for (int i = 0; i < TRIES; i++) {
                dropAll();
                prepare.run();
                BitSet before = resident();
                use.run();
                BitSet changed = resident();
                changed.xor(before);
                if (changed.isEmpty()) {
                    return;
                }
                differences.append("\npages that have come or gone: ").append(changed);
            }
            throw new AssertionError(differences.toString());
        }

        /** In memory, and as dirty as it was: it is nobody's business to write it now. */
        void assertDirtyPageStays() throws IOException {
            int page = pages() / 2;
            for (int i = 0; i < TRIES; i++) {
                assertStaysAsItIs(() -> write(page * PAGE, PAGE), 1 << 16);
                Residency residency = PageCache.residency(file, (long) page * PAGE, 1);
                if (residency.dirty().orElse(1) == 1) { // Else the kernel may have written it by itself.
                    return;
                }
            }
            throw new AssertionError("page " + page + " was written each time");
        }

        /** What is still on its way when it is closed leaves, too. */
        void assertLeftEarly() throws IOException {
            int complete = 0;
            for (int i = 0; i < 2 * TRIES; i++) {
                dropAll();
                readHereAndThere();
                BitSet before = resident();
                try (QuietReader reader = new QuietReader(file)) {
                    assertEquals(1, reader.read(ByteBuffer.allocate(1)));
                }
                complete += resident().equals(before) ? 1 : 0;
            }
            assertTrue(complete >= 2 * TRIES - 2, complete + " of " + 2 * TRIES + " times nothing came or went");
        }
    }
}
