package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.harness.Gate.Committed;
import io.ferronio.benchmarks.harness.Gate.Measured;
import io.ferronio.benchmarks.harness.Gate.Verdict;
import io.ferronio.benchmarks.harness.Rounds.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures the rows that matter, and fails if one has lost against what is committed, twice in a row. The first word is
 * the file of what is committed, the second {@code judge}, or {@code accept}, which writes what was measured there.
 * {@code ./gradlew benchGate} runs it.
 */
public final class BenchGate {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final GateFile committed;
    private final Rounds rounds;
    private final int roundsOfOne;
    private final int jdk = Runtime.version().feature();
    private final String machine;

    private BenchGate(GateFile committed, Rounds rounds, Settings settings) throws IOException {
        this.committed = committed;
        this.rounds = rounds;
        roundsOfOne = settings.rounds();
        machine = Machine.name(Machine.facts(settings.folderOfFiles()));
    }

    /** Exit status 1: something was lost, or could not be measured. */
    public static void main(String[] words) throws IOException {
        Locale.setDefault(Locale.ROOT);
        List<String> given = List.of(words);
        Settings settings = Settings.of(given.subList(2, given.size()));
        Files.deleteIfExists(settings.results());
        List<Row> rows = settings.rows().stream().filter(row -> row.gateSize() > 0).toList();
        BenchGate gate = new BenchGate(new GateFile(Path.of(given.get(0))), Bench.start(settings), settings);
        boolean isGood = given.get(1).equals("accept") ? gate.accept(rows) : gate.judge(rows);
        System.exit(isGood ? 0 : 1);
    }

    private boolean accept(List<Row> rows) throws IOException {
        List<Committed> entries = new ArrayList<>();
        measure(rows, 0).forEach(shown -> entries.add(shown.measured.toCommit(shown.row, jdk, machine)));
        if (rounds.failures().isEmpty()) {
            committed.put(entries);
            System.out.println("written to " + committed + ": " + entries.size() + " rows for JDK " + jdk + " on " + machine);
        }
        return tellFailures();
    }

    /** What a row has shown. */
    private record Shown(Row row, Measured measured) {
    }

    private List<Shown> measure(List<Row> rows, int attempt) throws IOException {
        List<Job> jobs = rows.stream().map(row -> new Job(row, List.of(row.gateSize()), List.of(row.base(), row.ours()))).toList();
        int first = attempt * roundsOfOne;
        rounds.run(jobs, first, first + roundsOfOne - 1, LIMIT);
        Results results = new Results(rounds.results().all().stream().filter(one -> one.round() >= first).toList());
        return rows.stream().map(row -> new Shown(row, Measured.of(results, row, jdk))).toList();
    }

    private boolean judge(List<Row> rows) throws IOException {
        if (!committed.has(jdk)) {
            System.out.println("nothing is committed for JDK " + jdk + " in " + committed + ": -Paccept does that");
            return false;
        }
        if (!committed.has(machine)) {
            System.out.println("no times are committed for " + machine + ": -Paccept does that");
        }
        List<Row> lost = judge(rows, 0);
        if (!lost.isEmpty()) {
            System.out.println("once more: " + lost);
            lost = judge(lost, 1);
        }
        System.out.println(lost.isEmpty() ? "nothing was lost" : "lost twice in a row: " + lost);
        return tellFailures() && lost.isEmpty();
    }

    /** Gives those that have lost. */
    private List<Row> judge(List<Row> rows, int attempt) throws IOException {
        List<Row> lost = new ArrayList<>();
        for (Shown shown : measure(rows, attempt)) {
            Optional<Committed> entry = committed.find(shown.row, jdk, machine);
            String time = shown.measured.wall().map(Spread::toString).orElse("none");
            if (entry.isEmpty()) {
                System.out.printf("%-20s time %s of the JDK's; nothing is committed for JDK %d: -Paccept does that%n",
                        shown.row, time, jdk);
                continue;
            }
            Verdict verdict = Gate.judge(entry.get(), shown.measured);
            String before = entry.get().hasTimes() ? String.format("committed %.2f", entry.get().wall())
                    : "committed only on another machine";
            System.out.printf("%-20s time %s of the JDK's, %s; judged by %s: %s%n", shown.row, time, before,
                    verdict.judgedBy(), verdict.isLost() ? "LOST: " + verdict.losses() : "kept");
            if (verdict.isLost()) {
                lost.add(shown.row);
            }
        }
        return lost;
    }

    private boolean tellFailures() {
        rounds.failures().forEach(failure -> System.out.println("not measured: " + failure));
        return rounds.failures().isEmpty();
    }
}
