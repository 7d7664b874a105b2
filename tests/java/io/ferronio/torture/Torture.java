package io.ferronio.torture;

import io.ferronio.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The program behind {@code ./gradlew torture}: every way in every situation on each JDK, interpreted and compiled by
 * either compiler, in an order that the seed says. Exit status 1 if anything has happened that must not.
 *
 * <p>Arguments: the seed; a regular expression for the names of ways; how many rounds stale readers make; for how
 * many seconds there are random readers; the report to write; then for each JDK its version, an equals sign and its
 * home.
 */
final class Torture {

    private Torture() {
    }

    private static String firstLineOf(String output) {
        return output.lines().findFirst().orElse("");
    }

    private static Map<Integer, Path> jdks(String[] args, int first) {
        Map<Integer, Path> jdks = new LinkedHashMap<>();
        for (int i = first; i < args.length; i++) {
            int end = args[i].indexOf('=');
            jdks.put(Integer.parseInt(args[i].substring(0, end)), Path.of(args[i].substring(end + 1)));
        }
        return jdks;
    }

    /** All of it, such as 17.0.15. */
    private static String versionOf(Path home) throws IOException {
        for (String line : Files.readAllLines(home.resolve("release"))) {
            if (line.startsWith("JAVA_VERSION=")) {
                return line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'));
            }
        }
        return home.getFileName().toString();
    }

    private static List<String> lines(String ways, Random random) {
        List<String> lines = new ArrayList<>();
        for (Way way : Way.all()) {
            if (way.name.matches(ways)) {
                for (Situation situation : Situation.values()) {
                    lines.add(TortureRun.line(situation, way));
                }
            }
        }
        Collections.shuffle(lines, random);
        return lines;
    }

    public static void main(String[] args) throws IOException, InterruptedException, ClassNotFoundException {
        long seed = Long.parseLong(args[0]);
        Path report = Path.of(args[4]);
        Disks disks = new Disks();
        if (disks.folder == null) {
            System.out.println("No disks that fail: that needs root, unshare, losetup and mkfs.ext4");
        }
        Files.createDirectories(report.toAbsolutePath().getParent());
        Random random = new Random(seed);
        TortureTable table = new TortureTable();
        List<String> failures = new ArrayList<>();
        Set<String> versions = new LinkedHashSet<>();
        for (Map.Entry<Integer, Path> jdk : jdks(args, 5).entrySet()) {
            versions.add(versionOf(jdk.getValue()));
            for (TortureRun.Compiler compiler : TortureRun.Compiler.values()) {
                TortureRun run = new TortureRun(jdk.getValue(), jdk.getKey(), compiler, disks);
                run.run(lines(args[1], random));
                table.add(run);
                Files.writeString(report, table.document(seed, versions));
                failures.addAll(run.failures);
                run.failures.forEach(System.out::println);
                System.out.println(run + ": " + run.outcomes.size() + " combinations, " + run.failures.size()
                        + " of them wrong");
                List<ChildJvm.Result> results = List.of(
                        run.program(Class.forName("io.ferronio.StaleReaders"), args[2],
                                compiler == TortureRun.Compiler.INTERPRETER ? "1" : "200"),
                        run.program(RandomReaders.class, args[3]));
                for (ChildJvm.Result result : results) {
                    if (result.exitStatus() != 0) {
                        failures.add(run + ": " + result.output());
                        System.out.println(result.output());
                    }
                    System.out.println(run + ": " + firstLineOf(result.output()));
                }
            }
        }
        System.out.println(failures.size() + " failures; the seed is " + seed + "; the table is in " + report);
        if (!failures.isEmpty()) {
            System.exit(1);
        }
    }
}
