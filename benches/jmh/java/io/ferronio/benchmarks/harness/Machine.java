package io.ferronio.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a figure depends on and no program can change: written with each result. */
final class Machine {

    private static final Pattern KERNEL = Pattern.compile("^\\D+\\d+\\.\\d+");

    private Machine() {
    }

    /** By name: {@code kernel}, {@code processor}, {@code processors}, {@code memory}, {@code filesystem}, {@code jdk}. */
    static Map<String, String> facts(Path folderOfFiles) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("processor", processor() + ", " + System.getProperty("os.arch"));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", valueOf("/proc/meminfo", "MemTotal"));
        facts.put("filesystem", Files.getFileStore(folderOfFiles).type());
        facts.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        return facts;
    }

    /** Clouds call processors of several generations by one name; the numbers, which not every architecture has, differ. */
    private static String processor() throws IOException {
        StringJoiner words = new StringJoiner(", ");
        words.add(valueOf("/proc/cpuinfo", "model name"));
        for (String number : List.of("cpu family", "model")) {
            words.add(number + " " + valueOf("/proc/cpuinfo", number));
        }
        return words.toString();
    }

    /**
     * In a word, what the ratio of two times depends on: the processor, the kernel without what the distributor says of it,
     * the filesystem.
     */
    static String name(Map<String, String> facts) {
        Matcher version = KERNEL.matcher(facts.get("kernel"));
        return facts.get("processors") + " processors, " + facts.get("processor") + ", "
                + (version.find() ? version.group() : facts.get("kernel")) + ", " + facts.get("filesystem");
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
            return lines.filter(line -> line.split("[\\t:]", 2)[0].equals(name)).map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst().orElse("unknown");
        }
    }
}
