package io.ferronio.internal;

/**
 * The {@code InternalError} that HotSpot has posted for a fault and not thrown yet.
 *
 * <p>It throws when the thread next goes through certain of its own routines. In JDK 17 these are few, and a call of a
 * native is none of them, so that the error may surface much later, in code that has nothing to do with it. Making an
 * array of several dimensions, of lengths that the compilers do not know, is one in all JDKs, interpreted and compiled.
 */
final class PendingFault {

    /** Not a constant, so that the compilers leave the work to HotSpot. */
    private static int length;
    /** So that they do not find it useless. */
    @SuppressWarnings("unused")
    private static Object made;

    private PendingFault() {
    }

    /** Whether this is HotSpot's error for a fault. Its words differ a little from JDK to JDK. */
    static boolean is(Throwable thrown) {
        return thrown instanceof InternalError && thrown.getMessage() != null
                && thrown.getMessage().contains("unsafe memory access");
    }

    /**
     * Takes what is pending for this thread, so that it does not surface later.
     *
     * @param most how many there may be
     */
    static void take(long most) {
        for (long i = 0; i <= most; i++) {
            try {
                made = new byte[length][length];
                return; // Nothing more is pending, or it would have been thrown.
            } catch (InternalError e) {
                if (!is(e)) {
                    throw e;
                }
            } catch (OutOfMemoryError e) {
                return; // Whatever was pending was to be thrown rather than this.
            }
        }
    }
}
