package io.ferronio.internal;

/**
 * Changes classes of the JDK's channels in the running JVM, by its tool interface (JVMTI): their class files are handed
 * to a {@link Rewriter} and the classes made anew from what it returns. No flag and no agent is needed.
 *
 * <p>What other agents have made of a class file stays in it: the rewriter gets it with their changes, and each time that
 * one of them has the class made anew, the rewriter is asked again.
 */
public final class ClassRewriting {

    /** Rewrites class files. */
    @FunctionalInterface
    public interface Rewriter {
        /**
         * Rewrites one. Called by the thread that has the class made anew, any one.
         *
         * @param name the class, such as {@code sun/nio/ch/FileChannelImpl}; all are of that package
         * @param classFile the class as it would be without
         * @return the class as it is to be, or null to leave it
         */
        byte[] rewrite(String name, byte[] classFile);
    }

    private static final String UNAVAILABLE = NativeLibrary.isLoaded() ? open() : "the native library is not loaded";

    private static volatile Rewriter rewriter;
    private static volatile Throwable failure;

    private ClassRewriting() {
    }

    /**
     * Why classes cannot be changed here.
     *
     * @return the reason, or null if they can
     */
    public static String unavailable() {
        return UNAVAILABLE;
    }

    /**
     * Begins to rewrite: classes that are made anew from now on go through the rewriter. For one at a time.
     *
     * @param with the rewriter
     * @throws IllegalStateException if the JVM refuses
     */
    public static void begin(Rewriter with) {
        rewriter = with;
        check("listen to changes of classes", listen(true));
    }

    /** Ends it. What was rewritten stays until the class is made anew once more. */
    public static void end() {
        check("listen to no more changes of classes", listen(false));
        rewriter = null;
    }

    /**
     * Has a class made anew. Threads that are in its methods finish them as they were.
     *
     * @param type a class in {@code sun.nio.ch}
     * @throws IllegalStateException if the JVM refuses, or the rewriter has thrown; the class is then as it was
     */
    public static void retransform(Class<?> type) {
        failure = null;
        check("change " + type, retransform0(type));
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new IllegalStateException("cannot change " + type, thrown);
        }
    }

    private static void check(String what, String reason) {
        if (reason != null) {
            throw new IllegalStateException("cannot " + what + ": " + reason);
        }
    }

    /** Called by the native library, in the middle of a change: it must not throw. */
    private static byte[] rewrite(String name, byte[] classFile) {
        try {
            Rewriter asked = rewriter;
            return asked == null ? null : asked.rewrite(name, classFile);
        } catch (Throwable e) {
            failure = e;
            return null;
        }
    }

    /** Asks the JVM for its tool interface: null, or why there is none. */
    private static native String open();

    /** Whether {@link #rewrite} is called: null, or why that cannot be changed. */
    private static native String listen(boolean listening);

    /** Null, or why the class stays as it was. */
    private static native String retransform0(Class<?> type);
}
