package io.ferronio.benchmarks;

import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What an operation costs the processor, beside the time it takes: that of the measuring thread, kernel included. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CpuTime {

    /** Nanoseconds of the processor in this iteration. */
    public long cpuNanos;
    /** Operations in this iteration. */
    public long operations;

    private long start;

    /** Begins an iteration. */
    @Setup(Level.Iteration)
    public void start() {
        operations = 0;
        start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Ends it. */
    @TearDown(Level.Iteration)
    public void stop() {
        cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    }

    /** Counts an operation. */
    void operation() {
        operations++;
    }
}
