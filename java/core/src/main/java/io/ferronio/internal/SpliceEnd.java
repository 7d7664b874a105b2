package io.ferronio.internal;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.Lock;

/**
 * One end of a relay that splice(2) can be called for: a channel of the JDK's, and the protocol by which its descriptor
 * stays open meanwhile. In this order, by one thread at a time:
 *
 * <pre>
 * end.lock();
 * try {
 *     end.begin(virtual);
 *     ... end.descriptor() ...
 * } finally {
 *     end.end(completed);
 * }
 * </pre>
 */
abstract class SpliceEnd {

    private static final boolean FROM_SOCKET = BufferAccess.HAS_ADDRESS && ReadSide.SOCKET.isAvailable();
    private static final boolean FROM_PIPE = BufferAccess.HAS_ADDRESS && ReadSide.PIPE.isAvailable();
    private static final boolean TO_SOCKET = WriteSide.SOCKET.isAvailable();
    private static final boolean TO_PIPE = WriteSide.PIPE.isAvailable();

    /** The end for what is read from; null if it cannot be spliced from. */
    static SpliceEnd ofSource(ReadableByteChannel channel) {
        if (FROM_SOCKET && channel instanceof SocketChannel && ReadSide.SOCKET.isInstance(channel)) {
            return new Source(ReadSide.SOCKET, (SelectableChannel) channel);
        }
        if (FROM_PIPE && channel instanceof Pipe.SourceChannel && ReadSide.PIPE.isInstance(channel)) {
            return new Source(ReadSide.PIPE, (SelectableChannel) channel);
        }
        return FileChannelAccess.CAN_SEND && BufferAccess.HAS_ADDRESS && isRegularFile(channel)
                ? new File((FileChannel) channel) : null;
    }

    /** The end for what is written to; null if it cannot be spliced to. */
    static SpliceEnd ofTarget(WritableByteChannel channel) {
        if (TO_SOCKET && channel instanceof SocketChannel && WriteSide.SOCKET.isInstance(channel)) {
            return new Target(WriteSide.SOCKET, (SelectableChannel) channel);
        }
        if (TO_PIPE && channel instanceof Pipe.SinkChannel && WriteSide.PIPE.isInstance(channel)) {
            return new Target(WriteSide.PIPE, (SelectableChannel) channel);
        }
        return FileChannelAccess.CAN_RECEIVE && isRegularFile(channel)
                && !FileChannelAccess.isAppend((FileChannel) channel) ? new File((FileChannel) channel) : null;
    }

    /** Others, such as a named pipe, may have to be waited for, and only their own methods know how. */
    static boolean isRegularFile(Channel channel) {
        return FileChannelAccess.CAN_SEND && FileChannelAccess.isInstance(channel)
                && RegularFiles.size((FileChannel) channel) >= 0;
    }

    /** The channel. */
    abstract Channel channel();

    /** Whether it is to be waited for; never true of a file. */
    abstract boolean isBlocking();

    /** Whether a close of the channel wakes the thread that is between {@link #begin} and {@link #end}. */
    abstract boolean wakesByClose();

    /** Takes the lock of the channel's side, if there is one. {@link #end} must follow. */
    abstract void lock();

    /** Begins. On a virtual thread a blocking channel's descriptor is put into non-blocking mode. */
    abstract void begin(boolean virtual) throws IOException;

    /** The descriptor's number. */
    abstract int descriptor();

    /** Whether the channel itself must be read from: it knows of an end or an error that its descriptor does not. */
    abstract boolean hasEnded();

    /** Ends what {@link #begin} has begun, also if that has failed, and gives the lock back. */
    abstract void end(boolean completed) throws AsynchronousCloseException;

    /** Waits until a blocking channel is ready, or closed, or time is up. */
    abstract void await(long nanos) throws IOException;

    /** The same, or until it is cancelled. */
    final void await(long nanos, Trace trace) throws IOException {
        try {
            if (Trace.mayWait(trace)) {
                await(nanos);
            }
        } finally {
            Trace.hasWaited(trace);
        }
    }

    /** A socket or pipe. */
    private abstract static class Selectable extends SpliceEnd {

        private final SelectableAccess access;
        private final int event;
        final SelectableChannel channel;
        /** The mode between lock and end, in which it cannot change. */
        boolean blocking;

        Selectable(SelectableAccess access, int event, SelectableChannel channel) {
            this.access = access;
            this.event = event;
            this.channel = channel;
        }

        abstract Lock sideLock();

        abstract void beginSide() throws IOException;

        abstract void endSide(boolean completed) throws AsynchronousCloseException;

        @Override
        final Channel channel() {
            return channel;
        }

        @Override
        final boolean isBlocking() {
            return channel.isBlocking();
        }

        @Override
        final boolean wakesByClose() {
            return channel.isBlocking();
        }

        @Override
        final void lock() {
            sideLock().lock();
            blocking = channel.isBlocking();
        }

        @Override
        final void begin(boolean virtual) throws IOException {
            beginSide();
            if (virtual && blocking) {
                access.prepareForVirtualThread(channel);
            }
        }

        @Override
        final int descriptor() {
            return access.descriptor(channel);
        }

        @Override
        final void end(boolean completed) throws AsynchronousCloseException {
            try {
                endSide(completed);
            } finally {
                sideLock().unlock();
            }
        }

        @Override
        final void await(long nanos) throws IOException {
            lock();
            try {
                beginSide();
                if (blocking && channel.isOpen()) {
                    access.parkUntil(event, channel, nanos);
                }
            } finally {
                end(false);
            }
        }
    }

    private static final class Source extends Selectable {

        private final ReadSide side;

        Source(ReadSide side, SelectableChannel channel) {
            super(side.access(), SelectableAccess.POLLIN, channel);
            this.side = side;
        }

        @Override
        Lock sideLock() {
            return side.lock(channel);
        }

        @Override
        void beginSide() throws IOException {
            side.beginRead(channel, blocking);
        }

        @Override
        boolean hasEnded() {
            return side.hasEnded(channel);
        }

        @Override
        void endSide(boolean completed) throws AsynchronousCloseException {
            side.endRead(channel, blocking, completed);
        }
    }

    private static final class Target extends Selectable {

        private final WriteSide side;

        Target(WriteSide side, SelectableChannel channel) {
            super(side.access(), SelectableAccess.POLLOUT, channel);
            this.side = side;
        }

        @Override
        Lock sideLock() {
            return side.lock(channel);
        }

        @Override
        void beginSide() throws IOException {
            side.beginWrite(channel, blocking);
        }

        @Override
        boolean hasEnded() {
            return false;
        }

        @Override
        void endSide(boolean completed) throws AsynchronousCloseException {
            side.endWrite(channel, blocking, completed);
        }
    }

    /** A regular file. It is never waited for; its thread set is what keeps it open. */
    private static final class File extends SpliceEnd {

        private final FileChannel channel;
        private int index;

        File(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        Channel channel() {
            return channel;
        }

        @Override
        boolean isBlocking() {
            return false;
        }

        @Override
        boolean wakesByClose() {
            return true;
        }

        @Override
        void lock() {
            index = FileChannelAccess.NOT_ADDED;
        }

        @Override
        void begin(boolean virtual) {
            FileChannelAccess.beginBlocking(channel);
            index = FileChannelAccess.addThread(channel);
        }

        @Override
        int descriptor() {
            return FileChannelAccess.descriptor(channel);
        }

        @Override
        boolean hasEnded() {
            return false;
        }

        @Override
        void end(boolean completed) throws AsynchronousCloseException {
            FileChannelAccess.removeThread(channel, index);
            FileChannelAccess.endBlocking(channel, completed);
        }

        @Override
        void await(long nanos) {
            throw new IllegalStateException("a regular file is never waited for");
        }
    }
}
