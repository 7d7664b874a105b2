package io.ferronio.benchmarks.harness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The plots of a row: against its base, against the raw limit, processor time for each GiB, cost as it grows. */
final class Plots {

    private static final double GIB = 1L << 30;

    private final Results results;
    private final List<Integer> jdks;

    Plots(Results results) {
        this.results = results;
        jdks = List.copyOf(results.jdks());
    }

    /**
     * A plot and what it is called in names of files.
     *
     * @param name for the file
     * @param words what it shows
     * @param plot the picture
     */
    record Named(String name, String words, Plot plot) {
    }

    /** All that make sense for a row. One size alone makes no plot. */
    List<Named> of(Row row) {
        List<Named> plots = new ArrayList<>();
        if (row.sizes().size() > 1 && row.ways().size() > 1) {
            if (row.scale().isGrowth()) {
                plots.add(new Named(row + "-growth", "nanoseconds of an operation, " + row.work(), growth(row)));
            } else {
                plots.add(new Named(row + "-ratio", "time against " + row.base().label() + ", " + row.work(), ratio(row)));
                if (row.ways().contains(Way.RAW)) {
                    plots.add(new Named(row + "-raw", "time against the raw limit, " + row.work(), raw(row)));
                }
                if (!row.ways().contains(Way.REGION)) { // What is mapped is not moved.
                    plots.add(new Named(row + "-cpu", "processor time for each GiB, " + row.work(), cpu(row)));
                }
            }
        }
        plots.removeIf(named -> named.plot.isEmpty());
        return plots;
    }

    private static List<String> sizes(Row row) {
        return row.sizes().stream().map(row.scale()::text).toList();
    }

    private interface Value {
        Optional<Spread> at(long size);
    }

    private static List<Optional<Spread>> overSizes(Row row, Value value) {
        return row.sizes().stream().map(value::at).toList();
    }

    private String label(Way way, int jdk) {
        return jdks.size() == 1 ? way.label() : way.label() + ", " + jdk;
    }

    private Plot ratio(Row row) {
        Plot plot = new Plot(row + ": time against " + row.base().label(), row.scale().label(), "ratio", sizes(row));
        for (Way way : row.ways()) {
            if (way != row.base()) {
                eachJdk((jdk, stroke) -> plot.line(label(way, jdk), row.ways().indexOf(way), stroke, overSizes(row,
                        size -> results.ratio(row, way, row.base(), size, jdk, Figure.WALL))));
            }
        }
        if (!plot.isEmpty()) {
            plot.level("as long", 1);
            aims(row, plot);
        }
        return plot;
    }

    private void aims(Row row, Plot plot) {
        List<Optional<Double>> heights = row.sizes().stream().map(size -> row.aims().stream()
                .filter(aim -> aim.figure() == Figure.WALL && aim.against() == row.base() && aim.way() == row.ours()
                        && jdks.stream().anyMatch(jdk -> aim.isFor(size, jdk)))
                .map(Aim::atMost).max(Comparator.naturalOrder())).toList();
        plot.aim(heights);
    }

    private Plot raw(Row row) {
        Plot plot = new Plot(row + ": time against the raw limit", row.scale().label(), "ratio", sizes(row));
        for (Way way : row.ways()) {
            if (way != Way.RAW) {
                eachJdk((jdk, stroke) -> plot.line(label(way, jdk), row.ways().indexOf(way), stroke, overSizes(row,
                        size -> results.ratio(row, way, Way.RAW, size, jdk, Figure.WALL))));
            }
        }
        if (!plot.isEmpty()) {
            plot.level("the limit", 1);
        }
        return plot;
    }

    private Plot cpu(Row row) {
        Plot plot = new Plot(row + ": processor time for each GiB", row.scale().label(), "ms", sizes(row));
        for (Way way : row.ways()) {
            eachJdk((jdk, stroke) -> plot.line(label(way, jdk), row.ways().indexOf(way), stroke, overSizes(row,
                    size -> results.figure(row, way, size, jdk, Figure.CPU).filter(cpu -> cpu.least() > 0)
                            .map(cpu -> cpu.times(GIB / size / 1e6)))));
        }
        return plot;
    }

    private Plot growth(Row row) {
        Plot plot = new Plot(row + ": an operation", row.scale().label(), "ns", sizes(row));
        for (Way way : row.ways()) {
            eachJdk((jdk, stroke) -> plot.line(label(way, jdk), row.ways().indexOf(way), stroke, overSizes(row,
                    size -> results.figure(row, way, size, jdk, Figure.WALL))));
        }
        return plot;
    }

    private interface OfJdk {
        void add(int jdk, int stroke);
    }

    private void eachJdk(OfJdk line) {
        for (int i = 0; i < jdks.size(); i++) {
            line.add(jdks.get(i), i);
        }
    }
}
