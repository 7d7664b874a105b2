package io.ferronio.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;

/**
 * Mappings that the JDK makes and unmaps, and the guard answers for meanwhile.
 *
 * <p>The JDK's unmapper tells by the class {@link #TELLER}: a class of ours beside it, which can see nothing but the JDK and has
 * an operator in a static field. Whoever takes a mapping over, also another copy of the library, tells by the same class.
 */
public final class MappingWatch {

    /** The class's name; it is there once somebody watches. */
    public static final String TELLER = "sun.nio.ch.FerronioMappings";
    /** Its static field, a {@link LongBinaryOperator}. */
    public static final String OPERATOR = "operator";
    /** Its static method with two parameters of type {@code long}: see {@link #operator}. */
    public static final String METHOD = "changed";

    /** Finds it in less time than {@code Class.forName} takes to say that it is not there. */
    private static final MethodHandle FIND = JdkAccess.staticMethod(JdkAccess.type("jdk.internal.loader.BootLoader"),
            "loadClassOrNull", methodType(Class.class, String.class), methodType(Class.class, String.class));
    /** Whether the JDK's mappings can be taken over without a watcher that does not know of it. */
    static final boolean CAN_TELL = FIND != null;
    /** The method of {@link #TELLER}. It comes when somebody begins to watch, at any time, and stays. */
    private static volatile MethodHandle teller;

    private MappingWatch() {
    }

    /** A mapping of the JDK's is ours from now on: tells who watches it, perhaps another copy of the library. */
    static void tellTakenOver(long start) throws Throwable {
        MethodHandle tell = teller;
        if (tell == null) {
            Class<?> type = (Class<?>) FIND.invokeExact(TELLER);
            if (type == null) {
                return;
            }
            tell = JdkAccess.lookupIn(type).findStatic(type, METHOD, methodType(void.class, long.class, long.class));
            teller = tell;
        }
        tell.invokeExact(start, 0L);
    }

    /**
     * What is to be told: a mapping's page-aligned address and its length in bytes when it was made; and before it is
     * unmapped, 0 in the place of the length.
     *
     * @return the operator, which throws nothing
     */
    public static LongBinaryOperator operator() {
        made(0, 0); // so that it is linked
        going(0);
        return new Operator();
    }

    /** No lambda: the JDK's thread that serves all references calls it, and must not have to make one. */
    private static final class Operator implements LongBinaryOperator {
        @Override
        public long applyAsLong(long start, long length) {
            return length == 0 ? going(start) : made(start, length);
        }
    }

    /**
     * Watches from now on what is told, and finds what was mapped before. Where there are memory segments among it, the JVM
     * visits its heap.
     *
     * @throws UnsupportedOperationException if it cannot be done here
     */
    public static void begin() {
        if (!CAN_TELL) {
            throw new UnsupportedOperationException("BootLoader.loadClassOrNull is not in this JDK");
        }
        Tally.watched();
        try {
            tellTakenOver(0); // Whatever a first call needs is there from now on.
        } catch (Throwable e) {
            throw JdkAccess.<RuntimeException>rethrow(e);
        }
        begin0();
        try {
            JdkUnmappers.search(MappingWatch::found, MappingWatch::number);
        } finally {
            endSearch();
        }
    }

    /** Lets go of all. What they show is the file's again, as far as it can be had. */
    public static void end() {
        end0();
    }

    /**
     * Mappings that were ever watched.
     *
     * @return their number
     */
    public static long total() {
        return NativeLibrary.isLoaded() ? total0() : 0;
    }

    /**
     * Mappings that are watched now.
     *
     * @return their number
     */
    public static long now() {
        return NativeLibrary.isLoaded() ? number() : 0;
    }

    /** Faults that nobody has reported yet: to one caller. */
    static List<MappingFault> takeReports() {
        Object[] all = takeFaults();
        List<MappingFault> faults = new ArrayList<>(all.length / 2);
        for (int i = 0; i < all.length; i += 2) {
            long[] numbers = (long[]) all[i + 1];
            faults.add(MappingFault.ofTheJdk((String) all[i], numbers[0], numbers[1], numbers[2], numbers[3],
                    numbers[4] != 0));
        }
        return faults;
    }

    /** The instances of exactly a class that can be reached; null if the JVM does not say. Visits the heap. */
    static native Object[] instances(Class<?> type);

    private static native long begin0();

    private static native long endSearch();

    /** 1 if it is watched from now on. */
    private static native long made(long start, long length);

    /** As {@link #made}, for one that had not begun to be unmapped after {@link #begin0}. */
    private static native long found(long start, long length);

    /** Waits until the guard is done with it. */
    private static native long going(long start);

    private static native long end0();

    private static native long number();

    private static native long total0();

    /**
     * For each mapping the file's name, or null, and a {@code long[]}: the offset of the last fault, pages, bytes mapped,
     * the file's size or -1, whether pages are lost.
     */
    private static native Object[] takeFaults();
}
