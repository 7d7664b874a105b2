package io.ferronio.internal;

/**
 * How long a thread waits for one end of a transfer before it looks whether the other one was closed, in
 * nanoseconds: longer from time to time.
 */
final class Patience {

    /** For ever: who can be woken. */
    static final long NONE = 0;
    /** To begin with. */
    static final long LEAST = 50_000_000;

    private static final long MOST = 1_000_000_000;

    private Patience() {
    }

    static long more(long nanos) {
        return Math.min(2 * nanos, MOST);
    }
}
