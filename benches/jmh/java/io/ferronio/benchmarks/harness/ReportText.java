package io.ferronio.benchmarks.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The report's words and tables, as Markdown. What is not better than the JDK comes first. */
final class ReportText {

    private static final String NOT_COMPARED = """
            Not compared, and why: Agrona's `IoUtil.map` and `unmap` are `FileChannel.map` and `Unsafe.invokeCleaner`, which is the JDK's
            row here; its `MappedResizeableBuffer` went with 1.23. one-nio's sendfile takes its own sockets only, and its native library asks
            for glibc 2.38. Netty's `spliceTo` is deprecated and goes with Netty 5; from a file to a file, and to mappings, Netty has nothing of its own.
            """;

    private final Results results;
    private final List<Integer> jdks;

    ReportText(Results results) {
        this.results = results;
        jdks = List.copyOf(results.jdks());
    }

    /** What was measured where. */
    String head() {
        List<Measurement> measured = results.all().stream().filter(one -> !one.way().isOfCriterion()).toList();
        boolean isQuick = measured.stream().anyMatch(one -> Settings.isQuick(one.milliseconds()));
        long thrownAway = measured.stream().filter(one -> !one.counts()).count();
        StringBuilder text = new StringBuilder("# Benchmarks\n\n");
        if (isQuick) {
            text.append("**A quick run: it shows that everything works, and its figures are worth little.**\n\n");
        }
        text.append("What FerroNIO costs beside the JDK and others, each measurement in a JVM of its own, the ways of a row in turns. A figure is the median of ")
                .append(rounds(measured)).append(" rounds, a ratio the median of the rounds' ratios (least .. greatest): below 1 is better than the JDK. "
                        + "They are of the machine below; `./gradlew bench benchReport` gives yours.\n\n");
        facts(measured).forEach((name, value) -> text.append("* ").append(name).append(": ").append(value).append('\n'));
        text.append("* build of the library: ").append(String.join(", ",
                new TreeSet<>(measured.stream().map(Measurement::build).toList()))).append('\n');
        text.append("* measured each time: ").append(measured.stream().mapToLong(Measurement::milliseconds).max().orElse(0))
                .append(" ms, after a warm-up of five times as long; ").append(Rows.ITERATIONS).append(" times that in ")
                .append(Rows.ALL.stream().filter(row -> row.times() > 1).map(Row::name).collect(Collectors.joining(", ")))
                .append('\n');
        text.append("* measurements: ").append(measured.size()).append(", of which ").append(thrownAway)
                .append(" were thrown away, since their files had not stayed in memory\n\n");
        return text.append(NOT_COMPARED).append('\n').toString();
    }

    /** How many there are of each figure, such as {@code 2 to 3}. */
    private static String rounds(List<Measurement> measured) {
        LongSummaryStatistics rounds = measured.stream().filter(Measurement::counts)
                .collect(Collectors.groupingBy(Measurement::cell, Collectors.counting())).values().stream()
                .collect(Collectors.summarizingLong(Long::longValue));
        return rounds.getMin() == rounds.getMax() ? Long.toString(rounds.getMax())
                : rounds.getMin() + " to " + rounds.getMax();
    }

    private static Map<String, String> facts(List<Measurement> measured) {
        Map<String, TreeSet<String>> facts = new TreeMap<>();
        for (Measurement one : measured) {
            one.machine().forEach((name, value) -> facts.computeIfAbsent(name, key -> new TreeSet<>()).add(value));
        }
        Map<String, String> joined = new TreeMap<>();
        facts.forEach((name, values) -> joined.put(name, String.join("; ", values)));
        return joined;
    }

    private record Behind(String line, Spread ratio) {
        boolean isAlways() {
            return ratio.least() > 1;
        }
    }

    /** Everything that takes longer than the JDK's way, the worst first. */
    String notBetter() {
        List<Behind> behind = new ArrayList<>();
        for (Row row : Rows.ALL) {
            for (long size : row.sizes()) {
                for (int jdk : jdks) {
                    for (Way way : row.ways(size, jdk)) {
                        Optional<Spread> ratio = results.ratio(row, way, row.base(), size, jdk, Figure.WALL);
                        if (way.isOurs() && way != row.base() && ratio.isPresent() && ratio.get().median() > 1) {
                            behind.add(new Behind(line(row, row.scale().text(size), way.label(), jdk, row.base().label(), ratio.get()),
                                    ratio.get()));
                        }
                    }
                }
            }
        }
        behind.sort((one, other) -> Double.compare(other.ratio.median(), one.ratio.median()));
        StringBuilder text = new StringBuilder("## Where FerroNIO is not better\n\n");
        if (behind.isEmpty()) {
            return text.append("Nowhere in what was measured.\n\n").toString();
        }
        behind(text, "In every round:", behind.stream().filter(Behind::isAlways).toList());
        behind(text, "In the median, and in some rounds better; the rounds scatter, or both are as good:",
                behind.stream().filter(one -> !one.isAlways()).toList());
        return text.toString();
    }

    private static void behind(StringBuilder text, String words, List<Behind> behind) {
        if (!behind.isEmpty()) {
            text.append(words).append("\n\n| row | size | way | JDK | against | time |\n|---|---|---|---|---|---|\n");
            behind.forEach(one -> text.append(one.line));
            text.append('\n');
        }
    }

    private static String line(Object... cells) {
        StringBuilder line = new StringBuilder("|");
        for (Object cell : cells) {
            line.append(' ').append(cell).append(" |");
        }
        return line.append('\n').toString();
    }

    /** What was to be reached, and what was. */
    String aims() {
        StringBuilder text = new StringBuilder("## Aims\n\n");
        List<String> columns = new ArrayList<>(List.of("row", "size", "way", "against", "figure", "at most"));
        jdks.forEach(jdk -> columns.add("JDK " + jdk));
        text.append(line(columns.toArray())).append("|---".repeat(columns.size())).append("|\n");
        for (Row row : Rows.ALL) {
            for (Aim aim : row.aims()) {
                for (long size : row.sizes()) {
                    aim(row, aim, size).ifPresent(text::append);
                }
            }
        }
        return text.append("\nReached: the median is. Perhaps: the median is not, but some rounds are.\n\n").toString();
    }

    private Optional<String> aim(Row row, Aim aim, long size) {
        List<Object> cells = new ArrayList<>(List.of(row, row.scale().text(size), aim.way().label(), aim.against().label(),
                aim.figure().label(), String.format(Locale.ROOT, "%.2f", aim.atMost())));
        boolean isMeasured = false;
        for (int jdk : jdks) {
            Optional<Spread> ratio = aim.isFor(size, jdk)
                    ? results.ratio(row, aim.way(), aim.against(), size, jdk, aim.figure()) : Optional.empty();
            cells.add(ratio.map(spread -> spread + (spread.median() <= aim.atMost() ? " reached"
                    : spread.least() <= aim.atMost() ? " perhaps" : " **missed**")).orElse(""));
            isMeasured |= ratio.isPresent();
        }
        return isMeasured ? Optional.of(line(cells.toArray())) : Optional.empty();
    }

    /** A row's table; empty if nothing of it was measured. */
    String table(Row row) {
        StringBuilder lines = new StringBuilder();
        for (long size : row.sizes()) {
            for (int jdk : jdks) {
                for (Way way : row.ways(size, jdk)) {
                    results.figure(row, way, size, jdk, Figure.WALL).ifPresent(wall -> lines.append(line(
                            row.scale().text(size), jdk, way.label(), String.format(Locale.ROOT, "%,.0f", wall.median()),
                            ratio(row, way, row.base(), size, jdk, Figure.WALL),
                            row.ways().contains(Way.RAW) ? ratio(row, way, Way.RAW, size, jdk, Figure.WALL) : "",
                            ratio(row, way, row.base(), size, jdk, Figure.CPU),
                            number(row, way, size, jdk, Figure.SYSTEM_CALLS), number(row, way, size, jdk, Figure.ALLOCATED))));
                }
            }
            for (Way way : List.of(Way.KERNEL, Way.KERNEL_KEEPING)) {
                results.figure(row, way, size, 0, Figure.WALL).ifPresent(wall -> lines.append(line(row.scale().text(size), "",
                        way.label(), String.format(Locale.ROOT, "%,.0f", wall.median()), "", "", "", "", "")));
            }
        }
        return lines.length() == 0 ? "" : "## " + row + "\n\nAn operation: " + row.work() + ".\n\n"
                + (row.note().isEmpty() ? "" : row.note() + "\n\n")
                + line(row.scale().label(), "JDK", "way", "ns", "time against " + row.base().label(), "against the raw limit",
                "processor time against " + row.base().label(), "system calls", "bytes allocated")
                + "|---".repeat(9) + "|\n" + lines + "\n";
    }

    private String ratio(Row row, Way way, Way against, long size, int jdk, Figure figure) {
        return way == against ? "" : text(results.ratio(row, way, against, size, jdk, figure), Spread::toString);
    }

    private String number(Row row, Way way, long size, int jdk, Figure figure) {
        return text(results.figure(row, way, size, jdk, figure),
                spread -> String.format(Locale.ROOT, spread.median() < 100 ? "%.1f" : "%,.0f", spread.median()));
    }

    private static String text(Optional<Spread> spread, Function<Spread, String> words) {
        return spread.map(words).orElse("");
    }
}
