package io.ferronio;

import io.ferronio.testing.TestFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program: eight threads read and write a region, each in its own way, while another makes it longer and shorter, or
 * closes it, again and again. Exit status 1 if anybody gets anything but a right value, an exception that says why
 * there is none, or what the guard gives for a missing page; and from {@link MappedRegion#read} not even that.
 */
final class ResizedReaders {

    private static final int MOST = 16 * 4096;
    /** Bytes that are never cut off. */
    private static final int LEAST = 1_000;

    private static volatile Throwable failure;
    private static volatile boolean done;
    private static final AtomicLong RIGHT = new AtomicLong();
    private static final AtomicLong CLOSED = new AtomicLong();
    private static final AtomicLong OUT_OF_BOUNDS = new AtomicLong();
    private static final AtomicLong CHANGED = new AtomicLong();
    private static final AtomicLong MISSED = new AtomicLong();

    private ResizedReaders() {
    }

    /** What is at an index of every region, unless it is 0: what was added has not been written yet. */
    private static long valueAt(long index) {
        return index * 0x9e37_79b9_7f4a_7c15L | 1;
    }

    private static byte[] bytes(long index, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        for (int i = 0; i < length; i += 8) {
            bytes.putLong(i, valueAt(index + i));
        }
        return bytes.array();
    }

    private static final byte[] ALWAYS = bytes(0, LEAST);

    /** One way to use a region. */
    private interface Use {
        void at(MappedRegion region, long index) throws MappedFileChangedException;
    }

    private static void check(long index, long seen) {
        if (seen != valueAt(index) && seen != 0) {
            throw new AssertionError("the long at " + index + " is " + seen + ", not " + valueAt(index));
        }
    }

    private static final List<Use> USES = List.of(
            (region, index) -> check(index, region.getLong(index)),
            (region, index) -> check(index, region.getLongVolatile(index)),
            (region, index) -> region.putLong(index, valueAt(index)),
            (region, index) -> region.compareAndSetLong(index, 0, valueAt(index)),
            (region, index) -> {
                MappedRegion slice = region.slice(index, 8);
                check(index, slice.getLong(0));
            },
            (region, index) -> {
                byte[] seen = new byte[8];
                region.get(index, seen, 0, 8);
                // It may be copied byte by byte while it is written: each byte is right, or still 0.
                byte[] right = bytes(index, 8);
                for (int i = 0; i < 8; i++) {
                    if (seen[i] != 0 && seen[i] != right[i]) {
                        throw new AssertionError("byte " + i + " of the long at " + index + " is " + seen[i]);
                    }
                }
            },
            (region, index) -> {
                // Never cut off, and written before anybody reads: 0 would be wrong.
                long near = index % LEAST / 8 * 8;
                long seen = region.<Long>read(whole -> whole.getLong(near));
                if (seen != valueAt(near)) {
                    throw new AssertionError("a validated read of the long at " + near + " gives " + seen);
                }
            },
            (region, index) -> {
                byte[] seen = region.<byte[]>read(whole -> {
                    byte[] bytes = new byte[LEAST];
                    whole.get(0, bytes, 0, LEAST);
                    return bytes;
                });
                if (!Arrays.equals(ALWAYS, seen)) {
                    throw new AssertionError("a validated read gives something else");
                }
            });

    /** Whether what a use throws is in order. */
    private static boolean isExpected(Throwable e, int use) {
        if (e instanceof IllegalStateException) {
            CLOSED.incrementAndGet();
        } else if (e instanceof IndexOutOfBoundsException) {
            OUT_OF_BOUNDS.incrementAndGet();
        } else if (e instanceof MappedFileChangedException) {
            CHANGED.incrementAndGet();
        } else if (e instanceof InternalError && use < USES.size() - 2) {
            MISSED.incrementAndGet();
        } else {
            return false;
        }
        return true;
    }

    private static void use(MappedRegion region, int use, CountDownLatch started) {
        long index = 0;
        started.countDown();
        while (!done && failure == null) {
            index = (index + 8 * 1_021) % (MOST - 8) / 8 * 8;
            if (index < LEAST) {
                Thread.yield(); // There are more of us than processors, and the one that resizes waits for us.
            }
            try {
                USES.get(use).at(region, index);
                RIGHT.incrementAndGet();
            } catch (Throwable e) {
                if (!isExpected(e, use)) {
                    failure = e;
                }
                if (!region.isOpen()) {
                    return;
                }
            }
        }
    }

    /** Runs until the region is closed, or {@code done}: HotSpot's error for an access may come between two uses, too. */
    private static Thread start(MappedRegion region, int use, CountDownLatch started) {
        Thread thread = new Thread(() -> use(region, use, started));
        thread.setUncaughtExceptionHandler((t, e) -> {
            if (!(e instanceof InternalError)) {
                failure = e;
            }
        });
        thread.start();
        return thread;
    }

    private static void write(MappedRegion region, long from) {
        for (long i = from; i + 8 <= region.size(); i += 8) {
            region.putLong(i, valueAt(i));
        }
    }

    /** Arguments: how often to resize; how often to close. */
    public static void main(String[] args) throws Exception {
        Path file = TestFiles.newFile(0);
        int resizes = Integer.parseInt(args[0]);
        int closes = Integer.parseInt(args[1]);
        int inOne = Math.max(1, resizes / Math.max(1, closes));
        int resized = 0;
        for (int round = 0; round < closes && failure == null; round++) {
            MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults().maxSize(MOST));
            region.resize(MOST);
            write(region, 0);
            CountDownLatch started = new CountDownLatch(USES.size());
            List<Thread> threads = new ArrayList<>();
            for (int use = 0; use < USES.size(); use++) {
                threads.add(start(region, use, started));
            }
            started.await();
            for (int i = 0; i < inOne && failure == null; i++) {
                // To any place in a page, and mostly over some pages.
                long size = LEAST + (resized * 7_919L + round * 31L) % (MOST - LEAST);
                region.resize(size / 8 * 8);
                region.resize(MOST);
                resized++;
            }
            region.close();
            for (Thread thread : threads) {
                thread.join();
            }
        }
        done = true;
        System.out.println(resized + " resizes, " + RIGHT + " right, " + CLOSED + " closed, " + OUT_OF_BOUNDS
                + " out of bounds, " + CHANGED + " changed, " + MISSED + " missed");
        if (failure != null) {
            failure.printStackTrace(System.out);
            System.exit(1);
        }
    }
}
