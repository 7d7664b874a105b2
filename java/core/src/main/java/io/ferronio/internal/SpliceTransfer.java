package io.ferronio.internal;

import static io.ferronio.internal.TransferEngine.UNAVAILABLE;

import io.ferronio.Route;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * From a socket to a file through a pipe of ours, or from a user's pipe straight to the file, by splice(2).
 *
 * <p>What has been taken from a socket and is in our pipe is owned: it is written, or the exception says how much was
 * not. An error that the socket has to tell is left to its channel, which must remember it: the rest then goes by the
 * channel's own read.
 */
final class SpliceTransfer {

    /** In the place of a pipe of ours: the source is a pipe itself, or there is none at the moment. */
    private static final long NO_PIPE = -1;
    /** In the place of a pipe: only wait. */
    private static final long AWAIT = -2;

    /** Instead of a count: the channel itself must be read from. Not an error of the kernel's. */
    private static final long ASK_CHANNEL = -Errno.EIO;

    private SpliceTransfer() {
    }

    /**
     * Transfers until so many bytes have come, the stream ends, or a source in non-blocking mode has no more.
     *
     * @return bytes moved, or why not by this route, with nothing moved
     */
    static long toFile(ReadSide side, SelectableChannel source, FileChannel target, long position, long count,
            Trace trace) throws IOException {
        boolean virtual = VirtualThreads.isCurrent();
        boolean isPipe = side == ReadSide.PIPE;
        long patience = Patience.LEAST;
        long pipe = NO_PIPE;
        long moved = 0;
        try {
            while (moved < count) {
                if (!isPipe && pipe == NO_PIPE) {
                    pipe = takePipe(trace);
                    if (pipe == NO_PIPE) {
                        return moved == 0 ? UNAVAILABLE : moved; // Mostly for want of descriptors.
                    }
                }
                long n;
                try {
                    if (!source.isBlocking()) {
                        endIfInterrupted(target);
                    }
                    n = take(side, source, target, position + moved, count - moved, pipe, isPipe && !virtual, trace);
                    Trace.systemCalls(trace, 2);
                    if (n == -Errno.EAGAIN && source.isBlocking()) {
                        // A pipe that waits for a silent peer is two descriptors that others could use.
                        pipe = release(pipe, true);
                        if (virtual) {
                            park(side, source, target, patience, trace);
                            patience = Patience.more(patience);
                        } else {
                            take(side, source, target, 0, 0, AWAIT, true, trace);
                        }
                        Trace.systemCalls(trace, 1);
                        continue;
                    }
                } catch (ClosedChannelException e) {
                    return BufferedTransfer.movedUnlessNone(moved, e);
                }
                if (n == 0 || n == -Errno.EAGAIN) {
                    break;
                }
                if (n == ASK_CHANNEL || n < 0 && Errno.isRefusal(n) && moved > 0) {
                    pipe = release(pipe, true);
                    return BufferedTransfer.toFile((ReadableByteChannel) source, target, position, count, moved, trace);
                }
                if (n < 0) {
                    if (Errno.isRefusal(n)) {
                        return TransferEngine.refusal(n, Route.SPLICE, trace);
                    }
                    return BufferedTransfer.movedUnlessNone(moved, Errno.exception(n, "splice from " + source + " to "
                            + target + " at position " + (position + moved) + ", " + (count - moved) + " bytes"));
                }
                if (!isPipe) {
                    boolean spliced = false;
                    boolean drained = false;
                    try {
                        spliced = drain(pipe, target, position + moved, n, moved, trace);
                        drained = true;
                    } finally {
                        if (!drained) {
                            pipe = release(pipe, false);
                        }
                    }
                    if (!spliced) {
                        Refusals.add(Route.SPLICE, source, target);
                        return BufferedTransfer.toFile((ReadableByteChannel) source, target, position, count, moved + n,
                                trace);
                    }
                }
                moved += n;
                Trace.took(trace, Route.SPLICE);
            }
            return moved;
        } catch (RuntimeException | Error e) {
            pipe = release(pipe, false); // Nobody knows what is in it.
            throw e;
        } finally {
            release(pipe, true);
        }
    }

    private static long takePipe(Trace trace) {
        long pipe = PipeNatives.take();
        if (pipe < 0) {
            Trace.refused(trace, Route.SPLICE, "no pipe, errno " + -pipe);
            return NO_PIPE;
        }
        return pipe;
    }

    /** Gives a pipe back, if there is one; NO_PIPE. */
    private static long release(long pipe, boolean isEmpty) {
        if (pipe != NO_PIPE) {
            PipeNatives.release(pipe, isEmpty);
        }
        return NO_PIPE;
    }

    /** The JDK finds out about an interrupt when it writes, and closes the target. A blocking source is closed before. */
    private static void endIfInterrupted(FileChannel target) throws AsynchronousCloseException {
        FileChannelAccess.beginBlocking(target);
        FileChannelAccess.endBlocking(target, true);
    }

    /**
     * One splice(2), to our pipe or to the file, or with AWAIT none. In the target's thread set, too: its close wakes a
     * thread that waits here. A virtual one never waits here: it could not be woken. 0 also if the transfer is cancelled.
     */
    private static long take(ReadSide side, SelectableChannel source, FileChannel target, long position, long count,
            long pipe, boolean wait, Trace trace) throws IOException {
        long n = -Errno.EINTR;
        ReentrantLock lock = side.lock(source);
        lock.lock();
        try {
            boolean blocking = source.isBlocking();
            try {
                side.beginRead(source, blocking);
                if (side.hasEnded(source)) {
                    return n = ASK_CHANNEL;
                }
                if (blocking && VirtualThreads.isCurrent()) {
                    side.access().prepareForVirtualThread(source);
                }
                int index = FileChannelAccess.addThread(target);
                try {
                    while (n == -Errno.EINTR && source.isOpen() && target.isOpen() && Trace.mayWait(trace)) {
                        int from = side.access().descriptor(source);
                        if (pipe == AWAIT) {
                            n = PipeNatives.awaitReadable(from, wait && blocking);
                        } else if (pipe == NO_PIPE) {
                            int to = FileChannelAccess.descriptor(target);
                            n = PipeNatives.spliceToFile(from, to, position, count, wait && blocking);
                        } else {
                            n = PipeNatives.fill(pipe, from, count, false);
                        }
                    }
                } finally {
                    Trace.hasWaited(trace);
                    FileChannelAccess.removeThread(target, index);
                }
            } finally {
                end(side, source, blocking, n > 0);
            }
        } finally {
            lock.unlock();
        }
        if (n == -Errno.EINTR && !Trace.isCancelled(trace)) {
            throw new AsynchronousCloseException();
        }
        return n == -Errno.EINTR ? 0 : n;
    }

    /** Ends a read. What it has taken is delivered even after an interrupt, which the next read finds out about. */
    private static void end(ReadSide side, SelectableChannel source, boolean blocking, boolean completed)
            throws AsynchronousCloseException {
        try {
            side.endRead(source, blocking, completed);
        } catch (AsynchronousCloseException e) {
            if (!completed) {
                throw e;
            }
        }
    }

    /** A virtual thread waits until a blocking source has something, and looks from time to time after its target. */
    private static void park(ReadSide side, SelectableChannel source, FileChannel target, long nanos, Trace trace)
            throws IOException {
        if (!target.isOpen()) {
            throw new AsynchronousCloseException();
        }
        ReentrantLock lock = side.lock(source);
        lock.lock();
        try {
            boolean blocking = source.isBlocking();
            try {
                side.beginRead(source, blocking);
                if (blocking && source.isOpen() && Trace.mayWait(trace)) {
                    side.access().parkUntil(SelectableAccess.POLLIN, source, nanos);
                }
            } finally {
                Trace.hasWaited(trace);
                side.endRead(source, blocking, false);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * From our pipe to the file: all of it, or an exception that says how much.
     *
     * @return whether it went by splice(2) alone; else the filesystem cannot be spliced to
     */
    private static boolean drain(long pipe, FileChannel target, long position, long count, long delivered, Trace trace)
            throws IOException {
        long done = 0;
        while (done < count) {
            long n = drainToFile(pipe, target, position + done, count - done);
            Trace.systemCalls(trace, 1);
            if (Errno.isRefusal(n)) {
                Trace.refused(trace, Route.SPLICE, "errno " + -n);
                drainThroughBuffer(pipe, target, position, done, count, delivered, trace);
                return false;
            }
            if (n <= 0) {
                IOException failure = !target.isOpen() ? new AsynchronousCloseException()
                        : Errno.exception(n, "splice to " + target + " at position " + (position + done) + ", "
                                + (count - done) + " bytes");
                throw BufferedTransfer.undelivered(failure, delivered + done, count - done);
            }
            done += n;
        }
        return true;
    }

    private static long drainToFile(long pipe, FileChannel target, long position, long count) {
        long n = -Errno.EINTR;
        int index = FileChannelAccess.addThread(target);
        try {
            while (n == -Errno.EINTR && target.isOpen()) {
                n = PipeNatives.drainToFile(pipe, FileChannelAccess.descriptor(target), position, count);
            }
        } finally {
            FileChannelAccess.removeThread(target, index);
        }
        return n;
    }

    private static void drainThroughBuffer(long pipe, FileChannel target, long position, long done, long count,
            long delivered, Trace trace) throws IOException {
        ByteBuffer buffer = TransferBuffers.take();
        if (buffer == null) {
            throw BufferedTransfer.undelivered(new IOException("no memory for a direct buffer of "
                    + TransferBuffers.CAPACITY + " bytes"), delivered + done, count - done);
        }
        try {
            while (done < count) {
                buffer.clear().limit((int) Math.min(count - done, buffer.capacity()));
                int read = read(pipe, buffer);
                Trace.systemCalls(trace, 1);
                if (read <= 0) {
                    throw Errno.exception(read, "read of " + (count - done) + " bytes from a pipe of ours");
                }
                try {
                    BufferedTransfer.writeAll(buffer.limit(read), target, position + done, trace);
                } finally {
                    done += buffer.position();
                }
                Trace.took(trace, Route.BUFFERED);
            }
        } catch (IOException e) {
            throw BufferedTransfer.undelivered(e, delivered + done, count - done);
        } finally {
            TransferBuffers.giveBack(buffer);
        }
    }

    /** From a pipe that holds something: read(2) does not wait, and no close has to interrupt it. */
    private static int read(long pipe, ByteBuffer buffer) {
        long address = BufferAccess.address(buffer);
        long n;
        do {
            n = PipeNatives.read(pipe, address, buffer.limit());
        } while (n == -Errno.EINTR);
        Reference.reachabilityFence(buffer);
        return (int) n;
    }
}
