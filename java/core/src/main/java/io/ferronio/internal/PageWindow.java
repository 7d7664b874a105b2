package io.ferronio.internal;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;

/**
 * The part of a file that a run wants in the page cache: what comes next, and not what has gone. Advice, whose
 * failure nobody needs to hear of. One thread.
 */
final class PageWindow {

    private static final long PAGE = 4096;

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
     * @param ahead how far the kernel reads ahead, in bytes; 0 leaves that to it
     */
    PageWindow(FileChannel file, Channel target, long position, long ahead, boolean dropsBehind) throws IOException {
        this.file = file;
        this.target = target;
        boolean works = FileChannelAccess.CAN_SEND && FileChannelAccess.isInstance(file);
        this.ahead = works ? ahead : 0;
        this.dropsBehind = works && dropsBehind;
        this.size = this.ahead > 0 ? file.size() : 0;
        this.readUpTo = position;
        this.droppedUpTo = position;
    }

    /** The transfer is at this position, and goes no further than {@code end}. */
    void readAhead(long position, long end, Trace trace) {
        if (ahead == 0) {
            return;
        }
        long last = Math.min(end, size);
        long wanted = last - position > ahead ? position + ahead : last;
        if (wanted > readUpTo) {
            long from = Math.max(readUpTo, position);
            if (advise(from, wanted - from, true)) {
                Trace.systemCalls(trace, 1);
            }
            readUpTo = wanted;
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
