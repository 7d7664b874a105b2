package io.ferronio.internal;

/** Hot natives that tell what a thread has done: a value, or {@code -errno}. */
final class PerformanceNatives {

    private PerformanceNatives() {
    }

    /**
     * The number of the tracepoint {@code raw_syscalls:sys_enter}, from tracefs.
     *
     * @return the number; {@code -EACCES} if this user may not read it, {@code -ENOENT} where there is no tracefs or no
     *     such tracepoint
     */
    static native long systemCallTracepoint();

    /**
     * perf_event_open(2): counts from now on how often this thread passes a tracepoint.
     *
     * @param tracepoint its number
     * @return a descriptor; {@code -EACCES} or {@code -EPERM} if this user may not count, or another {@code -errno}
     */
    static native long openCounter(long tracepoint);

    /**
     * The count, by one read(2).
     *
     * @param counter descriptor of the counter
     * @return how often; or {@code -errno}
     */
    static native long readCounter(int counter);

    /**
     * Ends the counting.
     *
     * @param counter descriptor of the counter
     * @return 0, or {@code -errno}
     */
    static native long closeCounter(int counter);

    /** getrusage(2): this thread's page faults that took no device, since its start. One system call, as the next ones. */
    static native long minorFaults();

    /** This thread's page faults that waited for a device, since its start. */
    static native long majorFaults();

    /** How often this thread has waited, and another one ran, since its start. */
    static native long voluntarySwitches();

    /** How often this thread's processor was given to another one, since its start. */
    static native long involuntarySwitches();
}
