package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link PageCache} brings about, as its residency shows it, on each filesystem.
 *
 * <p>The kernel may take any clean page away at any time, and keep one that it just uses itself. So what should be the
 * case is asked for, and done, again and again until it is.
 */
class PageCacheEffectTest {

    private static final int PAGE = 4096;
    private static final int PAGES = 65;
    /** The last page is not whole. */
    private static final int SIZE = 64 * PAGE + 100;

    @ParameterizedTest
    @ValueSource(strings = {"mkfs.ext4 -q -F", "mkfs.xfs -q -f", "mkfs.btrfs -q -f"})
    void onADisk(String makeFileSystem) throws Exception {
        Path disk = TestFiles.newSparseFile(512 << 20);
        Path folder = TestFiles.newFolder();
        assertDone(FileCopyRouteTest.mounted(
                "%s %s; mount -o loop %s %s".formatted(makeFileSystem, disk, disk, folder)), OnDisk.class, folder);
        Files.delete(disk);
    }

    @Test
    void inMemory() throws Exception {
        Path folder = TestFiles.newFolder();
        assertDone(FileCopyRouteTest.mounted("mount -t tmpfs tmpfs " + folder), InMemory.class, folder);
    }

    /** As in containers: the file is another one, below. */
    @Test
    void onOverlay() throws Exception {
        Path disk = TestFiles.newSparseFile(512 << 20);
        Path folder = TestFiles.newFolder();
        assertDone(FileCopyRouteTest.mounted(("mkfs.xfs -q -f %1$s; mount -o loop %1$s %2$s; cd %2$s;"
                + " mkdir lower upper work merged;"
                + " mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged; cd /")
                .formatted(disk, folder)), OnOverlay.class, folder.resolve("merged"));
        Files.delete(disk);
    }

    private static void assertDone(List<String> launcher, Class<?> program, Path folder) throws Exception {
        String output = ChildJvm.runThrough(launcher, program, List.of(), folder.toString()).succeeded();
        assertTrue(output.contains("all as it should be"), output);
    }

    /** A program: where pages come from a disk, and go there. */
    static final class OnDisk {
        private OnDisk() {
        }

        public static void main(String[] args) throws Exception {
            try (Scene scene = new Scene(Path.of(args[0]))) {
                scene.writtenIsDirtyAndDroppedIsClean();
                scene.readAheadIsResident();
                scene.onlyWholePagesLeave();
                scene.adviceOnTheOrderIsTaken();
                scene.mappedPagesStay();
            }
            System.out.println("all as it should be");
        }
    }

    /** A program: where all is in memory and nothing can leave it. */
    static final class InMemory {
        private InMemory() {
        }

        public static void main(String[] args) throws Exception {
            try (Scene scene = new Scene(Path.of(args[0]))) {
                scene.write();
                for (int i = 0; i < 2; i++) {
                    Residency residency = scene.residency();
                    assertEquals(OptionalLong.of(PAGES), residency.resident());
                    assertEquals(0, residency.dirty().orElse(0));
                    PageCache.drop(scene.file, 0, SIZE);
                    PageCache.readAhead(scene.file, 0, SIZE);
                }
                for (Advice advice : List.of(Advice.SEQUENTIAL, Advice.RANDOM, Advice.NORMAL, Advice.WILL_NEED)) {
                    PageCache.advise(scene.file, 0, SIZE, advice);
                }
                scene.assertContent();
            }
            System.out.println("all as it should be");
        }
    }

    /** A program: where cachestat(2) and sync_file_range(2) look at the wrong file, and others serve. */
    static final class OnOverlay {
        private OnOverlay() {
        }

        public static void main(String[] args) throws Exception {
            try (Scene scene = new Scene(Path.of(args[0]))) {
                scene.write();
                assertEquals(OptionalLong.of(PAGES), scene.residency().resident());
                assertEquals(OptionalLong.empty(), scene.residency().dirty());
                scene.droppedIsWrittenFirst();
                scene.readAheadIsResident();
                scene.adviceOnTheOrderIsTaken();
            }
            System.out.println("all as it should be");
        }
    }

    /** One file, which nobody else uses. */
    private static final class Scene implements AutoCloseable {
        private final FileChannel file;

        Scene(Path folder) throws IOException {
            file = FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }

        private interface Action {
            void run() throws IOException;
        }

        private interface Condition {
            boolean holds() throws IOException;
        }

        /** Does something until it has the effect that it should have. */
        private static void repeat(Action action, Condition effect) {
            assertTrue(Eventually.holds(() -> {
                try {
                    action.run();
                    return effect.holds();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }

        Residency residency() throws IOException {
            return PageCache.residency(file, 0, Long.MAX_VALUE);
        }

        private long resident() throws IOException {
            return residency().resident().orElseThrow();
        }

        private boolean isResident(int page) throws IOException {
            return PageCache.residency(file, (long) page * PAGE, 1).resident().orElseThrow() == 1;
        }

        void write() throws IOException {
            assertEquals(SIZE, file.write(ByteBuffer.wrap(TestFiles.content(0, SIZE)), 0));
        }

        private void read(int page) throws IOException {
            assertEquals(1, file.read(ByteBuffer.allocate(1), (long) page * PAGE));
        }

        void assertContent() throws IOException {
            ByteBuffer content = ByteBuffer.allocate(SIZE);
            while (content.hasRemaining()) {
                assertTrue(file.read(content, content.position()) > 0);
            }
            assertArrayEquals(TestFiles.content(0, SIZE), content.array());
        }

        private void dropAll() {
            repeat(() -> PageCache.drop(file, 0, SIZE), () -> resident() == 0);
        }

        void writtenIsDirtyAndDroppedIsClean() throws IOException {
            write();
            if (residency().dirty().isPresent()) {
                repeat(this::write, () -> residency().dirty().getAsLong() > 0);
                PageCache.drop(file, 0, SIZE);
                assertEquals(OptionalLong.of(0), residency().dirty());
            }
            assertEquals(PAGES, residency().pages());
            droppedIsWrittenFirst();
        }

        /**
         * What is dirty, or on its way to the device, would stay. One drop after a write takes all: not always, since
         * the kernel may use a page just then, but mostly.
         */
        void droppedIsWrittenFirst() throws IOException {
            int complete = 0;
            for (int i = 0; i < 20; i++) {
                write();
                PageCache.drop(file, 0, SIZE);
                complete += resident() == 0 ? 1 : 0;
            }
            assertTrue(complete >= 10, complete + " of 20 drops were complete");
            assertContent();
        }

        void readAheadIsResident() throws IOException {
            dropAll();
            repeat(() -> PageCache.readAhead(file, 0, Long.MAX_VALUE), () -> resident() == PAGES);
            dropAll();
            repeat(() -> PageCache.advise(file, 10 * PAGE, 1, Advice.WILL_NEED), () -> isResident(10));
            assertContent();
        }

        /** Read one by one, pages lie alone: not in large folios, which stay as a whole. */
        private void readOneByOne() throws IOException {
            PageCache.advise(file, 0, SIZE, Advice.RANDOM);
            for (int page = 0; page < PAGES; page++) {
                read(page);
            }
        }

        void onlyWholePagesLeave() throws IOException {
            dropAll();
            // Pages 0 and 2 have bytes outside.
            repeat(() -> {
                readOneByOne();
                PageCache.drop(file, 1, 2 * PAGE);
            }, () -> isResident(0) && !isResident(1) && isResident(2));
            // Of the last page all is in the range that it has, or not.
            repeat(() -> {
                readOneByOne();
                PageCache.drop(file, 63 * PAGE, PAGE + 99);
            }, () -> isResident(62) && !isResident(63) && isResident(64));
            for (long end : new long[] {SIZE, SIZE + 50, 100 * PAGE}) {
                repeat(() -> {
                    readOneByOne();
                    PageCache.drop(file, 64 * PAGE, end - 64 * PAGE);
                }, () -> isResident(63) && !isResident(64));
            }
            readOneByOne();
            PageCache.drop(file, 0, 0);
            repeat(this::readOneByOne, () -> resident() == PAGES);
            assertContent();
        }

        void adviceOnTheOrderIsTaken() throws IOException {
            repeat(() -> {
                dropAll();
                PageCache.advise(file, 0, 1, Advice.RANDOM);
                read(10);
            }, () -> resident() == 1 && isResident(10));
            for (Advice advice : List.of(Advice.NORMAL, Advice.SEQUENTIAL)) {
                repeat(() -> {
                    dropAll();
                    PageCache.advise(file, 0, 1, Advice.RANDOM);
                    PageCache.advise(file, 0, 0, advice); // Of no bytes: nothing.
                    read(0);
                }, () -> resident() == 1);
                repeat(() -> {
                    dropAll();
                    PageCache.advise(file, 0, 1, advice);
                    read(0);
                }, () -> resident() > 1);
            }
        }

        void mappedPagesStay() throws IOException {
            dropAll();
            try (MappedRegion region = MappedRegion.map(file, FileChannel.MapMode.READ_ONLY, 0, SIZE)) {
                repeat(() -> {
                    region.get(5 * PAGE);
                    PageCache.drop(file, 0, SIZE);
                }, () -> isResident(5) && resident() < PAGES);
            }
            dropAll();
        }
    }
}
