package io.ferronio.benchmarks.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Decides whether a row has lost against what was committed. Times are judged as ratios to the JDK's of the same
 * rounds; system calls and bytes allocated as they are, since no noise disturbs them. Ratios are judged on the machine of
 * which they were committed: from one generation of processors to the next they change by a third, with nothing lost.
 *
 * <ul>
 *   <li>System calls and bytes allocated count where the rounds agree. They do not where another process sets the pace: how
 *       much a socket holds decides how many calls it takes.
 *   <li>Time on the clock counts if it can: its rounds lie close together, and the change is more than what noise makes on
 *       a shared machine. If it cannot, the time of the processor does, under the same condition.
 * </ul>
 */
final class Gate {

    /** More than this is a loss. */
    private static final double LOSS = 0.10;
    /** A smaller change of a time says nothing. */
    private static final double NOISE = 0.05;
    /** The middle half of the rounds lies within this part of the median, or their median says nothing. */
    private static final double WIDEST = 0.20;
    /** What a count may differ by: some calls and objects of the JVM's fall into the measured time. */
    private static final double FREE_CALLS = 0.05;
    /** Rounds agree on a count if they differ by no more than this part of it. */
    private static final double AGREED = 0.05;
    private static final double FREE_BYTES = 16;

    private Gate() {
    }

    /**
     * What was committed for a row on a JDK.
     *
     * @param row its name
     * @param jdk the feature version
     * @param machine on which, see {@link Machine#name}
     * @param wall ratio to the JDK; negative if that of this machine is not known
     * @param wallGreatest that of the worst round
     * @param cpu ratio to the JDK; negative likewise, or if it could not be counted
     * @param cpuGreatest that of the worst round; negative likewise
     * @param systemCalls an operation's; negative if they could not be counted, or the rounds did not agree
     * @param allocatedBytes an operation's; negative likewise
     */
    record Committed(String row, int jdk, String machine, double wall, double wallGreatest, double cpu, double cpuGreatest,
            double systemCalls, double allocatedBytes) {

        /** For another machine, on which only the counts are the same. */
        Committed withoutTimes() {
            return new Committed(row, jdk, machine, -1, -1, -1, -1, systemCalls, allocatedBytes);
        }

        int knownCounts() {
            return (systemCalls >= 0 ? 1 : 0) + (allocatedBytes >= 0 ? 1 : 0);
        }

        boolean hasTimes() {
            return wall > 0;
        }
    }

    /** What was measured now, of the same. */
    record Measured(Optional<Spread> wall, Optional<Spread> cpu, Optional<Spread> systemCalls,
            Optional<Spread> allocatedBytes) {

        static Measured of(Results results, Row row, int jdk) {
            long size = row.gateSize();
            return new Measured(results.ratio(row, row.ours(), row.base(), size, jdk, Figure.WALL),
                    results.ratio(row, row.ours(), row.base(), size, jdk, Figure.CPU),
                    results.figure(row, row.ours(), size, jdk, Figure.SYSTEM_CALLS),
                    results.figure(row, row.ours(), size, jdk, Figure.ALLOCATED));
        }

        Committed toCommit(Row row, int jdk, String machine) {
            return new Committed(row.name(), jdk, machine, median(wall), rounded(wall, Spread::greatest),
                    median(cpu), rounded(cpu, Spread::greatest),
                    median(systemCalls.filter(calls -> agree(calls, FREE_CALLS))),
                    median(allocatedBytes.filter(bytes -> agree(bytes, FREE_BYTES))));
        }

        private static double median(Optional<Spread> spread) {
            return rounded(spread, Spread::median);
        }

        private static double rounded(Optional<Spread> spread, ToDoubleFunction<Spread> value) {
            return spread.map(known -> Math.round(value.applyAsDouble(known) * 1000) / 1000.0).orElse(-1.0);
        }
    }

    /**
     * On one row.
     *
     * @param losses what was lost, in words; empty if the row has kept what it had
     * @param judgedBy what decided
     */
    record Verdict(List<String> losses, String judgedBy) {
        boolean isLost() {
            return !losses.isEmpty();
        }
    }

    /** On one row. A row of which nothing was measured has lost. */
    static Verdict judge(Committed committed, Measured measured) {
        List<String> losses = new ArrayList<>();
        if (measured.wall.isEmpty()) {
            losses.add("it could not be measured");
            return new Verdict(losses, "nothing");
        }
        count("system calls", committed.systemCalls, measured.systemCalls, FREE_CALLS).ifPresent(losses::add);
        count("bytes allocated", committed.allocatedBytes, measured.allocatedBytes, FREE_BYTES).ifPresent(losses::add);
        String judgedBy;
        if (decides(committed.wall, measured.wall)) {
            judgedBy = "time, counts";
            time("time", committed.wall, committed.wallGreatest, measured.wall.get()).ifPresent(losses::add);
        } else if (decides(committed.cpu, measured.cpu)) {
            judgedBy = "processor time, counts";
            time("processor time", committed.cpu, committed.cpuGreatest, measured.cpu.get()).ifPresent(losses::add);
        } else {
            judgedBy = "counts";
        }
        return new Verdict(losses, judgedBy);
    }

    private static boolean decides(double committed, Optional<Spread> measured) {
        return committed > 0 && measured.isPresent() && measured.get().width() <= WIDEST
                && Math.abs(measured.get().median() / committed - 1) >= NOISE;
    }

    /** Three quarters of the rounds must be worse than the worst of those that were committed, too. */
    private static Optional<String> time(String what, double committed, double worst, Spread measured) {
        boolean isLost = measured.median() > committed * (1 + LOSS) && measured.lower() > worst;
        return isLost ? Optional.of(words(what + " against the JDK's", committed, measured.toString())) : Optional.empty();
    }

    private static Optional<String> count(String what, double committed, Optional<Spread> measured, double free) {
        if (committed < 0 || measured.isEmpty() || !agree(measured.get(), free)) {
            return Optional.empty();
        }
        double median = measured.get().median();
        boolean isLost = median > committed * (1 + LOSS) && median - committed > free;
        return isLost ? Optional.of(words(what, committed, String.format(Locale.ROOT, "%.2f", median))) : Optional.empty();
    }

    private static boolean agree(Spread counts, double free) {
        return counts.greatest() - counts.least() <= Math.max(free, counts.median() * AGREED);
    }

    private static String words(String what, double committed, String measured) {
        return String.format(Locale.ROOT, "%s %s, committed %.2f", what, measured, committed);
    }
}
