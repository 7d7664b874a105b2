package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/**
 * The one door to our transfers. It takes a call only if all is well with it; every call with something
 * wrong (closed, negative, not readable, interrupted) and every pair of channels that is not ours goes to
 * the JDK's own method, which then finds the same thing wrong and throws what it always throws. So the
 * order of checks and the exceptions are the running JDK's by construction.
 *
 * <p>Behind the door, {@link TransferTable} says which routes a pair of channels has, and one after the other is tried
 * until one does not refuse.
 */
public final class TransferEngine {

    /** "Ask the JDK": decided before anything has happened. */
    public static final long NOT_HANDLED = -1;
    /** "Not by this route": it lacks something for now. As with the next two, nothing has happened. */
    static final long UNAVAILABLE = -2;
    /** "Not by this route": so the kernel says of these two channels. */
    static final long REFUSED = -3;
    /** "Not by this route": so the kernel says, or a filter before it, perhaps whatever the channels. */
    static final long FORBIDDEN = -4;

    private static final boolean ENABLED = FileChannelAccess.CAN_SEND;
    static final boolean TO_SOCKET = ENABLED && WriteSide.SOCKET.isAvailable();
    static final boolean TO_PIPE = ENABLED && WriteSide.PIPE.isAvailable();
    static final boolean TO_CHANNEL = ENABLED;
    static final boolean TO_FILE = ENABLED && FileChannelAccess.CAN_RECEIVE;
    static final boolean FROM_FILE = TO_FILE && FileTransfer.CAN_LOCK_SOURCE;
    private static final boolean FROM_STREAM = TO_FILE && BufferAccess.HAS_ADDRESS;
    static final boolean FROM_SOCKET = FROM_STREAM && ReadSide.SOCKET.isAvailable();
    static final boolean FROM_PIPE = FROM_STREAM && ReadSide.PIPE.isAvailable();

    /** The most the JDK, as Linux, moves by one call: 2 GiB less a page of 4 KiB. */
    static final long MOST_BYTES = 0x7ffff000L;

    /** Before JDK 21 nothing is transferred to a position past the end. The JDK asks, too. */
    private static final boolean ENDS_AT_SIZE = Runtime.version().feature() < 21;

    /** Up to that size the JDK's read and write are two system calls, and a pipe takes three. */
    private static final long LEAST_BYTES_FROM_STREAM = 8 << 10;

    private TransferEngine() {
    }

    /** Loads and initializes all that transfers need, for who cannot have that happen in the middle of one. */
    public static void initialize() {
        for (TransferTable pair : TransferTable.values()) {
            pair.size();
        }
        Tally.initialize();
    }

    /**
     * Transfers, or says that the JDK should.
     *
     * @param source as in {@code FileChannel.transferTo}
     * @param position as there
     * @param count as there
     * @param target as there
     * @param trace told what happens; null if nobody wants to know
     * @return bytes moved, or {@link #NOT_HANDLED}
     * @throws IOException as there
     */
    public static long tryTransferTo(FileChannel source, long position, long count, WritableByteChannel target,
            Trace trace) throws IOException {
        if (!ENABLED || (position | count) < 0 || !FileChannelAccess.isInstance(source) || !source.isOpen()
                || target == null || !target.isOpen()
                || !FileChannelAccess.isReadable(source) || Thread.currentThread().isInterrupted()) {
            return NOT_HANDLED;
        }
        TransferTable pair = pairTo(source, count, target);
        if (pair == null) {
            return NOT_HANDLED;
        }
        int forbidden = TransferTable.NO_ROUTE;
        for (int i = 0; i < pair.size(); i++) {
            Route route = pair.route(i);
            if (pair.isForbidden(route) || Refusals.contains(route, source, target)) {
                continue;
            }
            long moved;
            try {
                moved = transferTo(pair, route, source, position, count, target, trace);
            } catch (ClosedChannelException e) {
                throw FileChannelAccess.transferFailed(source, e, target);
            }
            if (moved == FORBIDDEN) {
                forbidden |= TransferTable.bit(route);
            } else if (moved == REFUSED) {
                Refusals.add(route, source, target);
            } else if (moved == NOT_HANDLED) {
                return NOT_HANDLED;
            } else if (moved >= 0) {
                moved(pair, route, forbidden, moved);
                return moved;
            }
        }
        return NOT_HANDLED;
    }

    /** The pair's row in the table, or null. */
    private static TransferTable pairTo(FileChannel source, long count, WritableByteChannel target) {
        if (!TO_SOCKET && target instanceof SocketChannel || !TO_PIPE && target instanceof Pipe.SinkChannel) {
            return null; // A JDK that we do not know well enough.
        }
        if (WriteSide.SOCKET.isInstance(target)) {
            return RegularFiles.contains(source) ? TransferTable.FILE_TO_SOCKET : null;
        }
        if (WriteSide.PIPE.isInstance(target)) {
            return TransferTable.FILE_TO_PIPE;
        }
        if (FileChannelAccess.isInstance(target)) {
            FileChannel file = (FileChannel) target;
            if (!TO_FILE || target == source || !FileChannelAccess.isWritable(file)) {
                return null;
            }
            return FileChannelAccess.isAppend(file) ? TransferTable.FILE_TO_APPENDING_FILE : TransferTable.FILE_TO_FILE;
        }
        // The size of the JDK's buffer is the size of the datagrams.
        return target instanceof DatagramChannel || BufferedTransfer.isForJdk(target, count) ? null
                : TransferTable.FILE_TO_CHANNEL;
    }

    private static long transferTo(TransferTable pair, Route route, FileChannel source, long position, long count,
            WritableByteChannel target, Trace trace) throws IOException {
        long most = switch (pair) {
            case FILE_TO_PIPE -> Math.min(count, SendfileTransfer.MOST_BYTES_TO_PIPE);
            case FILE_TO_SOCKET, FILE_TO_FILE -> Math.min(count, MOST_BYTES);
            default -> count;
        };
        if (route == Route.BUFFERED) {
            boolean isForJdk = FileChannelAccess.isDirect(source) || FileChannelAccess.isInstance(target)
                    && (FileChannelAccess.isDirect((FileChannel) target)
                            || FileTransfer.isSameFile(source, (FileChannel) target));
            return isForJdk ? NOT_HANDLED
                    : BufferedTransfer.fromFile(source, position, most, target, pair == TransferTable.FILE_TO_CHANNEL, trace);
        }
        switch (pair) {
            case FILE_TO_SOCKET:
                return SendfileTransfer.toSelectable(WriteSide.SOCKET, source, position, most,
                        (SelectableChannel) target, trace);
            case FILE_TO_PIPE:
                return SendfileTransfer.toSelectable(WriteSide.PIPE, source, position, most,
                        (SelectableChannel) target, trace);
            default:
                // Of files that it makes up as they are read, the kernel may copy nothing and call that a success.
                return route == Route.COPY_FILE_RANGE && !RegularFiles.contains(source) ? UNAVAILABLE
                        : FileTransfer.to(route, source, position, most, (FileChannel) target, trace);
        }
    }

    /**
     * Transfers, or says that the JDK should.
     *
     * @param target as in {@code FileChannel.transferFrom}
     * @param source as there
     * @param position as there
     * @param count as there
     * @param trace told what happens; null if nobody wants to know
     * @return bytes moved, or {@link #NOT_HANDLED}
     * @throws IOException as there
     */
    public static long tryTransferFrom(FileChannel target, ReadableByteChannel source, long position, long count,
            Trace trace) throws IOException {
        if (!TO_FILE || position < 0 || count <= 0 || !FileChannelAccess.isInstance(target) || !target.isOpen()
                || source == null || !source.isOpen() || source == target
                || !FileChannelAccess.isWritable(target) || Thread.currentThread().isInterrupted()) {
            return NOT_HANDLED;
        }
        TransferTable pair = pairFrom(target, source, count);
        if (pair == null) {
            return NOT_HANDLED;
        }
        if (!canTake(target, position)) {
            return NOT_HANDLED;
        }
        Trace.systemCalls(trace, 1);
        int forbidden = TransferTable.NO_ROUTE;
        for (int i = 0; i < pair.size(); i++) {
            Route route = pair.route(i);
            if (pair.isForbidden(route) || Refusals.contains(route, source, target)) {
                continue;
            }
            long moved;
            try {
                moved = transferFrom(pair, route, target, source, position, count, trace);
            } catch (ClosedChannelException e) {
                throw FileChannelAccess.transferFailed(target, e, source);
            }
            if (moved == FORBIDDEN) {
                forbidden |= TransferTable.bit(route);
            } else if (moved == REFUSED) {
                Refusals.add(route, source, target);
            } else if (moved == NOT_HANDLED) {
                return NOT_HANDLED;
            } else if (moved >= 0) {
                moved(pair, route, forbidden, moved);
                return moved;
            }
        }
        return NOT_HANDLED;
    }

    /** Whether the target is a regular file, and such that the JDK would transfer to this position. */
    private static boolean canTake(FileChannel target, long position) {
        if (!ENDS_AT_SIZE) {
            return RegularFiles.contains(target) || RegularFiles.size(target) == 0;
        }
        return position <= RegularFiles.size(target);
    }

    /** The pair's row in the table, or null. */
    private static TransferTable pairFrom(FileChannel target, ReadableByteChannel source, long count) {
        if (FileChannelAccess.isDirect(target)) {
            return null; // Its blocks are the JDK's affair.
        }
        boolean appends = FileChannelAccess.isAppend(target);
        if (FileChannelAccess.isInstance(source)) {
            boolean isRegular = FROM_FILE && FileChannelAccess.isReadable((FileChannel) source)
                    && RegularFiles.contains((FileChannel) source);
            return !isRegular ? null
                    : appends ? TransferTable.APPENDING_FILE_FROM_FILE : TransferTable.FILE_FROM_FILE;
        }
        if (!FROM_SOCKET && source instanceof SocketChannel || !FROM_PIPE && source instanceof Pipe.SourceChannel) {
            return null; // A JDK that we do not know well enough.
        }
        boolean isSocket = ReadSide.SOCKET.isInstance(source);
        if (isSocket || ReadSide.PIPE.isInstance(source)) {
            if (count <= LEAST_BYTES_FROM_STREAM || isSocket && !((SocketChannel) source).isConnected()) {
                return null;
            }
            return appends ? TransferTable.APPENDING_FILE_FROM_STREAM
                    : isSocket ? TransferTable.FILE_FROM_SOCKET : TransferTable.FILE_FROM_PIPE;
        }
        // The size of the JDK's buffer is what of a datagram is not lost.
        return source instanceof DatagramChannel || BufferedTransfer.isForJdk(source, count) ? null
                : TransferTable.FILE_FROM_CHANNEL;
    }

    private static long transferFrom(TransferTable pair, Route route, FileChannel target, ReadableByteChannel source,
            long position, long count, Trace trace) throws IOException {
        if (route == Route.BUFFERED) {
            boolean isForJdk = FileChannelAccess.isInstance(source)
                    && (FileChannelAccess.isDirect((FileChannel) source)
                            || FileTransfer.isSameFile((FileChannel) source, target));
            return isForJdk ? NOT_HANDLED : BufferedTransfer.toFile(source, target, position, count, 0, trace);
        }
        switch (pair) {
            case FILE_FROM_SOCKET:
                return SpliceTransfer.toFile(ReadSide.SOCKET, (SelectableChannel) source, target, position, count, trace);
            case FILE_FROM_PIPE:
                return SpliceTransfer.toFile(ReadSide.PIPE, (SelectableChannel) source, target, position, count, trace);
            default:
                long most = ENDS_AT_SIZE ? count : Math.min(count, MOST_BYTES);
                return FileTransfer.from(target, (FileChannel) source, position, most, trace);
        }
    }

    /**
     * Copies from a position in one file to a position in another, or says that this is to be done by read and write.
     *
     * @param source where the bytes come from
     * @param position where in it to begin
     * @param target where they go
     * @param targetPosition where in it to begin
     * @param count the most bytes to copy
     * @param trace told what happens; null if nobody wants to know
     * @return bytes moved, 0 at the end of the source, or {@link #NOT_HANDLED}
     * @throws IOException as the kernel says
     */
    static long tryCopy(FileChannel source, long position, FileChannel target, long targetPosition, long count,
            Trace trace) throws IOException {
        TransferTable pair = TransferTable.FILE_TO_FILE_AT_POSITION;
        if (!TO_FILE || pair.size() == 0 || pair.isForbidden(Route.COPY_FILE_RANGE)
                || !FileChannelAccess.isInstance(source) || !FileChannelAccess.isInstance(target)
                || !source.isOpen() || !target.isOpen() || !FileChannelAccess.isReadable(source)
                || !FileChannelAccess.isWritable(target) || FileChannelAccess.isAppend(target)
                || !RegularFiles.contains(source)
                || Thread.currentThread().isInterrupted()
                || Refusals.contains(Route.COPY_FILE_RANGE, source, target)) {
            return NOT_HANDLED;
        }
        long moved;
        try {
            moved = FileTransfer.at(source, position, target, targetPosition, count, trace);
        } catch (ClosedChannelException e) {
            throw FileChannelAccess.transferFailed(source, e, target);
        }
        if (moved == REFUSED || moved == FORBIDDEN) {
            Refusals.add(Route.COPY_FILE_RANGE, source, target);
        }
        if (moved < 0) {
            return NOT_HANDLED;
        }
        Tally.transferred(Route.COPY_FILE_RANGE, moved);
        return moved;
    }

    /** Says what a refusal of the kernel's means, and to whom. */
    static long refusal(long errno, Route route, Trace trace) {
        Trace.refused(trace, route, "errno " + -errno);
        return Errno.isGeneralRefusal(errno) ? FORBIDDEN : REFUSED;
    }

    /** Bytes went this way, so the channels were not the reason why other routes were said to be forbidden. */
    private static void moved(TransferTable pair, Route route, int forbidden, long moved) {
        if (forbidden != TransferTable.NO_ROUTE && moved > 0) {
            pair.forbid(forbidden);
        }
        Tally.transferred(route, moved);
    }
}
