package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The read side of one of the JDK's selectable channels: the protocol that keeps its descriptor open while it is
 * read from.
 *
 * <p>A record because the JIT trusts a record's fields: the handles of a constant record are inlined.
 *
 * @param connectionReset whether the channel has been told of a reset, which the kernel tells once; null for a pipe
 * @param inputClosed whether the input was shut down; null for a pipe
 */
record ReadSide(SelectableAccess access, MethodHandle lock, MethodHandle begin, MethodHandle end,
        MethodHandle connectionReset, MethodHandle inputClosed) {

    /** TCP and Unix-domain sockets. */
    static final ReadSide SOCKET = of(WriteSide.SOCKET.access(), true);
    /** The readable end of a pipe. */
    static final ReadSide PIPE = of(SelectableAccess.of("sun.nio.ch.SourceChannelImpl"), false);

    private static ReadSide of(SelectableAccess access, boolean isSocket) {
        Class<?> type = access.type();
        Class<?> channel = SelectableChannel.class;
        return new ReadSide(access,
                JdkAccess.field(type, "readLock", ReentrantLock.class, methodType(ReentrantLock.class, channel)),
                JdkAccess.method(type, "beginRead", methodType(void.class, boolean.class),
                        methodType(void.class, channel, boolean.class)),
                JdkAccess.method(type, "endRead", methodType(void.class, boolean.class, boolean.class),
                        methodType(void.class, channel, boolean.class, boolean.class)),
                isSocket ? flag(type, "connectionReset") : null, isSocket ? flag(type, "isInputClosed") : null);
    }

    private static MethodHandle flag(Class<?> type, String name) {
        return JdkAccess.field(type, name, boolean.class, methodType(boolean.class, SelectableChannel.class));
    }

    /** Whether everything that a transfer from such a channel needs was found. */
    boolean isAvailable() {
        return access.isAvailable() && JdkAccess.all(lock, begin, end)
                && (this == PIPE || JdkAccess.all(connectionReset, inputClosed));
    }

    boolean isInstance(Object channel) {
        return access.isInstance(channel);
    }

    /** The lock that readers hold; in non-blocking mode it is what a close waits for. */
    ReentrantLock lock(SelectableChannel channel) {
        try {
            return (ReentrantLock) lock.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Begins a read, under the lock. {@link #endRead} must follow, also when this throws. */
    void beginRead(SelectableChannel channel, boolean blocking) throws ClosedChannelException {
        try {
            begin.invokeExact(channel, blocking);
        } catch (Throwable e) {
            throw JdkAccess.<ClosedChannelException>rethrow(e);
        }
    }

    void endRead(SelectableChannel channel, boolean blocking, boolean completed) throws AsynchronousCloseException {
        try {
            end.invokeExact(channel, blocking, completed);
        } catch (Throwable e) {
            throw JdkAccess.<AsynchronousCloseException>rethrow(e);
        }
    }

    /** Whether the channel knows better than its descriptor what a read gives: its end, or an error. Under the lock. */
    boolean hasEnded(SelectableChannel channel) {
        if (connectionReset == null || inputClosed == null) {
            return false;
        }
        try {
            return (boolean) connectionReset.invokeExact(channel) || (boolean) inputClosed.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }
}
