package io.ferronio.internal;

import java.lang.ref.Reference;

/**
 * The guard against faults in mapped memory, as Java sees it: put in place when this class is first used,
 * which is before the first mapping. Unmapping while others read needs it: where it cannot work, mapped
 * buffers are the JDK's own and nothing is retired.
 */
public final class Guard {

    /** Its name among what can be switched off. */
    private static final String SINGLE_STEPS = "single-steps";

    private static final String UNAVAILABLE = install();

    /** Of so many mappings each is followed by a look at the handler, then one in so many. */
    private static final int ALWAYS = 64;
    private static long mappings;
    /** Whether the handler was found not to be the first, which is told once. */
    private static volatile boolean isPassedOver;

    private Guard() {
    }

    private static String install() {
        if (!NativeLibrary.isLoaded()) {
            return "the native library is not loaded";
        }
        if (Disabled.contains("guard")) {
            return "it " + Disabled.reason("guard");
        }
        initializeBoxes();
        return GuardNatives.install(!Disabled.contains(SINGLE_STEPS));
    }

    /**
     * Initialises what often follows an access for the first time. HotSpot's error for a fault may come in a class
     * initialiser, and nobody can use that class from then on.
     */
    private static void initializeBoxes() {
        Object[] boxes = {(byte) 0, (short) 0, (char) 0, 0, 0L, 0F, 0D};
        Reference.reachabilityFence(boxes);
    }

    /**
     * Whether faults in mappings of ours are survived.
     *
     * @return whether they are
     */
    public static boolean isAvailable() {
        return UNAVAILABLE == null;
    }

    /**
     * Why the guard does not work here.
     *
     * @return the reason, or null if it does
     */
    public static String unavailable() {
        return UNAVAILABLE;
    }

    /** After a mapping: whether the guard still stands before it. Asked rarely, since it takes a system call. */
    static void checkNowAndThen() {
        long number = mappings++; // Not exact, and need not be.
        if ((number < ALWAYS || number % ALWAYS == 0) && !isPassedOver && !isFirst()) {
            isPassedOver = true;
            FaultReports.warn("another library has put a SIGBUS handler over the guard's since: unless it passes faults"
                    + " on, a fault in mapped memory ends the JVM", null);
        }
    }

    /**
     * Whether SIGBUS still comes to our handler first: another library may have put its own over it.
     *
     * @return whether it does
     */
    public static boolean isFirst() {
        return isAvailable() && GuardNatives.isInstalled();
    }

    /**
     * How soon a page that could not be had fails again.
     *
     * @return the words for a report
     */
    public static String precision() {
        if (isAvailable() && GuardNatives.takesSingleSteps()) {
            return "each access of Java code to a page that cannot be had gets an error (by single steps: SIGTRAP)";
        }
        return "accesses within a fraction of a millisecond of each other may share an error ("
                + (Disabled.contains(SINGLE_STEPS) ? "exactness " + Disabled.reason(SINGLE_STEPS)
                        : "no single steps: not an x86-64, or SIGTRAP is another library's") + ")";
    }
}
