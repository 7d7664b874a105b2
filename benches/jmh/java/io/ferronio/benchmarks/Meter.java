package io.ferronio.benchmarks;

import com.sun.management.ThreadMXBean;
import io.ferronio.internal.SystemCallCounter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * What operations cost beside the time on the clock: of the measuring thread, the kernel's work for it included. And
 * whether their files stayed in memory. JMH adds up the fields of all threads. What cannot be counted is negative.
 *
 * <p>System calls are counted in the last iteration of the warm-up, for counting makes each of them slower. Bytes allocated
 * are those that JMH's {@code gc} profiler counts, of this thread alone.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Meter {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Operations in this iteration. */
    public long operations;
    /** Nanoseconds of the processor. */
    public long cpuNanos;
    /** Bytes of the heap. */
    public long allocatedBytes;
    /** System calls, while they were counted. */
    public long systemCalls;
    /** Operations, while system calls were counted. */
    public long countedOperations;
    /** Pages of the files that are to be in memory. */
    public long pages;
    /** How many of them were, at the start. */
    public long residentBefore;
    /** And at the end. */
    public long residentAfter;

    // JMH sets public fields to 0 when the setup is done.
    private long cpuBefore;
    private long allocatedBefore;
    private long filePages;
    private long residentAtStart;
    private long callsOfWarmUp = -1;
    private long operationsOfWarmUp;
    private boolean isElsewhere;
    private int iterations;
    private SystemCallCounter counter;

    /** Begins an iteration. */
    @Setup(Level.Iteration)
    public void start(IterationParams parameters) throws IOException {
        iterations++;
        filePages = MemoryFile.pages();
        residentAtStart = MemoryFile.residentPages();
        boolean isLastWarmUp = parameters.getType() == IterationType.WARMUP && iterations == parameters.getCount();
        counter = isLastWarmUp ? openCounter() : null;
        allocatedBefore = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        cpuBefore = THREADS.getCurrentThreadCpuTime();
    }

    /** Null where the kernel does not count for this user. */
    private static SystemCallCounter openCounter() {
        try {
            return SystemCallCounter.ofThisThread();
        } catch (IOException e) {
            return null;
        }
    }

    /** Ends it. */
    @TearDown(Level.Iteration)
    public void stop() throws IOException {
        if (counter != null) {
            callsOfWarmUp = counter.count();
            operationsOfWarmUp = operations;
            counter.close();
        }
        cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuBefore;
        allocatedBytes = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocatedBefore;
        systemCalls = callsOfWarmUp;
        countedOperations = operationsOfWarmUp;
        pages = filePages;
        residentBefore = residentAtStart;
        residentAfter = MemoryFile.residentPages();
        if (isElsewhere) {
            cpuNanos = -1;
            allocatedBytes = -1;
            systemCalls = -1;
        }
    }

    /** What was done is not this thread's alone, or not all of it is measured: nothing but time is known. */
    void cannotCount() {
        isElsewhere = true;
    }

    /** Counts an operation. */
    void operation() {
        operations++;
    }

    /** Counts several. */
    void operations(int number) {
        operations += number;
    }
}
