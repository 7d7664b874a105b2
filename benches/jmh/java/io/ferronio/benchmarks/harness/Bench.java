package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.MemoryFile;
import io.ferronio.benchmarks.harness.Rounds.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the rows of {@link Rows} on the JDK that runs this, adds what it finds to the file of results, and prints a
 * table. Settings: {@link Settings}. {@code ./gradlew bench} runs it on one JDK after the other.
 */
public final class Bench {

    private Bench() {
    }

    /** Measures and prints. The exit status is 1 if something could not be measured. */
    public static void main(String[] words) throws IOException {
        Locale.setDefault(Locale.ROOT);
        Settings settings = Settings.of(List.of(words));
        Rounds rounds = start(settings);
        List<Job> jobs = settings.rows().stream().map(row -> new Job(row, settings.sizes(row), row.ways())).toList();
        rounds.run(jobs, 0, settings.rounds() - 1, Duration.ofMinutes(settings.minutes()));
        Results results = rounds.results();
        new ConsoleTable(results, Runtime.version().feature()).print(jobs, System.out);
        if (rounds.thrownAway() > 0) {
            System.out.println(rounds.thrownAway() + " measurements thrown away: their files had not stayed in memory");
        }
        rounds.failures().forEach(failure -> System.out.println("not measured: " + failure));
        System.exit(rounds.failures().isEmpty() ? 0 : 1);
    }

    /** With the results of before, unless another build, setting or machine made them: then they are set aside. */
    static Rounds start(Settings settings) throws IOException {
        ResultFile file = new ResultFile(settings.results());
        String build = Build.of(settings.jar());
        Map<String, String> machine = Machine.facts(settings.folderOfFiles());
        List<Measurement> before = file.read();
        boolean isSame = before.stream().filter(measurement -> !measurement.way().isOfCriterion())
                .allMatch(measurement -> measurement.build().equals(build)
                        && measurement.milliseconds() == settings.milliseconds()
                        && Machine.isSame(measurement.machine(), machine));
        if (!isSame) {
            System.err.println("results of another build of the library, other settings or another machine are now in "
                    + file.setAside());
        } else if (!before.isEmpty()) {
            System.err.println("going on with the " + before.size() + " measurements of " + file);
        }
        if (settings.criterion() != null) {
            Criterion.add(settings.criterion(), file);
        }
        return new Rounds(new Trial(settings.milliseconds(), build, machine), file);
    }
}
