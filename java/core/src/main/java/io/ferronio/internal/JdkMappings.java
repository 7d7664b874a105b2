package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.MappedByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Mapped buffers that the JDK made: taking their memory over, so that it can be retired.
 *
 * <p>{@code FileChannelImpl}'s unmapper is claimed first: neither the collector nor
 * {@code Unsafe.invokeCleaner} can then munmap the memory under a reader.
 */
final class JdkMappings {

    private static final Class<?> UNMAPPER = JdkAccess.type("sun.nio.ch.FileChannelImpl$Unmapper");
    private static final MethodHandle ADDRESS =
            JdkAccess.field(UNMAPPER, "address", long.class, methodType(long.class, Runnable.class));
    private static final MethodHandle SIZE =
            JdkAccess.field(UNMAPPER, "size", long.class, methodType(long.class, Runnable.class));
    /** Takes the mapping out of the JDK's "mapped" buffer pool, as the unmapper would have done. */
    private static final MethodHandle DECREMENT_STATS = JdkAccess.method(UNMAPPER, "decrementStats",
            methodType(void.class), methodType(void.class, Runnable.class));

    static final boolean CAN_UNMAP = BufferAccess.CAN_CLAIM && MappingWatch.CAN_TELL
            && JdkAccess.all(ADDRESS, SIZE, DECREMENT_STATS);

    /** By the buffer's cleaner, which outlives neither the buffer nor keeps it: what was taken over. */
    private static final Map<Object, MappingLife> TAKEN_OVER = new IdentityHashMap<>();

    private JdkMappings() {
    }

    /** Whether a buffer's cleaner runs the unmapper of a file mapping. */
    static boolean isUnmapper(Runnable thunk) {
        return UNMAPPER != null && UNMAPPER.isInstance(thunk);
    }

    /** The mapping behind a cleaner, if it was taken over; else null. */
    static MappingLife takenOver(Object cleaner) {
        synchronized (TAKEN_OVER) {
            return TAKEN_OVER.get(cleaner);
        }
    }

    /** Retires the memory of a root buffer of the JDK's. Idempotent. */
    static void unmap(MappedByteBuffer buffer, Object cleaner, Runnable unmapper) {
        try {
            takenOver(buffer, cleaner, unmapper).retire();
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    private static MappingLife takenOver(MappedByteBuffer buffer, Object cleaner, Runnable unmapper) {
        synchronized (TAKEN_OVER) {
            MappingLife life = TAKEN_OVER.get(cleaner);
            return life != null ? life : takeOver(buffer, cleaner, unmapper);
        }
    }

    private static MappingLife takeOver(MappedByteBuffer buffer, Object cleaner, Runnable unmapper) {
        MappingLife life = null;
        boolean done = false;
        try {
            long start = (long) ADDRESS.invokeExact(unmapper);
            long size = (long) SIZE.invokeExact(unmapper);
            life = MappingLife.of(buffer, "a mapping made by the JDK", size, () -> forget(cleaner));
            TAKEN_OVER.put(cleaner, life);
            if (!BufferAccess.claim(cleaner)) {
                throw new IllegalArgumentException("the buffer was unmapped before, by its cleaner: "
                        + "its addresses may be somebody else's by now");
            }
            long handle = MappingNatives.adopt(start, size);
            if (handle < 0) {
                throw new IllegalStateException("cannot take over the JDK's mapping of " + size + " bytes",
                        Errno.exception(handle, "adopt"));
            }
            life.begin(handle);
            done = true;
            MappingWatch.tellTakenOver(start);
            DECREMENT_STATS.invokeExact(unmapper);
            return life;
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        } finally {
            if (!done && life != null) {
                TAKEN_OVER.remove(cleaner);
                life.cancel();
            }
        }
    }

    private static void forget(Object cleaner) {
        synchronized (TAKEN_OVER) {
            TAKEN_OVER.remove(cleaner);
        }
    }
}
