package io.ferronio.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** {@code Thread.isVirtual()}, which JDK 17 does not have. */
final class VirtualThreads {

    private static final MethodHandle IS_VIRTUAL = find();

    /** Whether this JDK has virtual threads. */
    static final boolean EXIST = IS_VIRTUAL != null;

    private VirtualThreads() {
    }

    private static MethodHandle find() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /** Whether the current thread is one. */
    static boolean isCurrent() {
        try {
            return EXIST && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }
}
