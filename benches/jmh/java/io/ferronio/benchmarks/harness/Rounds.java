package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.harness.Measurement.Cell;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Measures rows in rounds, so that a noisy machine does little harm.
 *
 * <p>Each round measures every way of every row and size once, in a JVM of its own. So no way runs on another's
 * profile, compiled code, heap or address space, and what differs from one JVM to the next (layout of code and
 * memory) differs in every round. The ways of a row and size run right after each other, in turns forwards and
 * backwards, so that a machine that slows down for a while slows down all of them. A ratio is that of one
 * round, and the result the median of all rounds': it is only as good as these lie close.
 *
 * <p>What the file of results has already is not measured again.
 */
final class Rounds {

    /** How often something is measured in a round whose files do not stay in memory. */
    private static final int ATTEMPTS = 3;

    private final Trial trial;
    private final ResultFile file;
    private final List<Measurement> measured;
    private final int jdk = Runtime.version().feature();
    private final List<String> failures = new ArrayList<>();
    private int thrownAway;

    Rounds(Trial trial, ResultFile file) throws IOException {
        this.trial = trial;
        this.file = file;
        measured = new ArrayList<>(file.read());
    }

    /** One row at some of its sizes, in some of its ways. */
    record Job(Row row, List<Long> sizes, List<Way> ways) {
        List<Way> ways(long size, int jdk) {
            return row.ways(size, jdk).stream().filter(ways::contains).toList();
        }
    }

    /** Measures rounds {@code first} to {@code last}, less the last ones if there is no time for them. */
    void run(List<Job> jobs, int first, int last, Duration limit) throws IOException {
        Instant start = Instant.now();
        Duration longest = Duration.ZERO;
        for (int round = first; round <= last; round++) {
            Instant begin = Instant.now();
            if (Duration.between(start, begin).plus(longest).compareTo(limit) > 0) {
                System.err.printf("no time for round %d of %d: the longest took %d s%n", round - first + 1,
                        last - first + 1, longest.toSeconds());
                return;
            }
            System.err.printf("round %d of %d on JDK %d%n", round - first + 1, last - first + 1, jdk);
            Results done = new Results(measured);
            for (Job job : jobs) {
                for (long size : job.sizes) {
                    measureWays(job, size, round, done);
                }
            }
            Duration took = Duration.between(begin, Instant.now());
            longest = took.compareTo(longest) > 0 ? took : longest;
        }
    }

    private void measureWays(Job job, long size, int round, Results done) throws IOException {
        Row row = job.row;
        List<Way> turn = new ArrayList<>(job.ways(size, jdk));
        if (round % 2 == 1) {
            Collections.reverse(turn);
        }
        StringJoiner told = new StringJoiner(", ");
        for (Way way : turn) {
            Cell cell = new Cell(row.name(), way, size, jdk);
            if (!done.has(cell, round)) {
                told.add(way.label() + " " + measure(row, cell, round));
            }
        }
        if (told.length() > 0) {
            System.err.printf("  %-24s %8s: %s%n", row, row.scale().text(size), told);
        }
    }

    /** Gives a word on it. */
    private String measure(Row row, Cell cell, int round) throws IOException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Measurement measurement;
            try {
                measurement = trial.measure(row, cell, round);
            } catch (IOException e) {
                failures.add(e.getMessage());
                return "failed";
            }
            measured.add(measurement);
            file.add(measurement);
            if (measurement.counts()) {
                return String.format(Locale.ROOT, "%,.0f ns", measurement.wallNanos());
            }
            thrownAway++;
            System.err.printf("  %s %s, %s: thrown away, %s%n", row, row.scale().text(cell.size()), cell.way().label(),
                    measurement.thrownAway());
        }
        failures.add(row + " " + row.scale().text(cell.size()) + ", " + cell.way().label() + ": the files do not stay in memory");
        return "thrown away";
    }

    /** Everything there is, old and new. */
    Results results() {
        return new Results(measured);
    }

    /** What could not be measured, and why. */
    List<String> failures() {
        return failures;
    }

    /** How many measurements do not count because their files had not stayed in memory. */
    int thrownAway() {
        return thrownAway;
    }
}
