package io.ferronio.agent.engine;

import static java.lang.invoke.MethodType.methodType;

import io.ferronio.internal.ClassDefinition;
import io.ferronio.internal.TakenMethod;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.UnaryOperator;

/**
 * Brings {@code FerronioHook} into the JDK, in the package of {@code FileChannelImpl}. There is at most one in a JVM. It is
 * never taken out, and does nothing when nothing calls it.
 */
final class HookClass {

    static final String INTERNAL_NAME = "sun/nio/ch/FerronioHook";
    private static final String NAME = INTERNAL_NAME.replace('/', '.');

    private HookClass() {
    }

    /** Whether a copy of the agent has brought one. */
    static boolean isDefined() {
        return ClassDefinition.find(NAME) != null;
    }

    /** A method's descriptor in the hook: static, with the channel before the other arguments. */
    static String descriptorOf(TakenMethod method) {
        return method.descriptor().replace("(", "(Ljava/nio/channels/FileChannel;");
    }

    /**
     * The control of the copy of the agent whose hook is there.
     *
     * @return null if there is none
     */
    @SuppressWarnings("unchecked")
    static UnaryOperator<Object[]> control() {
        Class<?> hook = ClassDefinition.find(NAME);
        return hook == null ? null : ClassDefinition.call(hook, "control", UnaryOperator.class);
    }

    /**
     * Defines the hook, which calls {@link Door} from then on.
     *
     * @param neighbour FileChannelImpl
     * @param control of this copy of the agent
     * @throws LinkageError if there is one, perhaps of another copy, since a moment ago
     */
    static void define(Class<?> neighbour, UnaryOperator<Object[]> control) {
        MethodHandle transferTo = door("transferTo",
                methodType(long.class, FileChannel.class, long.class, long.class, WritableByteChannel.class));
        MethodHandle transferFrom = door("transferFrom",
                methodType(long.class, FileChannel.class, ReadableByteChannel.class, long.class, long.class));
        MethodHandle map = door("map",
                methodType(MappedByteBuffer.class, FileChannel.class, FileChannel.MapMode.class, long.class, long.class));
        ClassDefinition.define(neighbour, classFile(), "given",
                new Object[] {transferTo, transferFrom, map, control}, classFile(INTERNAL_NAME + "$Handles"));
    }

    private static MethodHandle door(String name, MethodType type) {
        try {
            return MethodHandles.lookup().findStatic(Door.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // It is there.
        }
    }

    /** The hook's. */
    static byte[] classFile() {
        return classFile(INTERNAL_NAME);
    }

    /** That of a class for the JDK. */
    static byte[] classFile(String name) {
        String file = name + ".class";
        // Not the class's own method: in a module, that opens the jar once more.
        try (InputStream in = HookClass.class.getClassLoader().getResourceAsStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file + " of the agent's jar", e);
        }
    }
}
