package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one door to our transfers. It takes a call only if all is well with it; every call with something
 * wrong (closed, negative, not readable, interrupted) and every pair of channels that is not ours goes to
 * the JDK's own method, which then finds the same thing wrong and throws what it always throws. So the
 * order of checks and the exceptions are the running JDK's by construction.
 */
public final class TransferEngine {

    /** "Ask the JDK": decided before anything has happened. */
    public static final long NOT_HANDLED = -1;

    private static final boolean ENABLED = FileChannelAccess.CAN_SEND && !Disabled.contains("sendfile");
    static final boolean TO_SOCKET = ENABLED && WriteSide.SOCKET.isAvailable();
    static final boolean TO_PIPE = ENABLED && WriteSide.PIPE.isAvailable();
    static final boolean TO_FILE = ENABLED && FileChannelAccess.CAN_RECEIVE;

    /** The most the JDK, as Linux, moves by one call: 2 GiB less a page of 4 KiB. */
    private static final long MOST_BYTES = 0x7ffff000L;

    /** Where the JDK has a protocol for transfers to sockets, it writes to pipes, from a mapped chunk of at most 8 MiB. */
    private static final boolean PIPES_ARE_WRITTEN = WriteSide.SOCKET.hasTransferProtocol();
    private static final long MOST_BYTES_TO_PIPE = PIPES_ARE_WRITTEN ? 8 << 20 : MOST_BYTES;

    /** How long a virtual thread waits for its target before it looks whether its source was closed, in nanoseconds. */
    private static final long LEAST_PATIENCE = 50_000_000;
    private static final long MOST_PATIENCE = 1_000_000_000;

    private TransferEngine() {
    }

    /**
     * Transfers, or says that the JDK should.
     *
     * @param source as in {@code FileChannel.transferTo}
     * @param position as there
     * @param count as there
     * @param target as there
     * @return bytes moved, or {@link #NOT_HANDLED}
     * @throws IOException as there
     */
    public static long tryTransferTo(FileChannel source, long position, long count, WritableByteChannel target)
            throws IOException {
        if (!ENABLED || (position | count) < 0 || !FileChannelAccess.isInstance(source) || !source.isOpen()
                || !FileChannelAccess.isReadable(source) || Thread.currentThread().isInterrupted()) {
            return NOT_HANDLED;
        }
        long moved = NOT_HANDLED;
        if (target instanceof SocketChannel) {
            if (TO_SOCKET && WriteSide.SOCKET.isInstance(target) && target.isOpen() && RegularFiles.contains(source)) {
                long most = Math.min(count, MOST_BYTES);
                moved = toSelectable(WriteSide.SOCKET, source, position, most, (SelectableChannel) target);
            }
        } else if (target instanceof Pipe.SinkChannel) {
            if (TO_PIPE && WriteSide.PIPE.isInstance(target) && target.isOpen()) {
                long most = Math.min(count, MOST_BYTES_TO_PIPE);
                moved = toSelectable(WriteSide.PIPE, source, position, most, (SelectableChannel) target);
            }
        } else if (TO_FILE && FileChannelAccess.isInstance(target) && target != source && target.isOpen()) {
            FileChannel file = (FileChannel) target;
            if (FileChannelAccess.isWritable(file) && !FileChannelAccess.isAppend(file)) {
                moved = toFile(source, position, count, file);
            }
        }
        if (moved != NOT_HANDLED) {
            Tally.transferred(Route.SENDFILE, moved);
        }
        return moved;
    }

    /**
     * Transfers, or says that the JDK should.
     *
     * @param target as in {@code FileChannel.transferFrom}
     * @param source as there
     * @param position as there
     * @param count as there
     * @return bytes moved, or {@link #NOT_HANDLED}
     * @throws IOException as there
     */
    public static long tryTransferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
            throws IOException {
        return NOT_HANDLED;
    }

    /**
     * To a socket or pipe: one system call; more only to wait for a blocking target, on a virtual thread or where
     * the JDK writes the whole count to a pipe.
     */
    private static long toSelectable(WriteSide side, FileChannel source, long position, long count,
            SelectableChannel target) throws IOException {
        boolean virtual = VirtualThreads.isCurrent();
        // sendfile(2) to a blocking socket sends all by itself; to a pipe, only what one filling holds.
        boolean untilAllMoved = virtual || side == WriteSide.PIPE && PIPES_ARE_WRITTEN;
        long moved = 0;
        long patience = LEAST_PATIENCE;
        while (true) {
            long n;
            try {
                n = side.hasTransferProtocol()
                        ? sendInTransfer(side, source, position + moved, count - moved, target, virtual)
                        : sendInWrite(side, source, position + moved, count - moved, target, virtual);
                if (n == -Errno.EAGAIN && target.isBlocking()) {
                    // Blocking for its users, non-blocking for the kernel: a virtual thread has used it.
                    awaitWritable(side, source, target, virtual ? patience : 0);
                    patience = Math.min(2 * patience, MOST_PATIENCE);
                    continue;
                }
            } catch (ClosedChannelException e) {
                return closed(e, source, target, moved);
            } catch (NotYetConnectedException e) {
                return NOT_HANDLED; // Some JDKs first look whether there is anything to send.
            }
            if (n >= 0) {
                moved += n;
                if (n > 0 && moved < count && untilAllMoved && target.isBlocking()) {
                    continue;
                }
                return moved;
            }
            if (moved > 0 || n == -Errno.EAGAIN) {
                return moved;
            }
            if (Errno.isRefusal(n) || count == 0 || position >= source.size()) {
                return NOT_HANDLED; // With nothing to send, only the JDK knows whether it fails for its target.
            }
            throw failure(n, source, position, count, target);
        }
    }

    /** Sends under the protocol that JDKs after 21 have for transfers to sockets. */
    private static long sendInTransfer(WriteSide side, FileChannel source, long position, long count,
            SelectableChannel target, boolean virtual) throws IOException {
        long n = -Errno.EINTR;
        side.beforeTransferTo(target);
        try {
            if (virtual && target.isBlocking()) {
                side.prepareForVirtualThread(target);
            }
            n = send(side, source, position, count, target);
        } finally {
            side.afterTransferTo(target, n >= 0);
        }
        return n;
    }

    /** Sends under the protocol that the JDK has for writes. */
    private static long sendInWrite(WriteSide side, FileChannel source, long position, long count,
            SelectableChannel target, boolean virtual) throws IOException {
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
                    side.prepareForVirtualThread(target);
                }
                n = send(side, source, position, count, target);
            } finally {
                side.endWrite(target, blocking, n > 0);
            }
        } finally {
            lock.unlock();
        }
        return n;
    }

    /** Inside the target's protocol: enters the source's, and calls the kernel. */
    private static long send(WriteSide side, FileChannel source, long position, long count, SelectableChannel target)
            throws IOException {
        long n = -Errno.EINTR;
        int index = FileChannelAccess.NOT_ADDED;
        FileChannelAccess.beginBlocking(source);
        try {
            index = FileChannelAccess.addThread(source);
            while (n == -Errno.EINTR && source.isOpen() && target.isOpen()) {
                int from = FileChannelAccess.descriptor(source);
                int to = side.descriptor(target);
                // A pipe is waited for, or refused, before the file is looked at.
                n = side == WriteSide.PIPE ? TransferNatives.sendfileUpToSize(to, from, position, count)
                        : TransferNatives.sendfile(to, from, position, count);
            }
        } finally {
            FileChannelAccess.removeThread(source, index);
            FileChannelAccess.endBlocking(source, n >= 0);
        }
        if (n == -Errno.EINTR) {
            throw new AsynchronousCloseException();
        }
        return n;
    }

    /**
     * Waits until a blocking target takes bytes again. An interrupt closes the source, as it does in
     * sendfile(2). So does a close of either end wake a platform thread; a virtual one cannot be signalled, and
     * a close of its source would wait for it: it stays out of the source's thread set and looks from time to time.
     *
     * @param nanos how long a virtual thread waits; 0 for a platform thread
     */
    private static void awaitWritable(WriteSide side, FileChannel source, SelectableChannel target, long nanos)
            throws IOException {
        ReentrantLock lock = side.lock(target);
        lock.lock();
        try {
            boolean blocking = target.isBlocking();
            try {
                side.beginWrite(target, blocking);
                if (blocking && target.isOpen()) {
                    park(side, source, target, nanos);
                }
            } finally {
                side.endWrite(target, blocking, false);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void park(WriteSide side, FileChannel source, SelectableChannel target, long nanos)
            throws IOException {
        int index = FileChannelAccess.NOT_ADDED;
        FileChannelAccess.beginBlocking(source);
        try {
            if (nanos == 0) {
                index = FileChannelAccess.addThread(source);
            }
            if (source.isOpen()) {
                side.parkUntilWritable(target, nanos);
            }
        } finally {
            FileChannelAccess.removeThread(source, index);
            FileChannelAccess.endBlocking(source, false);
        }
    }

    /** To another file, at that file's own position. */
    private static long toFile(FileChannel source, long position, long count, FileChannel target) throws IOException {
        try {
            long n = sendToFile(source, position, count, target);
            if (n >= 0) {
                return n;
            }
            if (Errno.isRefusal(n)) {
                return NOT_HANDLED;
            }
            throw failure(n, source, position, count, target);
        } catch (ClosedChannelException e) {
            return closed(e, source, target, 0);
        }
    }

    private static long sendToFile(FileChannel source, long position, long count, FileChannel target)
            throws IOException {
        long n = -Errno.EINTR;
        int sourceIndex = FileChannelAccess.NOT_ADDED;
        int targetIndex = FileChannelAccess.NOT_ADDED;
        FileChannelAccess.beginBlocking(source);
        try {
            sourceIndex = FileChannelAccess.addThread(source);
            targetIndex = FileChannelAccess.addThread(target);
            while (n == -Errno.EINTR && source.isOpen() && target.isOpen()) {
                int from = FileChannelAccess.descriptor(source);
                int to = FileChannelAccess.descriptor(target);
                // Two channels may share one descriptor: the JDK has a way of its own for that.
                n = from == to ? -Errno.EINVAL : TransferNatives.sendfileUpToSize(to, from, position, count);
            }
        } finally {
            FileChannelAccess.removeThread(target, targetIndex);
            FileChannelAccess.removeThread(source, sourceIndex);
            FileChannelAccess.endBlocking(source, n >= 0);
        }
        if (n == -Errno.EINTR) {
            throw new AsynchronousCloseException();
        }
        return n;
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
        throw FileChannelAccess.transferFailed(source, e, target);
    }

    private static IOException failure(long n, FileChannel source, long position, long count, Object target) {
        return Errno.exception(n, "sendfile64 from " + source + " at position " + position + ", " + count
                + " bytes, to " + target);
    }
}
