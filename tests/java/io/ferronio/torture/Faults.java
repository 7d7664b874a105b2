package io.ferronio.torture;

import java.lang.reflect.Method;

/** How many pages could not be had. */
final class Faults {

    private static final Method ALL;

    static {
        try {
            ALL = Class.forName("io.ferronio.internal.GuardNatives").getDeclaredMethod("faults");
            ALL.setAccessible(true);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Faults() {
    }

    static long of(Subject subject) {
        try {
            return (long) ALL.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
