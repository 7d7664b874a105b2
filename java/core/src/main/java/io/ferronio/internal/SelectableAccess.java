package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.channels.SelectableChannel;

/**
 * What both sides of one of the JDK's selectable channels share: the descriptor, and waiting. The number stays in
 * the channel after a close, when it may be somebody else's: it is good only between begin and end of a side.
 *
 * <p>A record because the JIT trusts a record's fields: the handles of a constant record are inlined.
 *
 * @param type the channel's class, null where this JDK has no such class
 */
record SelectableAccess(Class<?> type, MethodHandle descriptorValue, MethodHandle configureNonBlocking,
        MethodHandle park) {

    /** poll(2)'s "can be read from". */
    static final int POLLIN = 1;
    /** poll(2)'s "can be written to". */
    static final int POLLOUT = 4;

    static SelectableAccess of(String className) {
        Class<?> type = JdkAccess.type(className);
        Class<?> channel = SelectableChannel.class;
        return new SelectableAccess(type,
                JdkAccess.field(type, "fdVal", int.class, methodType(int.class, channel)),
                // Needed where there are virtual threads: JDK 21 and later.
                !VirtualThreads.EXIST ? null : JdkAccess.method(type, "configureSocketNonBlockingIfVirtualThread",
                        methodType(void.class), methodType(void.class, channel)),
                JdkAccess.method(type, "park", methodType(void.class, int.class, long.class),
                        methodType(void.class, channel, int.class, long.class)));
    }

    boolean isAvailable() {
        return JdkAccess.all(descriptorValue, park) && (configureNonBlocking != null || !VirtualThreads.EXIST);
    }

    boolean isInstance(Object channel) {
        return channel != null && channel.getClass() == type;
    }

    /** The descriptor's number. Only between begin and end. */
    int descriptor(SelectableChannel channel) {
        try {
            return (int) descriptorValue.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * On a virtual thread, puts the descriptor of a blocking channel into non-blocking mode, as the JDK's own
     * reads and writes do, so that the other end is waited for by parking. Under the side's lock.
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

    /** Waits until the channel is ready or closed, the thread is interrupted, or time is up (0 nanoseconds: never). */
    void parkUntil(int event, SelectableChannel channel, long nanos) throws IOException {
        try {
            park.invokeExact(channel, event, nanos);
        } catch (Throwable e) {
            throw JdkAccess.<IOException>rethrow(e);
        }
    }
}
