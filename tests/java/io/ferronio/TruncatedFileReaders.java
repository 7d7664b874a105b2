package io.ferronio;

import io.ferronio.testing.TestFiles;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program: another process truncates a file that is mapped, and the mapping is read in all ways. Exit
 * status 1 if what is left of the file reads wrong, or the rest as anything but zeros.
 */
final class TruncatedFileReaders {

    private static final int SIZE = 24 * 4096;
    /** In the middle of a page. */
    private static final int KEPT = 9 * 4096 + 1000;

    private static volatile Throwable failure;
    private static final AtomicInteger ERRORS = new AtomicInteger();

    private TruncatedFileReaders() {
    }

    /** In a thread of its own: the error for an access may come any time later in the thread that made it. */
    private static void inThread(Runnable action) throws InterruptedException {
        Thread thread = new Thread(action);
        thread.setUncaughtExceptionHandler((t, e) -> {
            if (e instanceof InternalError) {
                ERRORS.incrementAndGet();
            } else {
                failure = e;
            }
        });
        thread.start();
        thread.join();
    }

    private static void truncateUnderReaders(MapMode mode, WayToRead way, Expected whole) throws Exception {
        Path file = Files.write(TestFiles.newPath(".data"), whole.bytes());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = Mappings.map(channel, mode, 0, SIZE);
            way.read(buffer, whole);
            TestFiles.setSize(file, KEPT);
            Expected rest = whole.gone(KEPT);
            inThread(() -> way.read(buffer, rest));
            // The second time it reads the zeros that were put there, or faults on the next pages.
            inThread(() -> way.read(buffer, rest));
            inThread(() -> WayToRead.BULK_GET.read(buffer.slice(0, KEPT), new Expected(
                    Arrays.copyOf(whole.bytes(), KEPT), KEPT, KEPT)));
            Mappings.unmap(buffer);
        }
        Files.delete(file);
    }

    /** Arguments: how often each way is run before, so that the JIT compiles it. */
    public static void main(String[] args) throws Exception {
        Expected whole = Expected.mapped(TestFiles.content(0, SIZE));
        try (FileChannel channel = FileChannel.open(TestFiles.newFile(SIZE))) {
            MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE);
            for (WayToRead way : WayToRead.values()) {
                for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                    way.read(buffer, whole);
                }
            }
            Mappings.unmap(buffer);
        }
        for (WayToRead way : WayToRead.values()) {
            for (MapMode mode : new MapMode[] {MapMode.READ_ONLY, MapMode.READ_WRITE}) {
                truncateUnderReaders(mode, way, whole);
                if (failure != null) {
                    System.out.println(way + ", " + mode);
                    failure.printStackTrace(System.out);
                    System.exit(1);
                }
            }
        }
        System.out.println(ERRORS + " readers got an error");
    }
}
