package io.ferronio.internal;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;

/**
 * The part of a file that a run wants in the page cache: what comes next, and not what has gone. Advice, whose
 * failure nobody needs to hear of. One thread.
 */
final class PageWindow {

    private static final long PAGE = FileChannelAccess.CAN_SEND ? ResidencyNatives.pageSize() : 4096;

    /** The most that the kernel is asked to read before the transfer is there: more would be gone again by then. */
    private static final long MOST_AHEAD = 64 << 20;

    /** The most that is asked for between two looks whether somebody wants an end of it: nothing ends the native. */
    private static final long MOST_AT_ONCE = 16 << 20;

    private final FileChannel file;
    private final Channel target;
    private final long ahead;
    private final boolean dropsBehind;
    /** Beyond it there is nothing to read ahead. */
    private final long size;
    /** Up to where the kernel has been asked to read. */
    private long readUpTo;
    /** Up to where pages have been dropped. */
    private long droppedUpTo;

    /**
     * Begins at a position.
     *
     * @param ahead how far the kernel reads ahead, in bytes, at most 64 MiB of it; 0 leaves that to it
     */
    PageWindow(FileChannel file, Channel target, long position, long ahead, boolean dropsBehind) throws IOException {
        this.file = file;
        this.target = target;
        boolean works = FileChannelAccess.CAN_SEND && FileChannelAccess.isInstance(file);
        this.ahead = works ? Math.min(ahead, MOST_AHEAD) : 0;
        this.dropsBehind = works && dropsBehind;
        this.size = this.ahead > 0 ? file.size() : 0;
        this.readUpTo = position;
        this.droppedUpTo = position;
    }

    /**
     * The transfer is at this position, and goes no further than {@code end}. Stops where the thread is interrupted or
     * the file is closed: what follows finds the same, and says so.
     */
    void readAhead(long position, long end, Trace trace) {
        if (ahead == 0) {
            return;
        }
        long last = Math.min(end, size);
        long wanted = last - position > ahead ? position + ahead : last;
        readUpTo = Math.max(readUpTo, position);
        while (readUpTo < wanted && file.isOpen() && !Thread.currentThread().isInterrupted()) {
            long length = Math.min(wanted - readUpTo, MOST_AT_ONCE);
            if (advise(readUpTo, length, true)) {
                Trace.systemCalls(trace, 1);
            }
            readUpTo += length;
        }
    }

    /** All before this position has been handed to the target: what has left it, too, leaves the page cache. */
    void dropBehind(long position, Trace trace) throws IOException {
        if (!dropsBehind) {
            return;
        }
        long queued = Math.max(0, SendQueue.length(target));
        long end = position - queued;
        if (end > droppedUpTo) {
            // From the page's start: the one at the last end has perhaps not been whole then. Only whole pages go.
            long from = droppedUpTo & -PAGE;
            if (advise(from, end - from, false)) {
                Trace.systemCalls(trace, 2);
            }
            droppedUpTo = end;
        }
    }

    private boolean advise(long position, long length, boolean willNeed) {
        int index = FileChannelAccess.addThread(file);
        try {
            if (!file.isOpen()) {
                return false;
            }
            int descriptor = FileChannelAccess.descriptor(file);
            long result = willNeed ? AdviceNatives.willNeed(descriptor, position, length)
                    : AdviceNatives.dontNeed(descriptor, position, length);
            return result == 0;
        } finally {
            FileChannelAccess.removeThread(file, index);
        }
    }
}
