package io.ferronio.internal;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What has been written to a socket or pipe and is still there: MSG_MORE and TCP_CORK, by which several writes leave as one
 * train, and the length of the queue. For the JDK's own channels; of all others nothing is known.
 */
final class SendQueue {

    private static final int HOLD = 0;
    private static final int LET_GO = 1;
    private static final int LENGTH = 2;
    private static final int BEGIN = 3;
    private static final int PUSH = 4;

    private static final long UNKNOWN = -Errno.ENODATA;

    private SendQueue() {
    }

    /** Has a TCP socket hold partial segments back. True if it did not before: {@link #letGo} must follow. */
    static boolean hold(Channel target) throws IOException {
        try {
            return target instanceof SocketChannel && ask(WriteSide.SOCKET, target, HOLD, null) > 0;
        } catch (ClosedByInterruptException e) {
            throw e; // The first write would only find it closed.
        } catch (ClosedChannelException | NotYetConnectedException e) {
            return false; // The first write will say so.
        }
    }

    /**
     * Writes the first bytes of a train to a socket, so that the next write's bytes join them if it is TCP's: MSG_MORE, which
     * spares the kernel work that it has under TCP_CORK with each segment. Does not wait.
     *
     * @param bytes direct; stays as it is
     * @return how many of them; if any, {@link #push} must follow, unless a write without MSG_MORE does. If none, a write
     *     tells why
     */
    static int begin(Channel target, ByteBuffer bytes) throws IOException {
        long n;
        try {
            n = target instanceof SocketChannel ? ask(WriteSide.SOCKET, target, BEGIN, bytes) : 0;
        } catch (ClosedByInterruptException e) {
            throw e; // As above.
        } catch (ClosedChannelException | NotYetConnectedException e) {
            return 0;
        }
        if (n < 0 && n != UNKNOWN) {
            throw Errno.exception(n, "send of " + bytes.remaining() + " bytes to " + target);
        }
        return (int) Math.max(0, n);
    }

    /** Has it send what it holds back of a train that was begun. Gives the number of system calls that it took. */
    static int push(Channel target) throws IOException {
        long result = tell(target, PUSH);
        return result == UNKNOWN ? 0 : result > 0 ? 2 : 1;
    }

    /** Has it send what it has held back. */
    static void letGo(Channel target) throws IOException {
        tell(target, LET_GO);
    }

    /** A socket that was closed meanwhile needs nothing. */
    private static long tell(Channel target, int what) throws IOException {
        try {
            return ask(WriteSide.SOCKET, target, what, null);
        } catch (ClosedChannelException e) {
            return UNKNOWN;
        }
    }

    /** How many bytes have been written and may still refer to pages of a file; negative if that is not known. */
    static long length(Channel target) throws IOException {
        return ask(target instanceof SocketChannel ? WriteSide.SOCKET : WriteSide.PIPE, target, LENGTH, null);
    }

    /** One call, under the protocol that keeps the descriptor open. */
    private static long ask(WriteSide side, Channel target, int what, ByteBuffer bytes) throws IOException {
        if (!side.isAvailable() || !side.isInstance(target)) {
            return UNKNOWN;
        }
        SelectableChannel channel = (SelectableChannel) target;
        ReentrantLock lock = side.lock(channel);
        lock.lock();
        try {
            boolean blocking = channel.isBlocking();
            boolean completed = false;
            try {
                side.beginWrite(channel, blocking);
                if (!channel.isOpen()) {
                    return UNKNOWN;
                }
                completed = true;
                int descriptor = side.access().descriptor(channel);
                return switch (what) {
                    case HOLD -> QueueNatives.hold(descriptor);
                    case LET_GO -> QueueNatives.letGo(descriptor);
                    case PUSH -> QueueNatives.push(descriptor);
                    case BEGIN -> QueueNatives.begin(descriptor, BufferAccess.address(bytes) + bytes.position(), bytes.remaining());
                    default -> QueueNatives.length(descriptor);
                };
            } finally {
                side.endWrite(channel, blocking, completed);
            }
        } finally {
            lock.unlock();
            Reference.reachabilityFence(bytes);
        }
    }
}
