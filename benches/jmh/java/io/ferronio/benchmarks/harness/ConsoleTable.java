package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.harness.Rounds.Job;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Prints results for a person at a terminal: for each row, size and way, medians, and the ratios to the row's base. */
final class ConsoleTable {

    private final Results results;
    private final int jdk;

    ConsoleTable(Results results, int jdk) {
        this.results = results;
        this.jdk = jdk;
    }

    void print(List<Job> jobs, PrintStream out) {
        out.printf("JDK %s: median of an operation; ratio of the rounds to the first way: median (least .. greatest)%n",
                Runtime.version());
        out.printf("%-24s%10s  %-16s%16s%8s%10s  %-26s%s%n", "row", "size", "way", "ns", "calls", "bytes", "time", "processor time");
        for (Job job : jobs) {
            for (long size : job.sizes()) {
                for (Way way : job.ways(size, jdk)) {
                    print(job.row(), size, way, out);
                }
            }
        }
    }

    private void print(Row row, long size, Way way, PrintStream out) {
        Optional<Spread> wall = results.figure(row, way, size, jdk, Figure.WALL);
        if (wall.isPresent()) {
            out.printf("%-24s%10s  %-16s%16s%8s%10s  %-26s%s%n", row, row.scale().text(size), way.label(),
                    String.format(Locale.ROOT, "%,.0f", wall.get().median()),
                    number(results.figure(row, way, size, jdk, Figure.SYSTEM_CALLS)),
                    number(results.figure(row, way, size, jdk, Figure.ALLOCATED)),
                    ratio(row, size, way, Figure.WALL), ratio(row, size, way, Figure.CPU));
        }
    }

    private String ratio(Row row, long size, Way way, Figure figure) {
        return way == row.base() ? ""
                : results.ratio(row, way, row.base(), size, jdk, figure).map(Spread::toString).orElse("?");
    }

    private static String number(Optional<Spread> spread) {
        return spread.map(known -> String.format(Locale.ROOT, known.median() < 100 ? "%.1f" : "%,.0f", known.median()))
                .orElse("?");
    }
}
