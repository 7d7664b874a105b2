package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.nio.MappedByteBuffer;
import java.util.HashMap;
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

    static final boolean CAN_UNMAP = BufferAccess.CAN_CLAIM && JdkAccess.all(ADDRESS, SIZE, DECREMENT_STATS);

    /** By address of the buffer's first byte: what was taken over. An address stays taken until its entry goes. */
    private static final Map<Long, MappingLife> TAKEN_OVER = new HashMap<>();

    private JdkMappings() {
    }

    /** Whether a buffer's cleaner runs the unmapper of a file mapping. */
    static boolean isUnmapper(Runnable thunk) {
        return UNMAPPER != null && UNMAPPER.isInstance(thunk);
    }

    /** Retires the memory of a root buffer of the JDK's. Idempotent. */
    static void unmap(MappedByteBuffer buffer, Object cleaner, Runnable unmapper) {
        Long address = BufferAccess.address(buffer);
        synchronized (TAKEN_OVER) {
            MappingLife life = TAKEN_OVER.get(address);
            if (life == null) {
                life = takeOver(buffer, cleaner, unmapper, address);
            }
            life.retire();
        }
    }

    private static MappingLife takeOver(MappedByteBuffer buffer, Object cleaner, Runnable unmapper, Long address) {
        try {
            long size = (long) SIZE.invokeExact(unmapper);
            long start = (long) ADDRESS.invokeExact(unmapper);
            MappingLife life = MappingLife.of(buffer, size, () -> forget(address));
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
            TAKEN_OVER.put(address, life);
            DECREMENT_STATS.invokeExact(unmapper);
            return life;
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    private static void forget(Long address) {
        synchronized (TAKEN_OVER) {
            TAKEN_OVER.remove(address);
        }
    }
}
