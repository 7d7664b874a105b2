package io.ferronio.apps;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Runs an application without and with the agent, in turns, on each JDK, and prints what it found side by side.
 *
 * <pre>
 * {title} {rounds} {folder for files} {folder for logs} {agent's jar} {version}={home of the JDK}...
 * </pre>
 *
 * <p>Each round is one run without and one with the agent, every other round the other way round, so that a machine that
 * slows down for a while slows down both. Figures are medians of the rounds; what they are with the agent, divided by
 * what they are without, is the median of the rounds' ratios (least .. greatest of them).
 *
 * <p>Every run must succeed, or the exit status is 1.
 */
public final class Comparison {

    private final String title;
    private final Application application;
    private final int rounds;
    private final Path folder;
    private final Path logs;
    private final Path agent;
    private boolean failed;

    private Comparison(Application application, String[] arguments) {
        this.application = application;
        title = arguments[0];
        rounds = Integer.parseInt(arguments[1]);
        folder = Path.of(arguments[2]).toAbsolutePath();
        logs = Path.of(arguments[3]).toAbsolutePath();
        agent = Path.of(arguments[4]).toAbsolutePath();
    }

    /**
     * The main method of every application's trial.
     *
     * @param application the application
     * @param arguments as above
     */
    public static void main(Application application, String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        Comparison comparison = new Comparison(application, arguments);
        for (String jdk : List.of(arguments).subList(5, arguments.length)) {
            comparison.on(Jdk.parse(jdk));
        }
        System.exit(comparison.failed ? 1 : 0); // Clients of applications may leave threads behind.
    }

    private void on(Jdk jdk) {
        System.out.printf("%s on JDK %d%n", title, jdk.version());
        List<Run> without = new ArrayList<>();
        List<Run> with = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                without.add(run(jdk, null, round));
            }
            with.add(run(jdk, agent, round));
            if (round % 2 == 1) {
                without.add(run(jdk, null, round));
            }
        }
        print(without, with);
    }

    /** A run that has succeeded or failed, and its figures: those up to there. */
    private record Run(boolean succeeded, Map<String, Double> figures) {
    }

    private Run run(Jdk jdk, Path agent, int round) {
        String mode = agent == null ? "without" : "with";
        String name = "%s-jdk%d-%s-%d".formatted(title.split("[ _]")[0], jdk.version(), mode, round);
        Map<String, Double> figures = new LinkedHashMap<>();
        try (Trial trial = new Trial(jdk, agent, folder.resolve(name), logs.resolve(name), figures)) {
            application.run(trial);
            return new Run(true, figures);
        } catch (Exception e) {
            failed = true;
            System.out.printf("  %s the agent, FAILED: ", mode);
            e.printStackTrace(System.out);
            return new Run(false, figures);
        }
    }

    private void print(List<Run> without, List<Run> with) {
        System.out.printf("  %-36s%12s%12s   with / without%n", "", "without", "with");
        System.out.printf("  %-36s%12s%12s%n", "runs that were as they must be", succeeded(without), succeeded(with));
        Map<String, Double> names = new LinkedHashMap<>();
        without.forEach(run -> names.putAll(run.figures()));
        with.forEach(run -> names.putAll(run.figures()));
        for (String name : names.keySet()) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                Double base = without.get(round).figures().get(name);
                Double value = with.get(round).figures().get(name);
                if (base != null && value != null && base != 0) {
                    ratios.add(value / base);
                }
            }
            System.out.printf("  %-36s%12s%12s   %s%n", name, median(of(without, name)), median(of(with, name)),
                    range(ratios));
        }
    }

    private String succeeded(List<Run> runs) {
        return runs.stream().filter(Run::succeeded).count() + " of " + rounds;
    }

    private static List<Double> of(List<Run> runs, String name) {
        return runs.stream().map(run -> run.figures().get(name)).filter(Objects::nonNull).toList();
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
