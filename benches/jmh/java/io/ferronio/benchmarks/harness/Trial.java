package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.harness.Measurement.Cell;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures one way once: in a JVM of its own, after a warm-up of five times the usual time, by JMH. */
final class Trial {

    /**
     * In the last of them the benchmark's meter counts system calls. Fewer are not enough: the JDK's loop through 8 KiB
     * was seen at a third of its speed after three. With {@code -BackgroundCompilation} three are, but then a call of
     * 20 ms, made ten times in all, waits for the compiler while it is measured.
     */
    private static final int WARM_UP_ITERATIONS = 5;

    private final long milliseconds;
    private final String build;
    private final Map<String, String> machine;

    Trial(long milliseconds, String build, Map<String, String> machine) {
        this.milliseconds = milliseconds;
        this.build = build;
        this.machine = machine;
    }

    /** The JVM is of the JDK that runs this. */
    Measurement measure(Row row, Cell cell, int round) throws IOException {
        try {
            RunResult result = new Runner(options(row, cell)).runSingle();
            return measurement(row, cell, round, result);
        } catch (RunnerException e) {
            throw new IOException(row + " " + row.scale().text(cell.size()) + ", " + cell.way().label()
                    + ": " + rootOf(e), e);
        }
    }

    /** What was thrown in the benchmark. JMH suppresses it in an exception of its own. */
    private static Throwable rootOf(Throwable e) {
        Throwable inner = e.getCause() != null ? e.getCause() : e.getSuppressed().length > 0 ? e.getSuppressed()[0] : null;
        return inner == null ? e : rootOf(inner);
    }

    private Options options(Row row, Cell cell) {
        ChainedOptionsBuilder options = new OptionsBuilder();
        row.parameters().forEach(options::param);
        if (row.scale() == Scale.THREADS) {
            options.threads((int) cell.size());
        } else {
            options.param("size", Long.toString(cell.size()));
        }
        if (cell.way() == Way.AGENT) {
            options.jvmArgsPrepend("-javaagent:" + System.getProperty("ferronio.benchmarks.agent"));
        }
        if (cell.way() == Way.RAW) {
            options.jvmArgsAppend("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", // for the descriptors
                    "--add-opens=java.base/java.nio=ALL-UNNAMED"); // and addresses
        }
        return options
                .include("^" + row.benchmark().getName().replace(".", "\\.") + "\\." + cell.way().method() + "$")
                .forks(1)
                .warmupIterations(WARM_UP_ITERATIONS)
                .warmupTime(TimeValue.milliseconds(milliseconds))
                .measurementIterations(row.times())
                .measurementTime(TimeValue.milliseconds(milliseconds))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
    }

    private Measurement measurement(Row row, Cell cell, int round, RunResult result) {
        @SuppressWarnings("rawtypes")
        Map<String, Result> meter = result.getSecondaryResults();
        double operations = meter.get("operations").getScore();
        int threads = row.scale() == Scale.THREADS ? (int) cell.size() : 1;
        long pages = (long) meter.get("pages").getScore() / row.times(); // JMH adds up the iterations, too.
        long before = (long) meter.get("residentBefore").getScore() / row.times();
        long after = (long) meter.get("residentAfter").getScore() / row.times();
        return new Measurement(row.name(), cell.way(), cell.size(), cell.jdk(), round,
                result.getPrimaryResult().getScore() / threads,
                meter.get("cpuNanos").getScore() / operations,
                meter.get("systemCalls").getScore() / Math.max(1, meter.get("countedOperations").getScore()),
                meter.get("allocatedBytes").getScore() / operations,
                (long) operations, pages, before, after, milliseconds, build, machine,
                whyThrownAway(pages, before, after));
    }

    /** Null if the files were in memory from start to end, or that is not known. */
    private static String whyThrownAway(long pages, long before, long after) {
        boolean wereThere = before < 0 || before >= pages;
        boolean stayed = after < 0 || after >= pages;
        return wereThere && stayed ? null
                : String.format(Locale.ROOT, "of %,d pages %,d were in memory before and %,d after", pages, before, after);
    }
}
