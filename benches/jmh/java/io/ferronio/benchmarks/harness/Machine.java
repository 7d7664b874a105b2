package io.ferronio.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a figure depends on and no program can change: written with each result. */
final class Machine {

    private Machine() {
    }

    /** By name: {@code kernel}, {@code processor}, {@code processors}, {@code memory}, {@code filesystem}, {@code jdk}. */
    static Map<String, String> facts(Path folderOfFiles) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("processor", valueOf("/proc/cpuinfo", "model name") + ", " + System.getProperty("os.arch"));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", valueOf("/proc/meminfo", "MemTotal"));
        facts.put("filesystem", Files.getFileStore(folderOfFiles).type());
        facts.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        return facts;
    }

    /** Whether results with these facts can be compared with results with those: all but the JDK is the same. */
    static boolean isSame(Map<String, String> these, Map<String, String> those) {
        Map<String, String> one = new LinkedHashMap<>(these);
        Map<String, String> other = new LinkedHashMap<>(those);
        one.remove("jdk");
        other.remove("jdk");
        return one.equals(other);
    }

    /** Of the first line {@code name : value}. */
    private static String valueOf(String file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name)).map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst().orElse("unknown");
        }
    }
}
