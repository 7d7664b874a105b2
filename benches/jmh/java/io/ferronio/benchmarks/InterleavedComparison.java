package io.ferronio.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The harness for published ratios: compares with the JDK's way so that a noisy machine does little harm.
 *
 * <pre>
 * InterleavedComparison transfer|header|receive|copy|sink|source|read|residency [rounds] [seconds] [size,size...]
 * InterleavedComparison map|busy [rounds] [seconds] [size,size...] [base]
 * InterleavedComparison access [rounds] [seconds] [size,size...] [READ_ALL,WRITE_ALL,READ_RANDOM,WRITE_RANDOM]
 * InterleavedComparison load [rounds] [seconds] [size,size...]
 * InterleavedComparison faults [rounds] [seconds]
 * InterleavedComparison relay [rounds] [mebibytes]
 * InterleavedComparison connections [rounds] [number,number...]
 * </pre>
 *
 * <p>The way {@code agent} is the JDK's, in a JVM with {@code -javaagent:ferronio-agent.jar}.
 *
 * <p>{@code transfer}: file to socket; {@code header}: with a header before it; {@code receive}: socket to file;
 * {@code copy}: file to file; {@code sink} and {@code source}: a file to and from a channel that is not the JDK's.
 * {@code map}: mapping, reading a byte, unmapping; {@code busy}: the same beside fifty busy threads. The base is the
 * way that the others are compared with: {@code jdk}, and for {@code busy} {@code sharedArena}, unless told.
 * {@code read}: a mapped file; {@code access}: in each manner; {@code load}: into memory; {@code residency}: how much of
 * a file is there. {@code relay} is {@link RelayComparison}, {@code connections} {@link Connections}, {@code faults}
 * {@link Faults}.
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
    /** The JDK's way, in a JVM that was started with the agent. */
    private static final String AGENT = "agent";

    private final Class<?> benchmark;
    /** The first is what the others are compared with. */
    private final List<String> ways;
    private final long milliseconds;
    /** Further parameters of the benchmark. */
    private final Map<String, String> parameters;

    private InterleavedComparison(Class<?> benchmark, List<String> ways, long milliseconds) {
        this(benchmark, ways, milliseconds, Map.of());
    }

    private InterleavedComparison(Class<?> benchmark, List<String> ways, long milliseconds,
            Map<String, String> parameters) {
        this.benchmark = benchmark;
        this.ways = ways;
        this.milliseconds = milliseconds;
        this.parameters = parameters;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        Locale.setDefault(Locale.ROOT);
        List<String> given = List.of(arguments);
        String what = given.isEmpty() ? "" : given.get(0);
        int rounds = given.size() > 1 ? Integer.parseInt(given.get(1)) : 11;
        double seconds = given.size() > 2 ? Double.parseDouble(given.get(2)) : 0.4;
        boolean hasSizes = given.size() > 3;
        long milliseconds = Math.round(seconds * 1000);
        switch (what) {
            case "receive" -> ofTwo(SocketToFile.class, milliseconds).run(rounds, hasSizes ? given.get(3) : "268435456");
            case "copy" -> ofTwo(FileToFile.class, milliseconds).run(rounds, hasSizes ? given.get(3) : "4096,268435456");
            case "sink" -> ofTwo(FileToChannel.class, milliseconds).run(rounds, hasSizes ? given.get(3) : "67108864");
            case "source" -> ofTwo(ChannelToFile.class, milliseconds).run(rounds, hasSizes ? given.get(3) : "67108864");
            case "transfer" -> new InterleavedComparison(FileToSocket.class, waysToTransfer(), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "512,4096,16384,65536,1048576");
            case "header" -> ofTwo(HeaderAndFile.class, milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "1024,4096,16384,65536");
            case "map" -> new InterleavedComparison(MapReadUnmap.class,
                    waysToMap(given.size() > 4 ? given.get(4) : JDK), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "4096,1048576");
            case "busy" -> new InterleavedComparison(MapBesideBusyThreads.class,
                    waysToMap(given.size() > 4 ? given.get(4) : "sharedArena"), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "4096,1048576");
            case "read" -> new InterleavedComparison(ReadMapped.class, List.of(JDK, "ferronio", "region"), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "4096,1048576");
            case "access" -> {
                String accesses = given.size() > 4 ? given.get(4) : "READ_ALL,WRITE_ALL,READ_RANDOM,WRITE_RANDOM";
                for (String access : accesses.split(",")) {
                    new InterleavedComparison(AccessMapped.class, waysToAccess(), milliseconds, Map.of("access", access))
                            .run(rounds, hasSizes ? given.get(3) : "1048576,67108864");
                }
            }
            case "load" -> new InterleavedComparison(LoadMapped.class, List.of(JDK, "region"), milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "268435456");
            case "residency" -> ofTwo(FileResidency.class, milliseconds)
                    .run(rounds, hasSizes ? given.get(3) : "1073741824");
            case "faults" -> Faults.run(rounds, seconds);
            case "relay" -> RelayComparison.run(rounds, (given.size() > 2 ? Long.parseLong(given.get(2)) : 256) << 20);
            case "connections" -> Connections.compare(rounds, given.size() > 2 ? given.get(2) : "80,800,8000");
            default -> {
                System.err.println("usage: InterleavedComparison"
                        + " transfer|header|receive|copy|sink|source|read|residency [rounds] [seconds] [size,size...]"
                        + "\n       InterleavedComparison map|busy [rounds] [seconds] [size,size...] [base]"
                        + "\n       InterleavedComparison access [rounds] [seconds] [size,size...]"
                        + " [READ_ALL,WRITE_ALL,READ_RANDOM,WRITE_RANDOM]"
                        + "\n       InterleavedComparison load [rounds] [seconds] [size,size...]"
                        + "\n       InterleavedComparison faults [rounds] [seconds]"
                        + "\n       InterleavedComparison relay [rounds] [mebibytes]"
                        + "\n       InterleavedComparison connections [rounds] [number,number...]");
                System.exit(2);
            }
        }
    }

    private static InterleavedComparison ofTwo(Class<?> benchmark, long milliseconds) {
        return new InterleavedComparison(benchmark, List.of(JDK, "ferronio"), milliseconds);
    }

    private static List<String> waysToTransfer() {
        return List.of(JDK, "ferronio", AGENT, "raw");
    }

    private static List<String> waysToAccess() {
        List<String> ways = List.of(JDK, "region", "regionBeyond");
        return Runtime.version().feature() < Arenas.SINCE ? ways : List.of(JDK, "region", "regionBeyond", "segment");
    }

    private static List<String> waysToMap(String base) {
        List<String> ways = new ArrayList<>(List.of(JDK, "ferronio", AGENT, "region"));
        if (Runtime.version().feature() >= Arenas.SINCE) {
            ways.addAll(List.of("confinedArena", "sharedArena"));
        }
        if (!ways.remove(base)) {
            throw new IllegalArgumentException(base + " is none of the ways to map on this JDK: " + ways);
        }
        ways.add(0, base);
        return ways;
    }

    private void run(int rounds, String commaSeparatedSizes) throws RunnerException {
        List<String> sizes = List.of(commaSeparatedSizes.split(","));
        Map<String, Cost[]> costs = new LinkedHashMap<>(); // by way and size, in the order of rounds
        for (int round = 0; round < rounds; round++) {
            System.err.printf("round %d of %d%n", round + 1, rounds);
            List<String> turn = new ArrayList<>(ways);
            if (round % 2 == 1) {
                Collections.reverse(turn);
            }
            for (String size : sizes) {
                for (String way : turn) {
                    costs.computeIfAbsent(way + size, key -> new Cost[rounds])[round] = measure(way, size);
                }
            }
        }
        System.out.printf("%s%s on JDK %s, %d rounds of %d ms: median nanoseconds, median ratio (least .. greatest)%n",
                benchmark.getSimpleName(), parameters.isEmpty() ? "" : " " + parameters.values(), Runtime.version(), rounds, milliseconds);
        print("wall", sizes, costs, Cost::wall);
        if (costs.values().iterator().next()[0].cpu() > 0) {
            print("cpu", sizes, costs, Cost::cpu);
        }
    }

    private void print(String what, List<String> sizes, Map<String, Cost[]> costs, ToDoubleFunction<Cost> figure) {
        System.out.printf("%-5s%10s", what, "size");
        ways.forEach(way -> System.out.printf("%15s", way));
        ways.stream().skip(1).forEach(way -> System.out.printf("%28s", way + "/" + ways.get(0)));
        System.out.println();
        for (String size : sizes) {
            double[] base = figures(costs.get(ways.get(0) + size), figure);
            System.out.printf("%15s", size);
            ways.forEach(way -> System.out.printf("%15.0f", median(figures(costs.get(way + size), figure))));
            ways.stream().skip(1).forEach(way -> {
                double[] time = figures(costs.get(way + size), figure);
                double[] ratios = IntStream.range(0, time.length).mapToDouble(i -> time[i] / base[i]).sorted().toArray();
                String format = median(ratios) < 0.1 ? "%.4f (%.4f .. %.4f)" : "%.2f (%.2f .. %.2f)";
                System.out.printf("%28s", String.format(format, median(ratios), ratios[0], ratios[ratios.length - 1]));
            });
            System.out.println();
        }
    }

    private static double[] figures(Cost[] costs, ToDoubleFunction<Cost> figure) {
        return Arrays.stream(costs).mapToDouble(figure).toArray();
    }

    /** Nanoseconds an operation: on the clock, and of the processor where that is counted. */
    private record Cost(double wall, double cpu) {
    }

    /** From one JVM. */
    private Cost measure(String way, String size) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder();
        parameters.forEach(options::param);
        if (way.equals(AGENT)) {
            options.jvmArgsPrepend("-javaagent:" + System.getProperty("ferronio.benchmarks.agent"));
        }
        String method = way.equals(AGENT) ? JDK : way;
        RunResult result = new Runner(options
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
                .param("size", size)
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(2 * milliseconds))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(milliseconds))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build()).runSingle();
        Map<String, ? extends Result<?>> more = byName(result);
        double cpu = more.containsKey("cpuNanos")
                ? more.get("cpuNanos").getScore() / more.get("operations").getScore() : 0;
        return new Cost(result.getPrimaryResult().getScore(), cpu);
    }

    @SuppressWarnings("rawtypes")
    private static Map<String, ? extends Result<?>> byName(RunResult result) {
        Map<String, Result<?>> byName = new LinkedHashMap<>();
        for (Map.Entry<String, Result> entry : result.getSecondaryResults().entrySet()) {
            byName.put(entry.getKey(), entry.getValue());
        }
        return byName;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
