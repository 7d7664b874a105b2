package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The write side of one of the JDK's selectable channels: its descriptor, and the protocol that keeps the
 * descriptor open while it is written to. The number stays in the channel after a close, when it may be
 * somebody else's: it is good only between begin and end.
 *
 * <p>A record because the JIT trusts a record's fields: the handles of a constant record are inlined.
 *
 * @param type the channel's class, null where this JDK has no such class
 */
record WriteSide(Class<?> type, MethodHandle descriptorValue, MethodHandle lock, MethodHandle begin, MethodHandle end,
        MethodHandle beforeTransfer, MethodHandle afterTransfer, MethodHandle configureNonBlocking, MethodHandle park) {

    /** TCP and Unix-domain sockets. */
    static final WriteSide SOCKET = of("sun.nio.ch.SocketChannelImpl");
    /** The writable end of a pipe. */
    static final WriteSide PIPE = of("sun.nio.ch.SinkChannelImpl");

    /** poll(2)'s "can be written to". */
    private static final int POLLOUT = 4;

    private static WriteSide of(String className) {
        Class<?> type = JdkAccess.type(className);
        Class<?> channel = SelectableChannel.class;
        return new WriteSide(type,
                JdkAccess.field(type, "fdVal", int.class, methodType(int.class, channel)),
                JdkAccess.field(type, "writeLock", ReentrantLock.class, methodType(ReentrantLock.class, channel)),
                JdkAccess.method(type, "beginWrite", methodType(void.class, boolean.class),
                        methodType(void.class, channel, boolean.class)),
                JdkAccess.method(type, "endWrite", methodType(void.class, boolean.class, boolean.class),
                        methodType(void.class, channel, boolean.class, boolean.class)),
                // These two: sockets, JDKs after 21.
                JdkAccess.optionalMethod(type, "beforeTransferTo", methodType(void.class), methodType(void.class, channel)),
                JdkAccess.optionalMethod(type, "afterTransferTo", methodType(void.class, boolean.class),
                        methodType(void.class, channel, boolean.class)),
                // Needed where there are virtual threads: JDK 21 and later.
                !VirtualThreads.EXIST ? null : JdkAccess.method(type, "configureSocketNonBlockingIfVirtualThread",
                        methodType(void.class), methodType(void.class, channel)),
                JdkAccess.method(type, "park", methodType(void.class, int.class, long.class),
                        methodType(void.class, channel, int.class, long.class)));
    }

    /** Whether everything that a transfer to such a channel needs was found. */
    boolean isAvailable() {
        return JdkAccess.all(descriptorValue, lock, begin, end, park)
                && (configureNonBlocking != null || !VirtualThreads.EXIST);
    }

    boolean isInstance(Object channel) {
        return channel != null && channel.getClass() == type;
    }

    /** Whether the JDK has a protocol for transfers beside that for writes. */
    boolean hasTransferProtocol() {
        return beforeTransfer != null && afterTransfer != null;
    }

    /** The descriptor's number. Only between begin and end. */
    int descriptor(SelectableChannel channel) {
        try {
            return (int) descriptorValue.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
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

    /**
     * On a virtual thread, puts the descriptor of a blocking channel into non-blocking mode, as the JDK's own
     * writes do, so that a full target is waited for by parking. Under the lock.
     */
    void prepareForVirtualThread(SelectableChannel channel) throws IOException {
        if (configureNonBlocking != null) {
            try {
                configureNonBlocking.invokeExact(channel);
            } catch (Throwable e) {
                throw JdkAccess.<IOException>rethrow(e);
            }
        }
    }

    /** Waits until the channel can be written to, is closed, the thread is interrupted, or time is up (0: never). */
    void parkUntilWritable(SelectableChannel channel, long nanos) throws IOException {
        try {
            park.invokeExact(channel, POLLOUT, nanos);
        } catch (Throwable e) {
            throw JdkAccess.<IOException>rethrow(e);
        }
    }
}
