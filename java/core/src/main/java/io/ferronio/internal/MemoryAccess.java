package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * {@code jdk.internal.misc.Unsafe}: reading and writing memory by address. The JIT makes single
 * instructions of these. Nothing is checked here; {@code MappedRegion} checks.
 */
public final class MemoryAccess {

    private static final Class<?> UNSAFE = JdkAccess.type("jdk.internal.misc.Unsafe");
    private static final Object INSTANCE = instance();

    private static final MethodHandle GET = getter("getByte", byte.class);
    private static final MethodHandle GET_SHORT = getter("getShortUnaligned", short.class);
    private static final MethodHandle GET_CHAR = getter("getCharUnaligned", char.class);
    private static final MethodHandle GET_INT = getter("getIntUnaligned", int.class);
    private static final MethodHandle GET_LONG = getter("getLongUnaligned", long.class);
    private static final MethodHandle PUT = putter("putByte", byte.class);
    private static final MethodHandle PUT_SHORT = putter("putShortUnaligned", short.class);
    private static final MethodHandle PUT_CHAR = putter("putCharUnaligned", char.class);
    private static final MethodHandle PUT_INT = putter("putIntUnaligned", int.class);
    private static final MethodHandle PUT_LONG = putter("putLongUnaligned", long.class);
    private static final MethodHandle COPY = bound("copyMemory",
            methodType(void.class, Object.class, long.class, Object.class, long.class, long.class));

    private static final MethodHandle SET =
            atAddress("setMemory", methodType(void.class, Object.class, long.class, long.class, byte.class));

    private static final long ARRAY_BASE = arrayBase();

    /** HotSpot stops for nothing during one copy: no longer than the JDK's own buffers do. */
    private static final long MOST_AT_ONCE = 1 << 20;

    /** Whether memory can be accessed by address. */
    static final boolean AVAILABLE = JdkAccess.all(GET, GET_SHORT, GET_CHAR, GET_INT, GET_LONG, PUT, PUT_SHORT,
            PUT_CHAR, PUT_INT, PUT_LONG, COPY, SET) && ARRAY_BASE >= 0;

    private MemoryAccess() {
    }

    private static Object instance() {
        MethodHandle getUnsafe = UNSAFE == null ? null
                : JdkAccess.staticMethod(UNSAFE, "getUnsafe", methodType(UNSAFE), methodType(Object.class));
        try {
            return getUnsafe == null ? null : (Object) getUnsafe.invokeExact();
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    private static MethodHandle bound(String name, MethodType type) {
        MethodHandle handle = INSTANCE == null ? null
                : JdkAccess.method(UNSAFE, name, type, type.insertParameterTypes(0, Object.class));
        return handle == null ? null : handle.bindTo(INSTANCE);
    }

    /** A method on memory: its object is null, then its offset is an address. */
    static MethodHandle atAddress(String name, MethodType type) {
        MethodHandle handle = bound(name, type);
        return handle == null ? null : MethodHandles.insertArguments(handle, 0, (Object) null);
    }

    static MethodHandle getter(String name, Class<?> type) {
        return atAddress(name, methodType(type, Object.class, long.class));
    }

    static MethodHandle putter(String name, Class<?> type) {
        return atAddress(name, methodType(void.class, Object.class, long.class, type));
    }

    private static long arrayBase() {
        MethodHandle baseOffset = bound("arrayBaseOffset", methodType(long.class, Class.class));
        if (baseOffset == null) {
            // JDK 17 and 21 return an int.
            baseOffset = bound("arrayBaseOffset", methodType(int.class, Class.class));
        }
        try {
            return baseOffset == null ? -1 : (long) baseOffset.invoke((Class<?>) byte[].class);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads a byte in native order.
     *
     * @param address of its first byte
     * @return the value
     */
    public static byte get(long address) {
        try {
            return (byte) GET.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes a byte in native order.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void put(long address, byte value) {
        try {
            PUT.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads a short in native order.
     *
     * @param address of its first byte
     * @return the value
     */
    public static short getShort(long address) {
        try {
            return (short) GET_SHORT.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes a short in native order.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putShort(long address, short value) {
        try {
            PUT_SHORT.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads a char in native order.
     *
     * @param address of its first byte
     * @return the value
     */
    public static char getChar(long address) {
        try {
            return (char) GET_CHAR.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes a char in native order.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putChar(long address, char value) {
        try {
            PUT_CHAR.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads an int in native order.
     *
     * @param address of its first byte
     * @return the value
     */
    public static int getInt(long address) {
        try {
            return (int) GET_INT.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes an int in native order.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putInt(long address, int value) {
        try {
            PUT_INT.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Reads a long in native order.
     *
     * @param address of its first byte
     * @return the value
     */
    public static long getLong(long address) {
        try {
            return (long) GET_LONG.invokeExact(address);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes a long in native order.
     *
     * @param address of its first byte
     * @param value the value
     */
    public static void putLong(long address, long value) {
        try {
            PUT_LONG.invokeExact(address, value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Copies from memory into an array.
     *
     * @param address of the first byte
     * @param target the array
     * @param offset where in the array
     * @param length bytes
     */
    public static void copy(long address, byte[] target, int offset, int length) {
        copy(null, address, target, ARRAY_BASE + offset, length);
    }

    /**
     * Copies from an array into memory.
     *
     * @param source the array
     * @param offset where in the array
     * @param address of the first byte
     * @param length bytes
     */
    public static void copy(byte[] source, int offset, long address, int length) {
        copy(source, ARRAY_BASE + offset, null, address, length);
    }

    /**
     * Copies within memory. The ranges may overlap.
     *
     * @param source of the first byte
     * @param target where to
     * @param length bytes
     */
    public static void copy(long source, long target, long length) {
        if (source < target && target < source + length) {
            // From the end, or a piece would overwrite the next one.
            for (long end = length; end > 0; end -= Math.min(end, MOST_AT_ONCE)) {
                long piece = Math.min(end, MOST_AT_ONCE);
                copy(null, source + end - piece, null, target + end - piece, piece);
            }
        } else {
            copy(null, source, null, target, length);
        }
    }

    private static void copy(Object source, long from, Object target, long to, long length) {
        try {
            for (long done = 0; done < length; done += MOST_AT_ONCE) {
                COPY.invokeExact(source, from + done, target, to + done, Math.min(length - done, MOST_AT_ONCE));
            }
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Writes one byte many times.
     *
     * @param address of the first
     * @param length bytes
     * @param value the byte
     */
    public static void fill(long address, long length, byte value) {
        try {
            for (long done = 0; done < length; done += MOST_AT_ONCE) {
                SET.invokeExact(address + done, Math.min(length - done, MOST_AT_ONCE), value);
            }
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }
}
