package io.ferronio.apps;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs an application without and with the agent, in turns, on each JDK, and prints what it found side by side.
 *
 * <pre>
 * {title} {rounds} {folder for files} {folder for logs} {agent's jar} {version}={home of the JDK}...
 * </pre>
 *
 * <p>Each round is one run without and one with the agent, every other round the other way round, so that a machine that
 * slows down for a while slows down both. The figures: {@link SideBySide}.
 *
 * <p>Every run must succeed, or the exit status is 1.
 */
public final class Comparison {

    private final String title;
    private final int rounds;
    private final Path folder;
    private final Path logs;
    private final Path agent;
    private boolean failed;

    private Comparison(String[] arguments) {
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
        Comparison comparison = new Comparison(arguments);
        for (String jdk : List.of(arguments).subList(5, arguments.length)) {
            comparison.inTurns(application, Jdk.parse(jdk));
        }
        System.exit(comparison.failed ? 1 : 0); // Clients of applications may leave threads behind.
    }

    /** One round of an application that has been started. */
    @FunctionalInterface
    public interface Round {
        /**
         * Does it, and takes down the figures.
         *
         * @throws Exception if anything is not as it must be
         */
        void run() throws Exception;
    }

    /** Starts an application. */
    @FunctionalInterface
    public interface Start {
        /**
         * Starts it and warms it up.
         *
         * @param trial starts its JVMs, without or with the agent, and takes down the figures
         * @return a round of it
         * @throws Exception if anything is not as it must be
         */
        Round start(Trial trial) throws Exception;
    }

    /**
     * The main method of a trial whose application is there without and with the agent at the same time: what differs from
     * one run to the next, such as where the JIT has come to, differs once for all rounds.
     *
     * @param start starts the application
     * @param arguments as above
     */
    public static void together(Start start, String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        Comparison comparison = new Comparison(arguments);
        for (String jdk : List.of(arguments).subList(5, arguments.length)) {
            comparison.together(start, Jdk.parse(jdk));
        }
        System.exit(comparison.failed ? 1 : 0);
    }

    private void together(Start start, Jdk jdk) {
        Map<String, Double> without = new LinkedHashMap<>();
        Map<String, Double> with = new LinkedHashMap<>();
        SideBySide figures = new SideBySide();
        try (Trial plain = trial(jdk, null, 0, without); Trial agents = trial(jdk, agent, 0, with)) {
            Round plainRound = start.start(plain);
            Round agentsRound = start.start(agents);
            for (int round = 0; round < rounds; round++) {
                (round % 2 == 0 ? plainRound : agentsRound).run();
                (round % 2 == 0 ? agentsRound : plainRound).run();
                figures.add(false, new LinkedHashMap<>(without));
                figures.add(true, new LinkedHashMap<>(with));
            }
        } catch (Exception e) {
            failed = true;
            e.printStackTrace(System.out);
        }
        System.out.printf("%s on JDK %d, at the same time, %d rounds%n", title, jdk.version(), rounds);
        heading();
        figures.print();
    }

    private static void heading() {
        SideBySide.line("", "without", "with", "with / without");
    }

    private void inTurns(Application application, Jdk jdk) {
        System.out.printf("%s on JDK %d%n", title, jdk.version());
        List<Run> without = new ArrayList<>();
        List<Run> with = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                without.add(run(application, jdk, null, round));
            }
            with.add(run(application, jdk, agent, round));
            if (round % 2 == 1) {
                without.add(run(application, jdk, null, round));
            }
        }
        heading();
        SideBySide.line("runs that were as they must be", succeeded(without), succeeded(with), "");
        SideBySide figures = new SideBySide();
        without.forEach(run -> figures.add(false, run.figures()));
        with.forEach(run -> figures.add(true, run.figures()));
        figures.print();
    }

    /** A run that has succeeded or failed, and its figures: those up to there. */
    private record Run(boolean succeeded, Map<String, Double> figures) {
    }

    private Run run(Application application, Jdk jdk, Path agent, int round) {
        Map<String, Double> figures = new LinkedHashMap<>();
        try (Trial trial = trial(jdk, agent, round, figures)) {
            application.run(trial);
            return new Run(true, figures);
        } catch (Exception e) {
            failed = true;
            System.out.printf("  %s the agent, FAILED: ", mode(agent));
            e.printStackTrace(System.out);
            return new Run(false, figures);
        }
    }

    private Trial trial(Jdk jdk, Path agent, int round, Map<String, Double> figures) throws IOException {
        String name = "%s-jdk%d-%s-%d".formatted(title.split("[ _]")[0], jdk.version(), mode(agent), round);
        return new Trial(jdk, agent, folder.resolve(name), logs.resolve(name), figures);
    }

    private static String mode(Path agent) {
        return agent == null ? "without" : "with";
    }

    private String succeeded(List<Run> runs) {
        return runs.stream().filter(Run::succeeded).count() + " of " + rounds;
    }
}
