package io.ferronio.benchmarks.harness;

import java.util.Map;

/**
 * One line of a file of results: what one way took in one round, in a JVM of its own. A figure that could not be counted
 * is negative.
 *
 * @param row its name
 * @param way how the work was done
 * @param size in the row's scale
 * @param jdk the feature version
 * @param round from 0
 * @param wallNanos an operation on the clock; with several threads, the time in which all of them do so many as threads,
 *     divided by them
 * @param cpuNanos an operation's time of the processor
 * @param systemCalls an operation's
 * @param allocatedBytes an operation's, of the heap
 * @param operations in how many
 * @param pages of the files that were to be in memory
 * @param residentBefore how many of them were, before
 * @param residentAfter and after
 * @param milliseconds of an iteration, see {@link Row#times}; the warm-up took five times as long
 * @param build of the library: the start of the checksum of its jar
 * @param machine its facts, see {@link Machine}
 * @param thrownAway why it does not count; null if it does
 */
public record Measurement(String row, Way way, long size, int jdk, int round, double wallNanos, double cpuNanos,
        double systemCalls, double allocatedBytes, long operations, long pages, long residentBefore, long residentAfter,
        long milliseconds, String build, Map<String, String> machine, String thrownAway) {

    /** Whether it is to be compared with others. */
    public boolean counts() {
        return thrownAway == null;
    }

    /** What was measured: the same for each round. */
    Cell cell() {
        return new Cell(row, way, size, jdk);
    }

    /**
     * What is measured in each round.
     *
     * @param row its name
     * @param way how the work is done
     * @param size in the row's scale
     * @param jdk the feature version
     */
    record Cell(String row, Way way, long size, int jdk) {
    }
}
