package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** Defines classes of ours in packages of the JDK, which can call what they were given and see nothing else of ours. */
public final class ClassDefinition {

    private ClassDefinition() {
    }

    /**
     * Finds a class of java.base, or one that was defined beside such a class, without initializing it.
     *
     * @param name its binary name
     * @return the class, or null
     */
    public static Class<?> find(String name) {
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /**
     * Defines a class and another that belongs to it, and is initialized while the first has what it needs.
     *
     * @param neighbour a class of the JDK: its package, module and class loader will be theirs
     * @param first a class file
     * @param field a static field of it, of type {@code Object[]}, which has {@code given} until the second is
     *     initialized
     * @param given what they need
     * @param second a class file
     * @throws LinkageError if the neighbour's class loader has such a class
     * @throws UnsupportedOperationException if it cannot be done here
     */
    public static void define(Class<?> neighbour, byte[] first, String field, Object[] given, byte[] second) {
        try {
            MethodHandles.Lookup lookup = JdkAccess.lookupIn(neighbour);
            Class<?> type = lookup.defineClass(first);
            MethodHandle setter = JdkAccess.lookupIn(type).findStaticSetter(type, field, Object[].class);
            setter.invokeExact(given);
            Class<?> user = lookup.defineClass(second);
            JdkAccess.lookupIn(user).ensureInitialized(user);
            setter.invokeExact((Object[]) null);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Defines a class whose static field has what it needs from then on.
     *
     * @param <T> the field's type
     * @param neighbour as for the other
     * @param classFile the class
     * @param field a static field of it
     * @param type the field's type, a class of the JDK's
     * @param value what it needs
     * @throws LinkageError if the neighbour's class loader has such a class
     * @throws UnsupportedOperationException if it cannot be done here
     */
    public static <T> void define(Class<?> neighbour, byte[] classFile, String field, Class<T> type, T value) {
        try {
            Class<?> defined = JdkAccess.lookupIn(neighbour).defineClass(classFile);
            JdkAccess.lookupIn(defined).findStaticSetter(defined, field, type).invoke(value);
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /**
     * Calls a static method without parameters of a class that was defined so, perhaps by another copy of the library.
     *
     * @param <T> what it returns
     * @param type the class
     * @param method the method
     * @param result the class of what it returns
     * @return that
     * @throws UnsupportedOperationException if it cannot be done here
     */
    public static <T> T call(Class<?> type, String method, Class<T> result) {
        try {
            return result.cast(JdkAccess.lookupIn(type).findStatic(type, method, methodType(result)).invoke());
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }
}
