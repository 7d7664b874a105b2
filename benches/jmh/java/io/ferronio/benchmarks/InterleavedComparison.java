package io.ferronio.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The harness for published ratios: compares with the JDK's way so that a noisy machine does little harm.
 *
 * <pre>
 * InterleavedComparison transfer|header|map [rounds] [seconds] [size,size...]
 * </pre>
 *
 * <p>Each of the rounds (11 unless told) measures every way once for a short time (0.4 seconds), in a JVM of
 * its own and after a warm-up of twice as long. So no way runs on another's profile, compiled code, heap or
 * address space, and what differs from one JVM to the next (layout of code and memory) differs in every
 * round. The ways of one round run right after each other, in turns forwards and backwards, so that a machine
 * that slows down for a while slows down all of them. The result is the median of the rounds' ratios, with
 * the smallest and the largest of them: a ratio is only as good as these are close.
 */
public final class InterleavedComparison {

    private static final String JDK = "jdk";

    private final Class<?> benchmark;
    private final List<String> ways;
    private final long milliseconds;

    private InterleavedComparison(Class<?> benchmark, List<String> ways, long milliseconds) {
        this.benchmark = benchmark;
        this.ways = ways;
        this.milliseconds = milliseconds;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws RunnerException {
        Locale.setDefault(Locale.ROOT);
        List<String> given = List.of(arguments);
        String what = given.isEmpty() ? "" : given.get(0);
        int rounds = given.size() > 1 ? Integer.parseInt(given.get(1)) : 11;
        double seconds = given.size() > 2 ? Double.parseDouble(given.get(2)) : 0.4;
        boolean hasSizes = given.size() > 3;
        long milliseconds = Math.round(seconds * 1000);
        switch (what) {
            case "transfer" -> new InterleavedComparison(FileToSocket.class, waysToTransfer(), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "512,4096,16384,65536,1048576");
            case "header" -> new InterleavedComparison(HeaderAndFile.class, List.of(JDK, "ferronio"), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "1024,4096,16384,65536");
            case "map" -> new InterleavedComparison(MapReadUnmap.class, waysToMap(), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "4096,1048576");
            default -> {
                System.err.println("usage: InterleavedComparison transfer|header|map [rounds] [seconds] [size,size...]");
                System.exit(2);
            }
        }
    }

    private static List<String> waysToTransfer() {
        return List.of(JDK, "ferronio", "raw");
    }

    private static List<String> waysToMap() {
        List<String> ways = new ArrayList<>(List.of(JDK, "ferronio", "region"));
        if (Runtime.version().feature() >= Arenas.SINCE) {
            ways.addAll(List.of("confinedArena", "sharedArena"));
        }
        return ways;
    }

    private void run(int rounds, String commaSeparatedSizes) throws RunnerException {
        List<String> sizes = List.of(commaSeparatedSizes.split(","));
        Map<String, double[]> times = new LinkedHashMap<>(); // by way and size, in the order of rounds
        for (int round = 0; round < rounds; round++) {
            System.err.printf("round %d of %d%n", round + 1, rounds);
            List<String> turn = new ArrayList<>(ways);
            if (round % 2 == 1) {
                Collections.reverse(turn);
            }
            for (String size : sizes) {
                for (String way : turn) {
                    times.computeIfAbsent(way + size, key -> new double[rounds])[round] = measure(way, size);
                }
            }
        }
        System.out.printf("%s on JDK %s, %d rounds of %d ms: median nanoseconds, median ratio (least .. greatest)%n",
                benchmark.getSimpleName(), Runtime.version(), rounds, milliseconds);
        System.out.printf("%9s", "size");
        ways.forEach(way -> System.out.printf("%15s", way));
        ways.stream().skip(1).forEach(way -> System.out.printf("%28s", way + "/" + JDK));
        System.out.println();
        for (String size : sizes) {
            double[] base = times.get(JDK + size);
            System.out.printf("%9s", size);
            ways.forEach(way -> System.out.printf("%15.0f", median(times.get(way + size))));
            ways.stream().skip(1).forEach(way -> {
                double[] time = times.get(way + size);
                double[] ratios = IntStream.range(0, rounds).mapToDouble(i -> time[i] / base[i]).sorted().toArray();
                System.out.printf("%28s",
                        String.format("%.2f (%.2f .. %.2f)", median(ratios), ratios[0], ratios[rounds - 1]));
            });
            System.out.println();
        }
    }

    /** Nanoseconds an operation, from one JVM. */
    private double measure(String way, String size) throws RunnerException {
        return new Runner(new OptionsBuilder()
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + way + "$")
                .param("size", size)
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(2 * milliseconds))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(milliseconds))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build()).runSingle().getPrimaryResult().getScore();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
