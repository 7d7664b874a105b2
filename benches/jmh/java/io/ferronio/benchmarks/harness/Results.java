package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.harness.Measurement.Cell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Measurements, and what follows from them. Those that were thrown away are left out, of one round the last counts. */
public final class Results {

    private final List<Measurement> all;
    private final Map<Cell, TreeMap<Integer, Measurement>> rounds = new HashMap<>();

    /** Of these. */
    public Results(List<Measurement> measurements) {
        all = List.copyOf(measurements);
        for (Measurement measurement : all) {
            if (measurement.counts()) {
                rounds.computeIfAbsent(measurement.cell(), cell -> new TreeMap<>()).put(measurement.round(), measurement);
            }
        }
    }

    /** All, also those that do not count. */
    public List<Measurement> all() {
        return all;
    }

    /** Whether this was measured, and counts. */
    boolean has(Cell cell, int round) {
        return rounds.containsKey(cell) && rounds.get(cell).containsKey(round);
    }

    /** The feature versions of all JDKs, ascending. What criterion has measured has none, and none is given for it. */
    public SortedSet<Integer> jdks() {
        TreeSet<Integer> jdks = new TreeSet<>();
        rounds.keySet().stream().filter(cell -> !cell.way().isOfCriterion()).forEach(cell -> jdks.add(cell.jdk()));
        return jdks;
    }

    /** What a way took; empty if it was not measured, or this could not be counted. */
    public Optional<Spread> figure(Row row, Way way, long size, int jdk, Figure figure) {
        return spread(of(row, way, size, jdk).values().stream().map(figure::of));
    }

    /**
     * A way's figure divided by another's, round by round: what disturbs the machine in a round disturbs both. Empty if
     * they have no round in common, or this could not be counted.
     */
    public Optional<Spread> ratio(Row row, Way way, Way against, long size, int jdk, Figure figure) {
        Map<Integer, Measurement> base = of(row, against, size, jdk);
        List<OptionalDouble> ratios = new ArrayList<>();
        of(row, way, size, jdk).forEach((round, measurement) -> {
            if (base.containsKey(round)) {
                OptionalDouble above = figure.of(measurement);
                OptionalDouble below = figure.of(base.get(round));
                boolean isKnown = above.isPresent() && below.isPresent() && below.getAsDouble() > 0;
                ratios.add(isKnown ? OptionalDouble.of(above.getAsDouble() / below.getAsDouble()) : OptionalDouble.empty());
            }
        });
        return spread(ratios.stream());
    }

    private Map<Integer, Measurement> of(Row row, Way way, long size, int jdk) {
        Map<Integer, Measurement> found = rounds.get(new Cell(row.name(), way, size, way.isOfCriterion() ? 0 : jdk));
        return found == null ? Map.of() : found;
    }

    private static Optional<Spread> spread(Stream<OptionalDouble> figures) {
        double[] values = figures.filter(OptionalDouble::isPresent).mapToDouble(OptionalDouble::getAsDouble).toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(Spread.of(values));
    }
}
