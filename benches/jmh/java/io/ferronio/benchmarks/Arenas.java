package io.ferronio.benchmarks;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * Mapping into an {@code Arena}, for code that is compiled for JDK 17. The method handles are constants: the
 * JIT makes plain calls of them.
 */
final class Arenas {

    /** The first JDK that has them. */
    static final int SINCE = 22;

    private static final MethodHandle CONFINED;
    private static final MethodHandle SHARED;
    private static final MethodHandle MAP;
    private static final MethodHandle AS_BYTE_BUFFER;
    private static final MethodHandle GET_LONG;
    private static final MethodHandle PUT_LONG;

    static {
        if (Runtime.version().feature() < SINCE) {
            throw new UnsupportedOperationException("files are mapped into arenas since JDK " + SINCE);
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Class<?> arena = Class.forName("java.lang.foreign.Arena");
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            CONFINED = lookup.findStatic(arena, "ofConfined", methodType(arena))
                    .asType(methodType(AutoCloseable.class));
            SHARED = lookup.findStatic(arena, "ofShared", methodType(arena))
                    .asType(methodType(AutoCloseable.class));
            MAP = lookup.findVirtual(FileChannel.class, "map",
                            methodType(segment, MapMode.class, long.class, long.class, arena))
                    .asType(methodType(Object.class, FileChannel.class, MapMode.class, long.class, long.class,
                            AutoCloseable.class));
            AS_BYTE_BUFFER = lookup.findVirtual(segment, "asByteBuffer", methodType(ByteBuffer.class))
                    .asType(methodType(ByteBuffer.class, Object.class));
            Class<?> layouts = Class.forName("java.lang.foreign.ValueLayout");
            Class<?> layout = Class.forName("java.lang.foreign.ValueLayout$OfLong");
            Object longs = layouts.getField("JAVA_LONG").get(null);
            MethodHandle get = lookup.findVirtual(segment, "get", methodType(long.class, layout, long.class));
            GET_LONG = MethodHandles.insertArguments(get, 1, longs)
                    .asType(methodType(long.class, Object.class, long.class));
            MethodHandle set =
                    lookup.findVirtual(segment, "set", methodType(void.class, layout, long.class, long.class));
            PUT_LONG = MethodHandles.insertArguments(set, 1, longs)
                    .asType(methodType(void.class, Object.class, long.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Arenas() {
    }

    /** An arena for the calling thread. Closing it unmaps. */
    static AutoCloseable confined() throws Throwable {
        return (AutoCloseable) CONFINED.invokeExact();
    }

    /** An arena for all threads. Closing it unmaps. */
    static AutoCloseable shared() throws Throwable {
        return (AutoCloseable) SHARED.invokeExact();
    }

    /** Maps a file from its start, to read. */
    static ByteBuffer map(FileChannel file, long size, AutoCloseable arena) throws Throwable {
        Object segment = (Object) MAP.invokeExact(file, MapMode.READ_ONLY, 0L, size, arena);
        return (ByteBuffer) AS_BYTE_BUFFER.invokeExact(segment);
    }

    /** Maps a file from its start, to read and write, as a segment. */
    static Object mapSegment(FileChannel file, long size, AutoCloseable arena) throws Throwable {
        return (Object) MAP.invokeExact(file, MapMode.READ_WRITE, 0L, size, arena);
    }

    /** {@code MemorySegment.get} of an aligned long. */
    static long getLong(Object segment, long offset) throws Throwable {
        return (long) GET_LONG.invokeExact(segment, offset);
    }

    /** {@code MemorySegment.set} of an aligned long. */
    static void putLong(Object segment, long offset, long value) throws Throwable {
        PUT_LONG.invokeExact(segment, offset, value);
    }
}
