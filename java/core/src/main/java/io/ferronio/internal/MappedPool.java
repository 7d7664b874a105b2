package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/**
 * A place in the JDK's buffer pool "mapped" (see {@link java.lang.management.BufferPoolMXBean}), which counts what
 * {@code FileChannel.map} has mapped: for mappings that are made in its place.
 *
 * <p>The JDK's unmappers count themselves when they are made, and when they have unmapped. So one is made here that is given no
 * mapping, and is never run.
 */
final class MappedPool implements Runnable {

    private static final Class<?> UNMAPPER = JdkAccess.optionalType("sun.nio.ch.FileChannelImpl$DefaultUnmapper");
    /** An unmapper of something at an address, bytes from the start of its page, bytes. */
    private static final MethodHandle ENTER = constructor();
    private static final MethodHandle LEAVE = JdkAccess.optionalMethod(UNMAPPER, "decrementStats", methodType(void.class),
            methodType(void.class, Object.class));
    private static final boolean AVAILABLE = JdkAccess.all(ENTER, LEAVE);
    /** Where nothing is mapped; the JDK asserts that it is not 0. */
    private static final long NOWHERE = 1;

    private static final long PAGE = NativeLibrary.isLoaded() ? ResidencyNatives.pageSize() : 1;

    private Object unmapper;

    /** Does both once: whatever a first call needs is there from then on. The next may be on the thread that serves all references. */
    static void initialize() {
        MappedPool place = new MappedPool();
        place.enter(0, 0);
        place.run();
    }

    private static MethodHandle constructor() {
        MethodHandle handle = UNMAPPER == null ? null : JdkAccess.constructor(UNMAPPER,
                methodType(void.class, long.class, long.class, long.class, FileDescriptor.class, int.class),
                methodType(Object.class, long.class, long.class, long.class, FileDescriptor.class, int.class));
        return handle == null ? null : MethodHandles.insertArguments(handle, 3, null, 0);
    }

    /** Enters a mapping: as the JDK does, its memory is counted from the start of its page, its capacity is not. */
    synchronized void enter(long address, long capacity) {
        if (AVAILABLE) {
            try {
                unmapper = (Object) ENTER.invokeExact(NOWHERE, capacity + address % PAGE, capacity);
            } catch (Throwable e) {
                throw JdkAccess.<RuntimeException>rethrow(e);
            }
        }
    }

    /** Takes it out. Idempotent. */
    @Override
    public synchronized void run() {
        if (unmapper != null) {
            try {
                LEAVE.invokeExact(unmapper);
                unmapper = null;
            } catch (Throwable e) {
                throw JdkAccess.<RuntimeException>rethrow(e); // It declares none.
            }
        }
    }
}
