package io.ferronio.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The one room for all that is the JDK's: finds the members of its classes that the {@code *Access} classes
 * call, one by one, and remembers what was found.
 *
 * <p>The native library hands {@code MethodHandles.Lookup.IMPL_LOOKUP} out once, to the initializer below;
 * it is full power over the process and leaves this class only as handles on single members, and to define classes
 * ({@link ClassDefinition}). They are read and called, nothing of the JDK's is ever written to (JEP 500). A member that a JDK does not have
 * turns off just what needs it: that goes to the JDK's own methods.
 */
public final class JdkAccess {

    private static final MethodHandles.Lookup LOOKUP = NativeLibrary.isLoaded() ? lookup() : null;

    private static final String NOT_HERE = "is not in this JDK";

    /** Every member that was asked for, by name, and why it cannot be had: empty if it can. Missing classes, too. */
    private static final Map<String, String> MEMBERS = Collections.synchronizedMap(new TreeMap<>());
    /** Those of them that only some JDKs have: without them others serve. */
    private static final Set<String> OPTIONAL = ConcurrentHashMap.newKeySet();

    private JdkAccess() {
    }

    /** {@code IMPL_LOOKUP} to the first caller, null to every other. */
    private static native MethodHandles.Lookup lookup();

    /**
     * What was looked for so far: names such as {@code FileChannelImpl.threads}.
     *
     * @return for each name why the member cannot be had, the empty string if it was found
     */
    public static Map<String, String> members() {
        synchronized (MEMBERS) {
            return new TreeMap<>(MEMBERS);
        }
    }

    /** The members that are needed and were not found, with reasons; null if there are none. */
    static String missing() {
        String missing = members().entrySet().stream()
                .filter(member -> !member.getValue().isEmpty() && !OPTIONAL.contains(member.getKey()))
                .map(member -> member.getKey() + " " + member.getValue())
                .collect(Collectors.joining(", "));
        return missing.isEmpty() ? null : missing;
    }

    /**
     * A lookup with all rights in a class, to define others beside it: for {@link ClassDefinition} alone.
     *
     * @throws UnsupportedOperationException without the native library
     */
    static MethodHandles.Lookup lookupIn(Class<?> type) {
        if (LOOKUP == null) {
            throw new UnsupportedOperationException("the native library is not loaded", NativeLibrary.cause());
        }
        return LOOKUP.in(type);
    }

    /** A class of java.base by its binary name, or null. */
    static Class<?> type(String name) {
        Class<?> type = optionalType(name);
        if (type == null && LOOKUP != null) {
            String simpleName = simpleName(name);
            MEMBERS.put(simpleName, Disabled.contains(simpleName) ? Disabled.reason(simpleName) : NOT_HERE);
        }
        return type;
    }

    /** As {@link #type}, for a class that only some JDKs have and that is not needed on the others. */
    static Class<?> optionalType(String name) {
        return LOOKUP == null || Disabled.contains(simpleName(name)) ? null : ClassDefinition.find(name);
    }

    /** An instance method, as a handle of type {@code as}, which has the receiver first; or null. */
    static MethodHandle method(Class<?> owner, String name, MethodType type, MethodType as) {
        return find(Kind.METHOD, owner, name, type, as);
    }

    /** As {@link #method}, for a method that only some JDKs have and that is not needed on the others. */
    static MethodHandle optionalMethod(Class<?> owner, String name, MethodType type, MethodType as) {
        markOptional(owner, name);
        return method(owner, name, type, as);
    }

    /** A static method, as a handle of type {@code as}; or null. */
    static MethodHandle staticMethod(Class<?> owner, String name, MethodType type, MethodType as) {
        return find(Kind.STATIC_METHOD, owner, name, type, as);
    }

    /** A constructor, as a handle of type {@code as}; or null. */
    static MethodHandle constructor(Class<?> owner, MethodType type, MethodType as) {
        return find(Kind.CONSTRUCTOR, owner, "<init>", type, as);
    }

    /** Reads an instance field, as a handle of type {@code as}, which has the receiver first; or null. */
    static MethodHandle field(Class<?> owner, String name, Class<?> type, MethodType as) {
        return find(Kind.FIELD, owner, name, MethodType.methodType(type), as);
    }

    /** As {@link #field}, for a field that nothing depends on. */
    static MethodHandle optionalField(Class<?> owner, String name, Class<?> type, MethodType as) {
        markOptional(owner, name);
        return field(owner, name, type, as);
    }

    /** Reads a static field that nothing depends on, as a handle of type {@code as}; or null. */
    static MethodHandle optionalStaticField(Class<?> owner, String name, Class<?> type, MethodType as) {
        markOptional(owner, name);
        return find(Kind.STATIC_FIELD, owner, name, MethodType.methodType(type), as);
    }

    private static void markOptional(Class<?> owner, String name) {
        if (owner != null) {
            OPTIONAL.add(simpleName(owner.getName()) + "." + name);
        }
    }

    private enum Kind {
        METHOD, STATIC_METHOD, CONSTRUCTOR, FIELD, STATIC_FIELD
    }

    private static MethodHandle find(Kind kind, Class<?> owner, String name, MethodType type, MethodType as) {
        if (LOOKUP == null || owner == null) {
            return null;
        }
        String member = simpleName(owner.getName()) + "." + name;
        if (Disabled.contains(member)) {
            MEMBERS.put(member, Disabled.reason(member));
            return null;
        }
        try {
            MethodHandle handle = find(kind, owner, name, type).asType(as);
            MEMBERS.put(member, "");
            return handle;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            MEMBERS.put(member, NOT_HERE);
            return null;
        }
    }

    /** A switch, and no lambdas: the first of a JVM is slow, and an agent makes it do this before anything else. */
    private static MethodHandle find(Kind kind, Class<?> owner, String name, MethodType type)
            throws ReflectiveOperationException {
        switch (kind) {
            case METHOD:
                return LOOKUP.findVirtual(owner, name, type);
            case STATIC_METHOD:
                return LOOKUP.findStatic(owner, name, type);
            case CONSTRUCTOR:
                return LOOKUP.findConstructor(owner, type);
            case STATIC_FIELD:
                return LOOKUP.findStaticGetter(owner, name, type.returnType());
            default:
                return LOOKUP.findGetter(owner, name, type.returnType());
        }
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** Whether all handles that something needs were found. */
    static boolean all(MethodHandle... handles) {
        for (MethodHandle handle : handles) {
            if (handle == null) {
                return false;
            }
        }
        return true;
    }

    /** Throws what a handle has thrown as it is: a member throws what the JDK declares for it. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException rethrow(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
