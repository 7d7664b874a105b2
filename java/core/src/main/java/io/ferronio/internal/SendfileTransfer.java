package io.ferronio.internal;

import static io.ferronio.internal.TransferEngine.NOT_HANDLED;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;

/** From a file to a socket or pipe by sendfile64(2). */
final class SendfileTransfer {

    /**
     * Where the JDK has a protocol for transfers to sockets, it writes to pipes, from a mapped chunk of at most 8 MiB,
     * until all of that is written.
     */
    private static final boolean PIPES_ARE_WRITTEN = WriteSide.SOCKET.hasTransferProtocol();
    /** The most that a transfer to a pipe moves. */
    static final long MOST_BYTES_TO_PIPE = PIPES_ARE_WRITTEN ? 8 << 20 : TransferEngine.MOST_BYTES;

    private SendfileTransfer() {
    }

    /**
     * To a socket or pipe: one system call; more only to wait for a blocking target, on a virtual thread or where
     * the JDK writes the whole count to a pipe.
     */
    static long toSelectable(WriteSide side, FileChannel source, long position, long count,
            SelectableChannel target, Trace trace) throws IOException {
        boolean virtual = VirtualThreads.isCurrent();
        // sendfile(2) to a blocking socket sends all by itself; to a pipe, only what one filling holds.
        boolean untilAllMoved = virtual || side == WriteSide.PIPE && PIPES_ARE_WRITTEN;
        long moved = 0;
        long patience = Patience.LEAST;
        while (true) {
            long n;
            try {
                n = side.hasTransferProtocol()
                        ? sendInTransfer(side, source, position + moved, count - moved, target, virtual, trace)
                        : sendInWrite(side, source, position + moved, count - moved, target, virtual, trace);
                if (n == -Errno.EAGAIN && target.isBlocking()) {
                    // Blocking for its users, non-blocking for the kernel: a virtual thread has used it.
                    awaitWritable(side, source, target, virtual ? patience : Patience.NONE, trace);
                    patience = Patience.more(patience);
                    continue;
                }
            } catch (ClosedChannelException e) {
                return closed(e, source, target, moved);
            } catch (NotYetConnectedException e) {
                return NOT_HANDLED; // Some JDKs first look whether there is anything to send.
            }
            Trace.systemCalls(trace, side == WriteSide.PIPE ? 2 : 1);
            if (n >= 0) {
                moved += n;
                Trace.took(trace, Route.SENDFILE);
                if (n > 0 && moved < count && untilAllMoved && target.isBlocking()) {
                    continue;
                }
                return moved;
            }
            if (moved > 0 || n == -Errno.EAGAIN) {
                return moved;
            }
            if (count == 0 || position >= source.size()) {
                return NOT_HANDLED; // With nothing to send, only the JDK knows whether it fails for its target.
            }
            if (Errno.isRefusal(n)) {
                return TransferEngine.refusal(n, Route.SENDFILE, trace);
            }
            throw failure(n, source, position, count, target);
        }
    }

    /** Sends under the protocol that JDKs after 21 have for transfers to sockets. */
    private static long sendInTransfer(WriteSide side, FileChannel source, long position, long count,
            SelectableChannel target, boolean virtual, Trace trace) throws IOException {
        long n = -Errno.EINTR;
        side.beforeTransferTo(target);
        try {
            if (virtual && target.isBlocking()) {
                side.access().prepareForVirtualThread(target);
            }
            n = send(side, source, position, count, target, trace);
        } finally {
            side.afterTransferTo(target, n >= 0);
        }
        return n;
    }

    /** Sends under the protocol that the JDK has for writes. */
    private static long sendInWrite(WriteSide side, FileChannel source, long position, long count,
            SelectableChannel target, boolean virtual, Trace trace) throws IOException {
        long n = -Errno.EINTR;
        ReentrantLock lock = side.lock(target);
        lock.lock();
        try {
            boolean blocking = target.isBlocking();
            try {
                side.beginWrite(target, blocking);
                if (!target.isOpen()) {
                    throw new AsynchronousCloseException();
                }
                if (virtual && blocking) {
                    side.access().prepareForVirtualThread(target);
                }
                n = send(side, source, position, count, target, trace);
            } finally {
                side.endWrite(target, blocking, n > 0);
            }
        } finally {
            lock.unlock();
        }
        return n;
    }

    /** Inside the target's protocol: enters the source's, and calls the kernel. */
    private static long send(WriteSide side, FileChannel source, long position, long count, SelectableChannel target,
            Trace trace) throws IOException {
        long n = -Errno.EINTR;
        int index = FileChannelAccess.NOT_ADDED;
        FileChannelAccess.beginBlocking(source);
        try {
            index = FileChannelAccess.addThread(source);
            while (n == -Errno.EINTR && source.isOpen() && target.isOpen() && Trace.mayWait(trace)) {
                int from = FileChannelAccess.descriptor(source);
                int to = side.access().descriptor(target);
                // A pipe is waited for, or refused, before the file is looked at.
                n = side == WriteSide.PIPE ? TransferNatives.sendfileUpToSize(to, from, position, count)
                        : TransferNatives.sendfile(to, from, position, count);
            }
            Trace.moved(trace, n);
        } finally {
            Trace.hasWaited(trace);
            FileChannelAccess.removeThread(source, index);
            FileChannelAccess.endBlocking(source, n >= 0);
        }
        if (n == -Errno.EINTR) {
            return noneIfCancelled(trace);
        }
        return n;
    }

    /** What ended a call that nothing but a close or a cancellation ends. */
    private static long noneIfCancelled(Trace trace) throws AsynchronousCloseException {
        if (!Trace.isCancelled(trace)) {
            throw new AsynchronousCloseException();
        }
        return 0;
    }

    /**
     * Waits until a blocking target takes bytes again. An interrupt closes the source, as it does in
     * sendfile(2). So does a close of either end wake a platform thread; a virtual one cannot be signalled, and
     * a close of its source would wait for it: it stays out of the source's thread set and looks from time to time.
     *
     * @param nanos how long a virtual thread waits; NONE for a platform thread
     * @param trace of the transfer: so does whoever cancels it
     */
    private static void awaitWritable(WriteSide side, FileChannel source, SelectableChannel target, long nanos,
            Trace trace) throws IOException {
        ReentrantLock lock = side.lock(target);
        lock.lock();
        try {
            boolean blocking = target.isBlocking();
            try {
                side.beginWrite(target, blocking);
                if (blocking && target.isOpen()) {
                    park(side, source, target, nanos, trace);
                }
            } finally {
                side.endWrite(target, blocking, false);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void park(WriteSide side, FileChannel source, SelectableChannel target, long nanos, Trace trace)
            throws IOException {
        int index = FileChannelAccess.NOT_ADDED;
        FileChannelAccess.beginBlocking(source);
        try {
            if (nanos == Patience.NONE) {
                index = FileChannelAccess.addThread(source);
            }
            if (source.isOpen() && Trace.mayWait(trace)) {
                side.access().parkUntil(SelectableAccess.POLLOUT, target, nanos);
            }
        } finally {
            Trace.hasWaited(trace);
            FileChannelAccess.removeThread(source, index);
            FileChannelAccess.endBlocking(source, false);
        }
    }

    /** What a ClosedChannelException inside a transfer means to the caller. */
    private static long closed(ClosedChannelException e, FileChannel source, Channel target, long moved)
            throws ClosedChannelException {
        if (moved == 0 && source.isOpen() && target.isOpen()) {
            return NOT_HANDLED; // Only the output was shut down; the JDK's method knows what to say.
        }
        if (moved > 0 && !(e instanceof ClosedByInterruptException)) {
            return moved; // As sendfile(2), woken by a signal, returns what it has sent so far.
        }
        throw e;
    }

    private static IOException failure(long n, FileChannel source, long position, long count, Object target) {
        return Errno.exception(n, "sendfile64 from " + source + " at position " + position + ", " + count
                + " bytes, to " + target);
    }
}
