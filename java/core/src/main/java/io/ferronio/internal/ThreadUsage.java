package io.ferronio.internal;

/**
 * What the kernel counts for a thread, and tells everybody: getrusage(2). For a virtual thread it is the carrier's.
 *
 * @param minorFaults page faults that took no device
 * @param majorFaults page faults that waited for a device
 * @param voluntarySwitches how often the thread has waited, and another one ran
 * @param involuntarySwitches how often its processor was given to another one
 */
public record ThreadUsage(long minorFaults, long majorFaults, long voluntarySwitches, long involuntarySwitches) {

    /**
     * The calling thread's totals since its start: four system calls.
     *
     * @return the totals
     * @throws UnsupportedOperationException if the native library is not loaded
     */
    public static ThreadUsage ofThisThread() {
        if (!NativeLibrary.isLoaded()) {
            throw new UnsupportedOperationException("getrusage(2) cannot be called: the native library is not loaded",
                    NativeLibrary.cause());
        }
        return new ThreadUsage(PerformanceNatives.minorFaults(), PerformanceNatives.majorFaults(),
                PerformanceNatives.voluntarySwitches(), PerformanceNatives.involuntarySwitches());
    }

    /**
     * What was added since.
     *
     * @param before the same thread's totals at an earlier time
     * @return the differences
     */
    public ThreadUsage since(ThreadUsage before) {
        return new ThreadUsage(minorFaults - before.minorFaults, majorFaults - before.majorFaults,
                voluntarySwitches - before.voluntarySwitches, involuntarySwitches - before.involuntarySwitches);
    }
}
