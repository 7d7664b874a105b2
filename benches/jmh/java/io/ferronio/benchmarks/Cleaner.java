package io.ferronio.benchmarks;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** {@code Unsafe.invokeCleaner}: unmaps a buffer of the JDK's at once, and a stray access ends the JVM. */
final class Cleaner {

    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    private Cleaner() {
    }

    private static MethodHandle invokeCleaner() {
        try {
            // By name: a compiler warns of sun.misc.Unsafe, and nothing can silence it.
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field instance = type.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(type, "invokeCleaner", methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static void unmap(ByteBuffer buffer) throws Throwable {
        INVOKE_CLEANER.invokeExact(buffer);
    }
}
