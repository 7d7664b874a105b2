package io.ferronio.internal;

/**
 * The guard against faults in mapped memory, as Java sees it: put in place when this class is first used,
 * which is before the first mapping. Unmapping while others read needs it: where it cannot work, mapped
 * buffers are the JDK's own and nothing is retired.
 */
public final class Guard {

    private static final String UNAVAILABLE = install();

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

    /**
     * Whether SIGBUS still comes to our handler first: another library may have put its own over it.
     *
     * @return whether it does
     */
    public static boolean isFirst() {
        return isAvailable() && GuardNatives.isInstalled();
    }
}
