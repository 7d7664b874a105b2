package io.ferronio.torture;

/** How often the pages of a mapping could not be had. */
final class Faults {

    private static long calls;

    private Faults() {
    }

    static synchronized long of(Subject subject) {
        return calls++;
    }
}
