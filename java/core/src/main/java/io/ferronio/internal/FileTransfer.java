package io.ferronio.internal;

import static io.ferronio.internal.TransferEngine.NOT_HANDLED;
import static io.ferronio.internal.TransferPlan.OWN_POSITION;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/**
 * From one file to another inside the kernel: by copy_file_range(2) or sendfile64(2). Nothing wakes the kernel out of
 * that; so it is asked for a piece at a time, and looks up between them to see whether a channel was closed.
 */
final class FileTransfer {

    /** A piece: large enough to cost nothing, small enough that a close is not held up for long. */
    private static final long PIECE = 16 << 20;

    /** JDK 17 reads the source's position and moves it under a lock, so that two transfers share a source without overlap. */
    private static final boolean LOCKS_SOURCE = Runtime.version().feature() < 21;

    /** Whether such a lock can be had where it is needed. */
    static final boolean CAN_LOCK_SOURCE = !LOCKS_SOURCE || FileChannelAccess.HAS_POSITION_LOCK;

    private FileTransfer() {
    }

    /** To the target's own position, which advances. */
    static long to(Route route, FileChannel source, long position, long count, FileChannel target, Trace trace)
            throws IOException {
        long all = count;
        if (count > PIECE) {
            // The target may be the same file, and grow with every piece.
            all = Math.min(count, Math.max(0, source.size() - position));
            Trace.systemCalls(trace, 1);
        }
        long moved = 0;
        while (true) {
            long wanted = Math.min(all - moved, PIECE);
            long n;
            try {
                n = piece(route, source, source, position + moved, target, OWN_POSITION, wanted, trace);
            } catch (ClosedChannelException e) {
                return closed(e, moved);
            }
            Trace.systemCalls(trace, route == Route.SENDFILE ? 2 : 1);
            if (moved == 0 && n <= 0) {
                // With nothing to copy, only the JDK knows what it says of the two.
                return n == 0 ? NOT_HANDLED : failed(n, route, source, position, count, target, trace);
            }
            if (n > 0) {
                moved += n;
                Trace.took(trace, route);
            }
            if (n < wanted || moved == all) {
                return moved;
            }
        }
    }

    /** From the source's own position, which advances. */
    static long from(FileChannel target, FileChannel source, long position, long count, Trace trace)
            throws IOException {
        if (!LOCKS_SOURCE) {
            return fromOwnPosition(target, source, position, count, trace);
        }
        synchronized (FileChannelAccess.positionLock(source)) {
            return fromOwnPosition(target, source, position, count, trace);
        }
    }

    private static long fromOwnPosition(FileChannel target, FileChannel source, long position, long count,
            Trace trace) throws IOException {
        // As above.
        long all = count <= PIECE ? count : Math.min(count, Math.max(0, source.size() - source.position()));
        long moved = 0;
        while (moved < all) {
            long wanted = Math.min(all - moved, PIECE);
            long n;
            try {
                n = piece(Route.COPY_FILE_RANGE, target, source, OWN_POSITION, target, position + moved, wanted, trace);
            } catch (ClosedChannelException e) {
                return closed(e, moved);
            }
            Trace.systemCalls(trace, 1);
            if (n < 0 && moved == 0) {
                return failed(n, Route.COPY_FILE_RANGE, source, position, count, target, trace);
            }
            if (n > 0) {
                moved += n;
                Trace.took(trace, Route.COPY_FILE_RANGE);
            }
            if (n < wanted) {
                break;
            }
        }
        return moved;
    }

    /** From a position to a position; those of the channels do not change. Ranges of one file do not overlap. */
    static long at(FileChannel source, long position, FileChannel target, long targetPosition, long count,
            Trace trace) throws IOException {
        long moved = 0;
        while (moved < count) {
            long n;
            try {
                n = piece(Route.COPY_FILE_RANGE, source, source, position + moved, target, targetPosition + moved,
                        Math.min(count - moved, PIECE), trace);
            } catch (ClosedChannelException e) {
                return closed(e, moved);
            }
            Trace.systemCalls(trace, 1);
            if (n < 0 && moved == 0) {
                return failed(n, Route.COPY_FILE_RANGE, source, position, count, target, trace);
            }
            if (n <= 0) {
                break;
            }
            moved += n;
            Trace.took(trace, Route.COPY_FILE_RANGE);
        }
        return moved;
    }

    private static long closed(ClosedChannelException e, long moved) throws ClosedChannelException {
        if (moved > 0 && !(e instanceof ClosedByInterruptException)) {
            return moved;
        }
        throw e;
    }

    private static long failed(long n, Route route, FileChannel source, long position, long count,
            FileChannel target, Trace trace) throws IOException {
        // EBADF of a descriptor that is open: the target is in append mode, and has become so since it was opened.
        if (Errno.isRefusal(n) || n == -Errno.EBADF) {
            if (n == -Errno.EOVERFLOW || RegularFiles.size(source) <= 0) {
                return TransferEngine.UNAVAILABLE; // Because of this position, or of the size that the file has now.
            }
            return isSameFile(source, target) ? NOT_HANDLED : TransferEngine.refusal(n, route, trace);
        }
        throw Errno.exception(n, route.property() + " from " + source + " to " + target + " at position " + position
                + ", " + count + " bytes");
    }

    /** Whether both are open on one file: the JDK has a way of its own for ranges that overlap. */
    static boolean isSameFile(FileChannel source, FileChannel target) {
        int sourceIndex = FileChannelAccess.addThread(source);
        int targetIndex = FileChannelAccess.addThread(target);
        try {
            return !source.isOpen() || !target.isOpen() || TransferNatives.isSameFile(
                    FileChannelAccess.descriptor(source), FileChannelAccess.descriptor(target)) != 0;
        } finally {
            FileChannelAccess.removeThread(target, targetIndex);
            FileChannelAccess.removeThread(source, sourceIndex);
        }
    }

    /** One piece, under the protocol of both channels; an interrupt closes the one whose method was called. */
    private static long piece(Route route, FileChannel called, FileChannel source, long position, FileChannel target,
            long targetPosition, long count, Trace trace) throws IOException {
        long n = -Errno.EINTR;
        int sourceIndex = FileChannelAccess.NOT_ADDED;
        int targetIndex = FileChannelAccess.NOT_ADDED;
        FileChannelAccess.beginBlocking(called);
        try {
            sourceIndex = FileChannelAccess.addThread(source);
            targetIndex = FileChannelAccess.addThread(target);
            while (n == -Errno.EINTR && source.isOpen() && target.isOpen() && Trace.mayWait(trace)) {
                int from = FileChannelAccess.descriptor(source);
                int to = FileChannelAccess.descriptor(target);
                if (from == to) {
                    n = -Errno.EINVAL; // Two channels may share one descriptor: the JDK has a way of its own for that.
                } else if (position == OWN_POSITION) {
                    n = TransferNatives.copyFromOwnPosition(to, targetPosition, from, count);
                } else if (targetPosition != OWN_POSITION) {
                    n = TransferNatives.copyAt(to, targetPosition, from, position, count);
                } else if (route == Route.SENDFILE) {
                    n = TransferNatives.sendfileUpToSize(to, from, position, count);
                } else {
                    n = TransferNatives.copyToOwnPosition(to, from, position, count);
                }
            }
            Trace.moved(trace, n);
        } finally {
            Trace.hasWaited(trace);
            FileChannelAccess.removeThread(target, targetIndex);
            FileChannelAccess.removeThread(source, sourceIndex);
            FileChannelAccess.endBlocking(called, n >= 0);
        }
        if (n == -Errno.EINTR && !Trace.isCancelled(trace)) {
            throw new AsynchronousCloseException();
        }
        return n == -Errno.EINTR ? 0 : n;
    }
}
