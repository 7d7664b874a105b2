package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The write side of one of the JDK's selectable channels: the protocol that keeps its descriptor open while it is
 * written to.
 *
 * <p>A record because the JIT trusts a record's fields: the handles of a constant record are inlined.
 */
record WriteSide(SelectableAccess access, MethodHandle lock, MethodHandle begin, MethodHandle end,
        MethodHandle beforeTransfer, MethodHandle afterTransfer) {

    /** TCP and Unix-domain sockets. */
    static final WriteSide SOCKET = of("sun.nio.ch.SocketChannelImpl");
    /** The writable end of a pipe. */
    static final WriteSide PIPE = of("sun.nio.ch.SinkChannelImpl");

    private static WriteSide of(String className) {
        SelectableAccess access = SelectableAccess.of(className);
        Class<?> type = access.type();
        Class<?> channel = SelectableChannel.class;
        return new WriteSide(access,
                JdkAccess.field(type, "writeLock", ReentrantLock.class, methodType(ReentrantLock.class, channel)),
                JdkAccess.method(type, "beginWrite", methodType(void.class, boolean.class),
                        methodType(void.class, channel, boolean.class)),
                JdkAccess.method(type, "endWrite", methodType(void.class, boolean.class, boolean.class),
                        methodType(void.class, channel, boolean.class, boolean.class)),
                // These two: sockets, JDKs after 21.
                JdkAccess.optionalMethod(type, "beforeTransferTo", methodType(void.class), methodType(void.class, channel)),
                JdkAccess.optionalMethod(type, "afterTransferTo", methodType(void.class, boolean.class),
                        methodType(void.class, channel, boolean.class)));
    }

    /** Whether everything that a transfer to such a channel needs was found. */
    boolean isAvailable() {
        return access.isAvailable() && JdkAccess.all(lock, begin, end);
    }

    boolean isInstance(Object channel) {
        return access.isInstance(channel);
    }

    /** Whether the JDK has a protocol for transfers beside that for writes. */
    boolean hasTransferProtocol() {
        return beforeTransfer != null && afterTransfer != null;
    }

    /** The lock that writers hold; in non-blocking mode it is what a close waits for. */
    ReentrantLock lock(SelectableChannel channel) {
        try {
            return (ReentrantLock) lock.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Begins a write, under the lock. {@link #endWrite} must follow, also when this throws. */
    void beginWrite(SelectableChannel channel, boolean blocking) throws ClosedChannelException {
        try {
            begin.invokeExact(channel, blocking);
        } catch (Throwable e) {
            throw JdkAccess.<ClosedChannelException>rethrow(e);
        }
    }

    void endWrite(SelectableChannel channel, boolean blocking, boolean completed) throws AsynchronousCloseException {
        try {
            end.invokeExact(channel, blocking, completed);
        } catch (Throwable e) {
            throw JdkAccess.<AsynchronousCloseException>rethrow(e);
        }
    }

    /** Takes the lock and begins a transfer. If this throws, nothing was begun. */
    void beforeTransferTo(SelectableChannel channel) throws ClosedChannelException {
        try {
            beforeTransfer.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<ClosedChannelException>rethrow(e);
        }
    }

    void afterTransferTo(SelectableChannel channel, boolean completed) throws AsynchronousCloseException {
        try {
            afterTransfer.invokeExact(channel, completed);
        } catch (Throwable e) {
            throw JdkAccess.<AsynchronousCloseException>rethrow(e);
        }
    }
}
