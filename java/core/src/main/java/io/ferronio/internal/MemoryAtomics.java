package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;

/**
 * {@code jdk.internal.misc.Unsafe}: access to memory that several threads or processes share, with an order or in one
 * step. Addresses must be multiples of the value's size; nothing is checked here, {@code MappedRegion} checks.
 */
public final class MemoryAtomics {

    private static final MethodHandle GET_INT_VOLATILE = MemoryAccess.getter("getIntVolatile", int.class);
    private static final MethodHandle GET_INT_ACQUIRE = MemoryAccess.getter("getIntAcquire", int.class);
    private static final MethodHandle PUT_INT_VOLATILE = MemoryAccess.putter("putIntVolatile", int.class);
    private static final MethodHandle PUT_INT_RELEASE = MemoryAccess.putter("putIntRelease", int.class);
    private static final MethodHandle GET_AND_ADD_INT = MemoryAccess.atAddress("getAndAddInt",
            methodType(int.class, Object.class, long.class, int.class));
    private static final MethodHandle COMPARE_AND_SET_INT = MemoryAccess.atAddress("compareAndSetInt",
            methodType(boolean.class, Object.class, long.class, int.class, int.class));
    private static final MethodHandle GET_LONG_VOLATILE = MemoryAccess.getter("getLongVolatile", long.class);
    private static final MethodHandle GET_LONG_ACQUIRE = MemoryAccess.getter("getLongAcquire", long.class);
    private static final MethodHandle PUT_LONG_VOLATILE = MemoryAccess.putter("putLongVolatile", long.class);
    private static final MethodHandle PUT_LONG_RELEASE = MemoryAccess.putter("putLongRelease", long.class);
    private static final MethodHandle GET_AND_ADD_LONG = MemoryAccess.atAddress("getAndAddLong",
            methodType(long.class, Object.class, long.class, long.class));
    private static final MethodHandle COMPARE_AND_SET_LONG = MemoryAccess.atAddress("compareAndSetLong",
            methodType(boolean.class, Object.class, long.class, long.class, long.class));

    /** Whether memory can be shared. */
    static final boolean AVAILABLE = JdkAccess.all(GET_INT_VOLATILE, GET_INT_ACQUIRE, PUT_INT_VOLATILE, PUT_INT_RELEASE,
            GET_AND_ADD_INT, COMPARE_AND_SET_INT, GET_LONG_VOLATILE, GET_LONG_ACQUIRE, PUT_LONG_VOLATILE,
            PUT_LONG_RELEASE, GET_AND_ADD_LONG, COMPARE_AND_SET_LONG);

    private MemoryAtomics() {
    }

    /**
     * Reads an int: as a volatile field.
     *
     * @param address of its first byte
     * @return the value
     */
    public static int getIntVolatile(long address) {
        try {
            return (int) GET_INT_VOLATILE.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads an int: what follows is not done before.
     *
     * @param address of its first byte
     * @return the value
     */
    public static int getIntAcquire(long address) {
        try {
            return (int) GET_INT_ACQUIRE.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes an int: as a volatile field.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putIntVolatile(long address, int value) {
        try {
            PUT_INT_VOLATILE.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes an int: what precedes is not done afterwards.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putIntRelease(long address, int value) {
        try {
            PUT_INT_RELEASE.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Adds to an int in one step, with the order of volatile.
     *
     * @param address of its first byte
     * @param delta what to add
     * @return the value before
     */
    public static int getAndAddInt(long address, int delta) {
        try {
            return (int) GET_AND_ADD_INT.invokeExact(address, delta);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Replaces an int if it is what is expected, in one step, with the order of volatile.
     *
     * @param address of its first byte
     * @param expected what it should be
     * @param value what it becomes
     * @return whether it was
     */
    public static boolean compareAndSetInt(long address, int expected, int value) {
        try {
            return (boolean) COMPARE_AND_SET_INT.invokeExact(address, expected, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads a long: as a volatile field.
     *
     * @param address of its first byte
     * @return the value
     */
    public static long getLongVolatile(long address) {
        try {
            return (long) GET_LONG_VOLATILE.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads a long: what follows is not done before.
     *
     * @param address of its first byte
     * @return the value
     */
    public static long getLongAcquire(long address) {
        try {
            return (long) GET_LONG_ACQUIRE.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes a long: as a volatile field.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putLongVolatile(long address, long value) {
        try {
            PUT_LONG_VOLATILE.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes a long: what precedes is not done afterwards.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putLongRelease(long address, long value) {
        try {
            PUT_LONG_RELEASE.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Adds to a long in one step, with the order of volatile.
     *
     * @param address of its first byte
     * @param delta what to add
     * @return the value before
     */
    public static long getAndAddLong(long address, long delta) {
        try {
            return (long) GET_AND_ADD_LONG.invokeExact(address, delta);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Replaces a long if it is what is expected, in one step, with the order of volatile.
     *
     * @param address of its first byte
     * @param expected what it should be
     * @param value what it becomes
     * @return whether it was
     */
    public static boolean compareAndSetLong(long address, long expected, long value) {
        try {
            return (boolean) COMPARE_AND_SET_LONG.invokeExact(address, expected, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }
}
