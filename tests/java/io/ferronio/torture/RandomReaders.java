package io.ferronio.torture;

import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A program: 1 GiB is mapped, the file is truncated to nothing by another process, and four threads read anywhere in
 * it. Meanwhile the process has mappings to spare and can make others, and no thread is stuck. Exit status 1 else.
 *
 * <p>Arguments: for how many seconds.
 */
final class RandomReaders {

    private static final long SIZE = 1 << 30;
    private static final int THREADS = 4;
    /** The kernel allows a process 65,530. */
    private static final int MOST_AREAS = 10_000;
    private static final int LIMIT_SECONDS = 60;

    private static final AtomicLongArray READS = new AtomicLongArray(THREADS);
    private static final AtomicLongArray ERRORS = new AtomicLongArray(THREADS);
    private static volatile boolean ends;
    private static volatile Throwable failure;

    private RandomReaders() {
    }

    /** A thread for one error only would do little but start threads: here an error that comes late is caught, too. */
    private static void read(MappedRegion region, int number) {
        SplittableRandom random = new SplittableRandom(number);
        while (!ends) {
            try {
                while (!ends) {
                    byte value = region.get(random.nextLong(SIZE));
                    if (value != 0) {
                        throw new AssertionError("read " + value + " where nothing is");
                    }
                    READS.incrementAndGet(number);
                }
            } catch (InternalError e) {
                ERRORS.incrementAndGet(number);
            }
        }
    }

    private static void start(MappedRegion region, int number, List<Thread> threads) {
        Thread thread = new Thread(() -> read(region, number));
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((ended, e) -> {
            if (e instanceof InternalError) {
                ERRORS.incrementAndGet(number); // At the very moment when it had caught another one.
                synchronized (threads) {
                    start(region, number, threads);
                }
            } else {
                failure = e;
            }
        });
        threads.add(thread);
        thread.start();
    }

    private static void mapAnother(Path file) throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer theJdks = channel.map(MapMode.READ_ONLY, 0, 4096);
            if (theJdks.get(100) != TestFiles.byteAt(100)) {
                throw new AssertionError("another mapping reads wrong");
            }
            Mappings.unmap(theJdks);
        }
    }

    private static void awaitProgress(long[] before) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            while (READS.get(i) + ERRORS.get(i) == before[i] && failure == null) {
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                    throw new AssertionError("thread " + i + " is stuck after " + before[i] + " reads");
                }
                Thread.sleep(1);
            }
            before[i] = READS.get(i) + ERRORS.get(i);
        }
    }

    public static void main(String[] args) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[0]));
        Path file = TestFiles.newSparseFile(SIZE);
        Path another = TestFiles.newFile(4096);
        List<Thread> threads = new ArrayList<>();
        int most = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE)) {
            channel.write(ByteBuffer.wrap(TestFiles.content(0, 4096)), 0);
            TestFiles.setSize(file, 0);
            for (int i = 0; i < THREADS; i++) {
                start(region, i, threads);
            }
            long[] before = new long[THREADS];
            do {
                most = Math.max(most, Memory.ranges().size());
                if (most >= MOST_AREAS) {
                    throw new AssertionError(most + " areas of memory");
                }
                mapAnother(another);
                awaitProgress(before);
                Thread.sleep(10);
            } while (System.nanoTime() < end && failure == null);
            ends = true;
            for (Thread thread : List.copyOf(threads)) {
                thread.join();
            }
        }
        if (failure != null) {
            failure.printStackTrace(System.out);
            System.exit(1);
        }
        long reads = 0;
        long errors = 0;
        for (int i = 0; i < THREADS; i++) {
            reads += READS.get(i);
            errors += ERRORS.get(i);
        }
        System.out.println(reads + " reads, " + errors + " errors, at most " + most + " areas of memory");
    }
}
