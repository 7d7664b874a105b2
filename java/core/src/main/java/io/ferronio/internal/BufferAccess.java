package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/**
 * {@code java.nio.DirectByteBuffer}: making real mapped buffers, and telling whose memory a given one shows.
 *
 * <p>A mapped buffer reaches its unmapper: buffer, {@code cleaner}, {@code thunk}. That path stays when the
 * cleaner has run, so whatever our unmapper refers to lives as long as the buffer and every view of it.
 */
final class BufferAccess {

    private static final Class<?> BUFFER = JdkAccess.type("java.nio.DirectByteBuffer");
    private static final Class<?> READ_ONLY_BUFFER = JdkAccess.type("java.nio.DirectByteBufferR");
    private static final Class<?> CLEANER = JdkAccess.type("jdk.internal.ref.Cleaner");
    /** The type of a constructor argument that is always null: JDK 17 calls it otherwise. */
    private static final Class<?> SEGMENT = segmentType();

    private static final MethodHandle NEW = constructor(BUFFER);
    private static final MethodHandle NEW_READ_ONLY = constructor(READ_ONLY_BUFFER);
    private static final MethodHandle ATTACHMENT =
            JdkAccess.field(BUFFER, "att", Object.class, methodType(Object.class, MappedByteBuffer.class));
    private static final MethodHandle CLEANER_OF = CLEANER == null ? null
            : JdkAccess.field(BUFFER, "cleaner", CLEANER, methodType(Object.class, MappedByteBuffer.class));
    private static final MethodHandle THUNK =
            JdkAccess.field(CLEANER, "thunk", Runnable.class, methodType(Runnable.class, Object.class));
    private static final MethodHandle CLAIM = CLEANER == null ? null : JdkAccess.staticMethod(CLEANER, "remove",
            methodType(boolean.class, CLEANER), methodType(boolean.class, Object.class));
    private static final MethodHandle FILE = JdkAccess.field(MappedByteBuffer.class, "fd", FileDescriptor.class,
            methodType(FileDescriptor.class, MappedByteBuffer.class));

    private static final MethodHandle ADDRESS =
            JdkAccess.field(Buffer.class, "address", long.class, methodType(long.class, ByteBuffer.class));

    /** Whether the address of a direct buffer can be known. */
    static final boolean HAS_ADDRESS = ADDRESS != null;
    /** Whether mapped buffers can be made. */
    static final boolean CAN_MAKE = JdkAccess.all(NEW, NEW_READ_ONLY, ATTACHMENT, CLEANER_OF, THUNK, FILE);
    /** Whether the JDK's cleaner of a buffer can be kept from running. */
    static final boolean CAN_CLAIM = CAN_MAKE && CLAIM != null;

    /** What the JDK itself gives its mapped buffers on Linux: invalid, but not null (null means "not a file"). */
    private static final FileDescriptor NO_FILE = new FileDescriptor();

    private BufferAccess() {
    }

    private static Class<?> segmentType() {
        // The older name first: a JDK that has the newer one may still have a class of the older one's name.
        Class<?> proxy = JdkAccess.optionalType("jdk.internal.access.foreign.MemorySegmentProxy");
        return proxy != null ? proxy : JdkAccess.type("java.lang.foreign.MemorySegment");
    }

    private static MethodHandle constructor(Class<?> type) {
        if (type == null || SEGMENT == null) {
            return null;
        }
        MethodHandle handle = JdkAccess.constructor(type,
                methodType(void.class, int.class, long.class, FileDescriptor.class, Runnable.class, boolean.class, SEGMENT),
                methodType(MappedByteBuffer.class, int.class, long.class, FileDescriptor.class, Runnable.class,
                        boolean.class, Object.class));
        return handle == null ? null : MethodHandles.insertArguments(handle, 4, false, null);
    }

    /**
     * A buffer as {@code FileChannel.map} makes it.
     *
     * @param unmapper run by the collector when the buffer is garbage, or by {@code Unsafe.invokeCleaner};
     *     must not throw: the JDK ends the JVM then. Null for a buffer without a life of its own
     */
    static MappedByteBuffer newBuffer(int capacity, long address, Runnable unmapper, boolean readOnly) {
        try {
            return readOnly ? (MappedByteBuffer) NEW_READ_ONLY.invokeExact(capacity, address, NO_FILE, unmapper)
                    : (MappedByteBuffer) NEW.invokeExact(capacity, address, NO_FILE, unmapper);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Where a direct buffer's memory begins. The buffer must be kept reachable while the address is used. */
    static long address(ByteBuffer buffer) {
        try {
            return (long) ADDRESS.invokeExact(buffer);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Whether the buffer is a slice, a duplicate or another view of a buffer. */
    static boolean isView(MappedByteBuffer buffer) {
        try {
            return (Object) ATTACHMENT.invokeExact(buffer) != null;
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** The buffer that a view was made from, the buffer itself if it is none; null for a view of a memory segment. */
    static MappedByteBuffer root(MappedByteBuffer buffer) {
        try {
            Object root = buffer;
            Object attachment = (Object) ATTACHMENT.invokeExact(buffer);
            while (attachment != null) {
                root = attachment;
                attachment = root instanceof MappedByteBuffer view ? (Object) ATTACHMENT.invokeExact(view) : null;
            }
            return root instanceof MappedByteBuffer found ? found : null;
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** The buffer's cleaner, or null. */
    static Object cleaner(MappedByteBuffer buffer) {
        try {
            return (Object) CLEANER_OF.invokeExact(buffer);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** What a cleaner runs. */
    static Runnable thunk(Object cleaner) {
        try {
            return (Runnable) THUNK.invokeExact(cleaner);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Keeps a cleaner from ever running: true to one caller, false if it has run or was claimed. Atomic. */
    static boolean claim(Object cleaner) {
        try {
            return (boolean) CLAIM.invokeExact(cleaner);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** Whether the buffer shows a file: allocated buffers are MappedByteBuffers, too. */
    static boolean hasFile(MappedByteBuffer buffer) {
        try {
            return (FileDescriptor) FILE.invokeExact(buffer) != null;
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }
}
