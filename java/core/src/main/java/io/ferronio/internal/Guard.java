package io.ferronio.internal;

/**
 * The guard against faults in mapped memory, as Java sees it: put in place when this class is first used,
 * which is before the first mapping. Unmapping while others read needs it: where it cannot work, mapped
 * buffers are the JDK's own and nothing is retired.
 */
public final class Guard {

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
        return Disabled.contains("guard") ? "it " + Disabled.reason("guard") : GuardNatives.install();
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
}
