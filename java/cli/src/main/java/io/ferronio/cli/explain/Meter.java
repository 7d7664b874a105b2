package io.ferronio.cli.explain;

import io.ferronio.Capabilities;
import io.ferronio.internal.SystemCallCounter;
import io.ferronio.internal.ThreadUsage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.OptionalLong;

/** Measures what the calling thread does between two moments. System calls are counted, or all else is measured. */
final class Meter implements AutoCloseable {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final ThreadUsage UNKNOWN = new ThreadUsage(-1, -1, -1, -1);

    private final ThreadUsage usageBefore = usage();
    private final long cpuBefore = THREADS.getCurrentThreadCpuTime();
    private final SystemCallCounter counter;

    private Meter(boolean counting) throws IOException {
        counter = counting ? SystemCallCounter.ofThisThread() : null; // Last: what comes before is not counted.
    }

    /**
     * What a thread has done.
     *
     * @param systemCalls how many; empty if they were not counted
     * @param usage its page faults and context switches
     * @param cpuNanos nanoseconds of the processor, the kernel's part included
     */
    record Reading(OptionalLong systemCalls, ThreadUsage usage, long cpuNanos) {
    }

    /** Starts. */
    static Meter start(boolean counting) throws IOException {
        return new Meter(counting);
    }

    /** What has been done since. */
    Reading read() {
        OptionalLong systemCalls = counter == null ? OptionalLong.empty() : OptionalLong.of(counter.count());
        long cpu = THREADS.getCurrentThreadCpuTime() - cpuBefore;
        ThreadUsage usage = usage();
        return new Reading(systemCalls, usage == UNKNOWN ? usage : usage.since(usageBefore), cpu);
    }

    private static ThreadUsage usage() {
        return Capabilities.isAvailable() ? ThreadUsage.ofThisThread() : UNKNOWN;
    }

    @Override
    public void close() {
        if (counter != null) {
            counter.close();
        }
    }
}
