package sun.nio.ch;

import java.lang.invoke.MethodHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.UnaryOperator;

/**
 * What {@code FileChannelImpl}'s methods call first. {@code HookClass} of the agent defines it beside that class, where nothing
 * of ours can be seen. So it refers to us by handles alone, and those are constants, which the JIT inlines.
 */
final class FerronioHook {

    /** Three methods of the agent's class Door, and the control: for Handles, then null. */
    private static Object[] given;

    private FerronioHook() {
    }

    /** Initialised when {@link #given} is there. */
    private static final class Handles {
        static final MethodHandle TRANSFER_TO = (MethodHandle) given[0];
        static final MethodHandle TRANSFER_FROM = (MethodHandle) given[1];
        static final MethodHandle MAP = (MethodHandle) given[2];
        /** How another copy of the agent reaches the one that is in place. */
        @SuppressWarnings("unchecked")
        static final UnaryOperator<Object[]> CONTROL = (UnaryOperator<Object[]>) given[3];
    }

    /** Bytes moved, or -1: then the JDK goes on as if nothing had happened, and nothing has. */
    static long transferTo(FileChannel source, long position, long count, WritableByteChannel target) throws Throwable {
        return (long) Handles.TRANSFER_TO.invokeExact(source, position, count, target);
    }

    /** As {@link #transferTo}. */
    static long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
            throws Throwable {
        return (long) Handles.TRANSFER_FROM.invokeExact(target, source, position, count);
    }

    /** A buffer, or null: then the JDK goes on as if nothing had happened, and nothing has. */
    static MappedByteBuffer map(FileChannel channel, FileChannel.MapMode mode, long position, long size)
            throws Throwable {
        return (MappedByteBuffer) Handles.MAP.invokeExact(channel, mode, position, size);
    }

    /** The control of the copy of the agent that has defined this class. */
    static UnaryOperator<Object[]> control() {
        return Handles.CONTROL;
    }
}
