package io.ferronio.testing;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;

/** {@code sun.misc.Unsafe.invokeCleaner}: how programs unmap the JDK's buffers where they have no FerroNIO. */
public final class BufferCleaner {

    private BufferCleaner() {
    }

    /**
     * Runs the cleaner of a direct buffer.
     *
     * @param buffer the buffer
     */
    public static void invoke(ByteBuffer buffer) {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field unsafe = type.getDeclaredField("theUnsafe");
            unsafe.setAccessible(true);
            type.getMethod("invokeCleaner", ByteBuffer.class).invoke(unsafe.get(null), buffer);
        } catch (InvocationTargetException e) {
            throw (RuntimeException) e.getCause();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
