package io.ferronio.internal;

import io.ferronio.Advice;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Asks the kernel what of a file is in the page cache, and tells it what should be: the work of
 * {@link io.ferronio.PageCache}.
 *
 * <p>All within the JDK's protocol: a channel that is closed meanwhile, by another thread or by an interrupt, ends it.
 * Nothing ends a native, so long ranges are cut in pieces.
 */
public final class PageCacheEngine {

    private static final boolean AVAILABLE = NativeLibrary.isLoaded() && FileChannelAccess.HAS_DESCRIPTOR;

    private static final long PAGE = AVAILABLE ? ResidencyNatives.pageSize() : 4096;

    /** Bytes of which cachestat(2) counts the pages at once: two such counts fit into one long. */
    private static final long COUNTED_AT_ONCE = 1L << 42;
    /** Bytes that are mapped at once for mincore(2). */
    private static final long MAPPED_AT_ONCE = 1L << 30;
    /** Bytes that the kernel is asked to read at once. */
    private static final long READ_AT_ONCE = 16 << 20;

    private PageCacheEngine() {
    }

    /**
     * Why there is no say in the page cache here.
     *
     * @return the reason, or null if there is
     */
    public static String unavailable() {
        if (AVAILABLE) {
            return null;
        }
        return NativeLibrary.isLoaded() ? JdkAccess.missing() : "the native library is not loaded";
    }

    /**
     * Counts the pages of a range that are in the page cache.
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes
     * @return the numbers
     * @throws IOException as {@code PageCache.residency}
     */
    public static ResidentPages residency(FileChannel file, long position, long length) throws IOException {
        return inFile(file, position, length, end -> {
            ResidentPages counted = cached(file, position, end);
            return counted != null ? counted : mapped(file, position, end);
        });
    }

    /** By cachestat(2); null where that cannot be asked. */
    static ResidentPages cached(FileChannel file, long position, long end) throws IOException {
        if (end <= position) {
            return ResidentPages.NONE;
        }
        long[] counts = new long[2];
        long result = inPieces(file, position & -PAGE, end, COUNTED_AT_ONCE, ResidencyNatives::cached, both -> {
            counts[0] += both & 0xffff_ffffL;
            counts[1] += both >>> 32;
        });
        if (result == -Errno.EOPNOTSUPP || Errno.isGeneralRefusal(result)) {
            return null;
        }
        check(result, "cachestat", position, end);
        long pages = ResidentPages.pages(position, end - position);
        return new ResidentPages(pages, ResidentPages.known(counts[0], pages), ResidentPages.known(counts[1], pages));
    }

    /** By mincore(2); unknown if that does not tell either, for whatever reason: this is the last resort. */
    static ResidentPages mapped(FileChannel file, long position, long end) throws IOException {
        if (end <= position) {
            return ResidentPages.NONE;
        }
        long pages = ResidentPages.pages(position, end - position);
        if (call(file, ResidencyNatives::isTold) != 1) {
            return ResidentPages.unknown(pages);
        }
        long[] count = new long[1];
        long result = inPieces(file, position & -PAGE, end, MAPPED_AT_ONCE, ResidencyNatives::residentOfFile,
                resident -> count[0] += resident);
        return result < 0 ? ResidentPages.unknown(pages)
                : new ResidentPages(pages, ResidentPages.known(count[0], pages), OptionalLong.empty());
    }

    /**
     * Has the kernel begin to read a range.
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes
     * @throws IOException as {@code PageCache.readAhead}
     */
    public static void readAhead(FileChannel file, long position, long length) throws IOException {
        inFile(file, position, length, end -> {
            long result = inPieces(file, position, end, READ_AT_ONCE, AdviceNatives::willNeed, done -> { });
            return check(result, "posix_fadvise(POSIX_FADV_WILLNEED)", position, end);
        });
    }

    /**
     * Writes the dirty pages of a range, and takes its whole pages out of the page cache.
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes
     * @throws IOException as {@code PageCache.drop}
     */
    public static void drop(FileChannel file, long position, long length) throws IOException {
        inFile(file, position, length, end -> {
            // At once, as the JDK's force: in pieces, the device would wait for us between them, and what lies across
            // the border of two pieces would stay.
            long whole = Math.max(0, end - position);
            long written = call(file, descriptor -> AdviceNatives.writeBack(descriptor, position, whole));
            check(written, "sync_file_range", position, end);
            // To the kernel the last page is whole if the range ends exactly with the file, as here.
            long dropped = call(file, descriptor -> AdviceNatives.dontNeed(descriptor, position, whole));
            return check(dropped, "posix_fadvise(POSIX_FADV_DONTNEED)", position, end);
        });
    }

    /**
     * Tells the kernel what a range is going to be used for.
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes
     * @param advice what to tell
     * @throws IOException as {@code PageCache.advise}
     */
    public static void advise(FileChannel file, long position, long length, Advice advice) throws IOException {
        switch (advice) {
            case NORMAL -> expect(file, AdviceNatives.ANY_ORDER, position, length);
            case SEQUENTIAL -> expect(file, AdviceNatives.SEQUENTIAL, position, length);
            case RANDOM -> expect(file, AdviceNatives.RANDOM, position, length);
            case WILL_NEED -> readAhead(file, position, length);
            default -> throw new IllegalArgumentException(advice + " is advice for a mapping; a file takes "
                    + Advice.NORMAL + ", " + Advice.SEQUENTIAL + ", " + Advice.RANDOM + " and " + Advice.WILL_NEED);
        }
    }

    private static void expect(FileChannel file, int order, long position, long length) throws IOException {
        inFile(file, position, length, end -> check(
                call(file, descriptor -> AdviceNatives.expect(descriptor, order, position, length)), "posix_fadvise",
                position, position + length));
    }

    /** Something with the part of a range that is in the file. */
    private interface Work<T> {
        T upTo(long end) throws IOException;
    }

    private static <T> T inFile(FileChannel file, long position, long length, Work<T> work) throws IOException {
        checkArguments(file, position, length);
        boolean completed = false;
        FileChannelAccess.beginBlocking(file);
        try {
            T result = work.upTo(Math.min(position + length, size(file)));
            completed = true;
            return result;
        } finally {
            FileChannelAccess.endBlocking(file, completed);
        }
    }

    private static void checkArguments(FileChannel file, long position, long length) throws ClosedChannelException {
        if (!AVAILABLE) {
            throw new UnsupportedOperationException("no say in the page cache here: " + unavailable(),
                    NativeLibrary.cause());
        }
        if (!file.isOpen()) {
            throw new ClosedChannelException();
        }
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(position < 0 ? "Negative position: " + position
                    : "Negative length: " + length);
        }
        if (position + length < 0) {
            throw new IllegalArgumentException("position " + position + " and length " + length
                    + ": the range ends beyond " + Long.MAX_VALUE);
        }
        if (!FileChannelAccess.isInstance(file)) {
            throw new IllegalArgumentException("only the JDK's own file channels can be asked for their pages, not a "
                    + file.getClass().getName());
        }
    }

    private static long size(FileChannel file) throws IOException {
        long size = call(file, ResidencyNatives::cacheableSize);
        if (size == -Errno.EISDIR || size == -Errno.ESPIPE) {
            String path = FileChannelAccess.path(file);
            throw new IOException((path == null ? "this" : path) + " is a "
                    + (size == -Errno.EISDIR ? "directory" : "pipe, a socket or a device without a size")
                    + ": only regular files and block devices have pages in the page cache");
        }
        if (size < 0) {
            throw Errno.exception(size, "fstat");
        }
        return size;
    }

    /** A native on a part of a range: a number, or {@code -errno}. */
    private interface Piece {
        long on(int file, long position, long length);
    }

    /** Goes through a range: 0, or the first {@code -errno}. What a native says else, {@code each} gets. */
    private static long inPieces(FileChannel file, long start, long end, long most, Piece piece, LongConsumer each)
            throws AsynchronousCloseException {
        long next;
        for (long from = start; from < end; from = next) {
            long position = from;
            long length = Math.min(end - from, most);
            long result = call(file, descriptor -> piece.on(descriptor, position, length));
            if (result < 0) {
                return result;
            }
            each.accept(result);
            next = position + length;
        }
        return 0;
    }

    private static long call(FileChannel file, OpenFile.Call call) throws AsynchronousCloseException {
        long result;
        do {
            int index = FileChannelAccess.addThread(file);
            try {
                if (!file.isOpen()) {
                    throw new AsynchronousCloseException();
                }
                result = call.on(FileChannelAccess.descriptor(file));
            } finally {
                FileChannelAccess.removeThread(file, index);
            }
        } while (result == -Errno.EINTR);
        return result;
    }

    private static Void check(long result, String call, long position, long end) throws IOException {
        if (result < 0) {
            throw Errno.exception(result, call + " from position " + position + " to " + end);
        }
        return null;
    }
}
