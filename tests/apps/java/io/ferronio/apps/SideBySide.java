package io.ferronio.apps;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Figures of runs without and with the agent, of which those of one round belong together. Printed are the medians of the
 * rounds, and of the rounds' ratios with / without the median (least .. greatest).
 */
public final class SideBySide {

    private final List<Map<String, Double>> without = new ArrayList<>();
    private final List<Map<String, Double>> with = new ArrayList<>();

    /**
     * Adds a run.
     *
     * @param hasAgent whether it was with the agent
     * @param figures by name; what is missing was not to be had
     */
    public void add(boolean hasAgent, Map<String, Double> figures) {
        (hasAgent ? with : without).add(figures);
    }

    /** Prints a line for each figure. */
    public void print() {
        Map<String, Double> names = new LinkedHashMap<>();
        without.forEach(names::putAll);
        with.forEach(names::putAll);
        for (String name : names.keySet()) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < Math.min(without.size(), with.size()); round++) {
                Double base = without.get(round).get(name);
                Double value = with.get(round).get(name);
                if (base != null && value != null && base != 0) {
                    ratios.add(value / base);
                }
            }
            line(name, median(of(without, name)), median(of(with, name)), range(ratios));
        }
    }

    /**
     * Prints a line of the table.
     *
     * @param name what it tells
     * @param without without the agent
     * @param with with it
     * @param ratio of the two, or empty
     */
    static void line(String name, String without, String with, String ratio) {
        System.out.printf("  %-36s%12s%12s   %s%n", name, without, with, ratio);
    }

    private static List<Double> of(List<Map<String, Double>> runs, String name) {
        return runs.stream().map(run -> run.get(name)).filter(Objects::nonNull).toList();
    }

    private static String median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        return size == 0 ? "-" : "%.2f".formatted((sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2);
    }

    private static String range(List<Double> ratios) {
        if (ratios.size() < 2) {
            return ratios.isEmpty() ? "" : median(ratios);
        }
        List<Double> sorted = ratios.stream().sorted().toList();
        return "%s (%.2f .. %.2f)".formatted(median(ratios), sorted.get(0), sorted.get(sorted.size() - 1));
    }
}
