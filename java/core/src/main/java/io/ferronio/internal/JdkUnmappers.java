package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.function.LongSupplier;

/**
 * Finds the file mappings of the JDK's that nobody has begun to unmap: those behind buffers by the list of the JDK's cleaners,
 * those behind memory segments in the heap.
 *
 * <p>That they are not being unmapped is seen at their owners: a cleaner leaves the list before it runs, and a session that is
 * closed says so before it cleans up.
 */
final class JdkUnmappers {

    /** A mapping, not with MAP_SYNC: persistent memory does not fault. */
    private static final Class<?> UNMAPPER = JdkAccess.type("sun.nio.ch.FileChannelImpl$DefaultUnmapper");
    private static final Class<?> ANY_UNMAPPER = JdkAccess.type("sun.nio.ch.FileChannelImpl$Unmapper");
    private static final MethodHandle ADDRESS =
            JdkAccess.field(ANY_UNMAPPER, "address", long.class, methodType(long.class, Object.class));
    private static final MethodHandle SIZE =
            JdkAccess.field(ANY_UNMAPPER, "size", long.class, methodType(long.class, Object.class));
    private static final MethodHandle COUNT =
            JdkAccess.optionalStaticField(UNMAPPER, "count", int.class, methodType(int.class));

    private static final Class<?> CLEANER = JdkAccess.optionalType("jdk.internal.ref.Cleaner");
    private static final MethodHandle FIRST = CLEANER == null ? null
            : JdkAccess.optionalStaticField(CLEANER, "first", CLEANER, methodType(Object.class));
    private static final MethodHandle NEXT = CLEANER == null ? null
            : JdkAccess.optionalField(CLEANER, "next", CLEANER, methodType(Object.class, Object.class));
    private static final MethodHandle THUNK =
            JdkAccess.field(CLEANER, "thunk", Runnable.class, methodType(Object.class, Object.class));

    /** Not on JDK 17, where they are an incubator's. */
    private static final Class<?> SEGMENT = JdkAccess.optionalType("jdk.internal.foreign.MappedMemorySegmentImpl");
    private static final Class<?> SESSION = JdkAccess.optionalType("jdk.internal.foreign.MemorySessionImpl");
    private static final Class<?> PROXY = JdkAccess.optionalType("jdk.internal.access.foreign.UnmapperProxy");
    private static final MethodHandle UNMAPPER_OF = PROXY == null ? null
            : JdkAccess.optionalField(SEGMENT, "unmapper", PROXY, methodType(Object.class, Object.class));
    private static final MethodHandle SESSION_OF = SESSION == null ? null
            : JdkAccess.optionalMethod(SEGMENT, "sessionImpl", methodType(SESSION), methodType(Object.class, Object.class));
    private static final MethodHandle IS_ALIVE = JdkAccess.optionalMethod(SESSION, "isAlive", methodType(boolean.class),
            methodType(boolean.class, Object.class));

    /** A mapping may just be made when the first look is taken, and have no owner yet. */
    private static final int LOOKS = 2;

    private JdkUnmappers() {
    }

    /**
     * Tells of all that are found.
     *
     * @param found gets page-aligned addresses and lengths, perhaps of one mapping several times
     * @param number how many are known by now
     */
    static void search(LongBinaryOperator found, LongSupplier number) {
        try {
            for (int i = 0; i < LOOKS && mayBeMore(number); i++) {
                tell(behindBuffers(), found);
                if (mayBeMore(number)) { // The JVM has to visit the whole heap for them.
                    tell(behindSegments(), found);
                }
            }
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
    }

    /** The JDK counts its mappings. */
    private static boolean mayBeMore(LongSupplier number) throws Throwable {
        return COUNT == null || (int) COUNT.invokeExact() > number.getAsLong();
    }

    private static void tell(List<Object> unmappers, LongBinaryOperator found) throws Throwable {
        if (JdkAccess.all(ADDRESS, SIZE)) {
            for (Object unmapper : unmappers) {
                found.applyAsLong((long) ADDRESS.invokeExact(unmapper), (long) SIZE.invokeExact(unmapper));
            }
        }
    }

    private static List<Object> behindBuffers() throws Throwable {
        List<Object> unmappers = new ArrayList<>();
        if (JdkAccess.all(FIRST, NEXT, THUNK)) {
            synchronized (CLEANER) { // The JDK's own lock on the list.
                Object cleaner = (Object) FIRST.invokeExact();
                while (cleaner != null) {
                    addIfUnmapper(unmappers, (Object) THUNK.invokeExact(cleaner));
                    cleaner = (Object) NEXT.invokeExact(cleaner);
                }
            }
        }
        return unmappers;
    }

    private static List<Object> behindSegments() throws Throwable {
        List<Object> unmappers = new ArrayList<>();
        if (JdkAccess.all(UNMAPPER_OF, SESSION_OF, IS_ALIVE)) {
            Object[] segments = MappingWatch.instances(SEGMENT);
            for (Object segment : segments == null ? new Object[0] : segments) {
                if (segment != null && (boolean) IS_ALIVE.invokeExact((Object) SESSION_OF.invokeExact(segment))) {
                    addIfUnmapper(unmappers, (Object) UNMAPPER_OF.invokeExact(segment));
                }
            }
        }
        return unmappers;
    }

    private static void addIfUnmapper(List<Object> unmappers, Object candidate) {
        if (UNMAPPER != null && UNMAPPER.isInstance(candidate)) {
            unmappers.add(candidate);
        }
    }
}
