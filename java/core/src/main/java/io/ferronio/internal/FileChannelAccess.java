package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/**
 * {@code sun.nio.ch.FileChannelImpl}: its descriptor, and the protocol that keeps the descriptor open while
 * it is used. A thread that is in the channel's thread set is woken and waited for by {@code close()}.
 */
final class FileChannelAccess {

    private static final Class<?> TYPE = JdkAccess.type("sun.nio.ch.FileChannelImpl");
    private static final Class<?> THREAD_SET = JdkAccess.type("sun.nio.ch.NativeThreadSet");

    private static final MethodHandle FD =
            JdkAccess.field(TYPE, "fd", FileDescriptor.class, methodType(FileDescriptor.class, FileChannel.class));
    private static final MethodHandle FD_VALUE =
            JdkAccess.field(FileDescriptor.class, "fd", int.class, methodType(int.class, FileDescriptor.class));
    private static final MethodHandle FD_APPEND =
            JdkAccess.field(FileDescriptor.class, "append", boolean.class, methodType(boolean.class, FileDescriptor.class));
    private static final MethodHandle READABLE =
            JdkAccess.field(TYPE, "readable", boolean.class, methodType(boolean.class, FileChannel.class));
    private static final MethodHandle WRITABLE =
            JdkAccess.field(TYPE, "writable", boolean.class, methodType(boolean.class, FileChannel.class));
    private static final MethodHandle DIRECT =
            JdkAccess.field(TYPE, "direct", boolean.class, methodType(boolean.class, FileChannel.class));
    /** Only to name the file in reports. */
    private static final MethodHandle PATH =
            JdkAccess.optionalField(TYPE, "path", String.class, methodType(String.class, FileChannel.class));
    private static final MethodHandle POSITION_LOCK =
            JdkAccess.field(TYPE, "positionLock", Object.class, methodType(Object.class, FileChannel.class));
    private static final MethodHandle THREADS = THREAD_SET == null ? null
            : JdkAccess.field(TYPE, "threads", THREAD_SET, methodType(Object.class, FileChannel.class));
    private static final MethodHandle ADD =
            JdkAccess.method(THREAD_SET, "add", methodType(int.class), methodType(int.class, Object.class));
    private static final MethodHandle REMOVE = JdkAccess.method(THREAD_SET, "remove",
            methodType(void.class, int.class), methodType(void.class, Object.class, int.class));
    private static final MethodHandle BEGIN = JdkAccess.method(TYPE, "beginBlocking",
            methodType(void.class), methodType(void.class, FileChannel.class));
    private static final MethodHandle END = JdkAccess.method(TYPE, "endBlocking",
            methodType(void.class, boolean.class), methodType(void.class, FileChannel.class, boolean.class));
    /** JDKs after 21: closes both channels after an interrupt, and makes the exception. */
    private static final MethodHandle TRANSFER_FAILED = JdkAccess.optionalMethod(TYPE, "transferFailed",
            methodType(AsynchronousCloseException.class, ClosedChannelException.class, Channel.class),
            methodType(AsynchronousCloseException.class, FileChannel.class, ClosedChannelException.class, Channel.class));

    /** In the place of an index: this thread is not in the set. */
    static final int NOT_ADDED = -1;

    /** Whether a file's descriptor can be used. */
    static final boolean HAS_DESCRIPTOR = JdkAccess.all(FD, FD_VALUE, THREADS, ADD, REMOVE, BEGIN, END);
    /** Whether files can be transferred from. */
    static final boolean CAN_SEND = HAS_DESCRIPTOR && READABLE != null;
    /** Whether files can also be transferred to. */
    static final boolean CAN_RECEIVE = CAN_SEND && JdkAccess.all(WRITABLE, FD_APPEND, DIRECT);
    /** Whether a file's position can be locked. */
    static final boolean HAS_POSITION_LOCK = POSITION_LOCK != null;
    /** Whether files can be mapped. */
    static final boolean CAN_MAP =
            JdkAccess.all(FD, FD_VALUE, READABLE, WRITABLE, THREADS, ADD, REMOVE, POSITION_LOCK);

    /** Whether leases can be taken on files. */
    static final boolean CAN_LEASE = JdkAccess.all(FD, FD_VALUE, WRITABLE, THREADS, ADD, REMOVE);

    private FileChannelAccess() {
    }

    /** Whether this is the JDK's own file channel, not somebody's subclass of FileChannel. */
    static boolean isInstance(Object channel) {
        return channel != null && channel.getClass() == TYPE;
    }

    private static FileDescriptor fileDescriptor(FileChannel channel) {
        try {
            return (FileDescriptor) FD.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** The descriptor's number. Only while this thread is in the channel's thread set. */
    static int descriptor(FileChannel channel) {
        try {
            return (int) FD_VALUE.invokeExact(fileDescriptor(channel));
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Whether the file was opened to append. */
    static boolean isAppend(FileChannel channel) {
        try {
            return (boolean) FD_APPEND.invokeExact(fileDescriptor(channel));
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Whether the file was opened for direct I/O: then addresses and sizes must be multiples of its block size. */
    static boolean isDirect(FileChannel channel) {
        try {
            return DIRECT != null && (boolean) DIRECT.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    static boolean isReadable(FileChannel channel) {
        try {
            return (boolean) READABLE.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    static boolean isWritable(FileChannel channel) {
        try {
            return (boolean) WRITABLE.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** The path that the file was opened by, perhaps a relative one; null if that is not known. */
    static String path(FileChannel channel) {
        try {
            return PATH == null ? null : (String) PATH.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** The lock under which the JDK looks at and changes a file's size. */
    static Object positionLock(FileChannel channel) {
        try {
            return (Object) POSITION_LOCK.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Enters the thread set: from here to {@link #removeThread} the descriptor stays open, if it is open now. */
    static int addThread(FileChannel channel) {
        try {
            return (int) ADD.invokeExact((Object) THREADS.invokeExact(channel));
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Leaves the thread set, which this thread has entered unless {@code index} is {@link #NOT_ADDED}. */
    static void removeThread(FileChannel channel, int index) {
        if (index == NOT_ADDED) {
            return; // JDK 17 and 21 would take it for a place in an array.
        }
        try {
            REMOVE.invokeExact((Object) THREADS.invokeExact(channel), index);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** From here on an interrupt closes the channel. */
    static void beginBlocking(FileChannel channel) {
        try {
            BEGIN.invokeExact(channel);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Ends what {@link #beginBlocking} began, with the exception for an interrupt or a close meanwhile. */
    static void endBlocking(FileChannel channel, boolean completed) throws AsynchronousCloseException {
        try {
            END.invokeExact(channel, completed);
        } catch (Throwable e) {
            throw JdkAccess.<AsynchronousCloseException>rethrow(e);
        }
    }

    /** What the running JDK throws out of a transfer for a closed channel. */
    static ClosedChannelException transferFailed(FileChannel channel, ClosedChannelException e, Channel other) {
        if (TRANSFER_FAILED == null) {
            return e;
        }
        try {
            ClosedChannelException failure =
                    (AsynchronousCloseException) TRANSFER_FAILED.invokeExact(channel, e, other);
            if (failure != e) {
                for (Throwable suppressed : e.getSuppressed()) {
                    failure.addSuppressed(suppressed);
                }
            }
            return failure;
        } catch (Throwable thrown) {
            throw JdkAccess.<RuntimeException>rethrow(thrown);
        }
    }
}
