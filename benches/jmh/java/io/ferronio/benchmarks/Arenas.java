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

    /** Maps a file from its start. */
    static ByteBuffer map(FileChannel file, long size, AutoCloseable arena) throws Throwable {
        Object segment = (Object) MAP.invokeExact(file, MapMode.READ_ONLY, 0L, size, arena);
        return (ByteBuffer) AS_BYTE_BUFFER.invokeExact(segment);
    }
}
