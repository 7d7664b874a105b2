package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.MemoryFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a run is asked to do.
 *
 * @param filter of the names of rows: those that it finds something in
 * @param sizes only these; empty: all of a row's
 * @param rounds how often everything is measured
 * @param milliseconds of an iteration, of which some rows are measured in several ({@link Row#times}); the warm-up takes
 *     five
 * @param minutes no round begins that would not end by then, but the first
 * @param folder for the files that are written to or forced; null: one in memory
 * @param results the file of results
 * @param jar the library's, by which results of another build are known
 * @param criterion the folder of criterion's results; null: they are left out
 */
public record Settings(Pattern filter, List<Long> sizes, int rounds, long milliseconds, long minutes, Path folder,
        Path results, Path jar, Path criterion) {

    private static final Set<String> NAMES = Set.of("filter", "sizes", "rounds", "milliseconds", "minutes", "folder",
            "results", "jar", "criterion", "quick");

    /** A quick run: one that shows that everything works, and roughly where the figures are. */
    private static final int QUICK_ROUNDS = 2;
    private static final long QUICK_MILLISECONDS = 100;

    /** Of words {@code name=value}. */
    public static Settings of(List<String> words) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String word : words) {
            int end = word.indexOf('=');
            String name = end < 0 ? word : word.substring(0, end);
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown setting " + word + "; there are: " + new TreeSet<>(NAMES));
            }
            given.put(name, word.substring(end + 1));
        }
        boolean isQuick = Boolean.parseBoolean(given.getOrDefault("quick", "false"));
        String sizes = given.getOrDefault("sizes", "");
        return new Settings(Pattern.compile(given.getOrDefault("filter", "")),
                sizes.isEmpty() ? List.of() : Arrays.stream(sizes.split(",")).map(Long::valueOf).toList(),
                (int) number(given, "rounds", isQuick ? QUICK_ROUNDS : 3),
                number(given, "milliseconds", isQuick ? QUICK_MILLISECONDS : 200),
                number(given, "minutes", Integer.MAX_VALUE),
                given.containsKey("folder") ? Path.of(given.get("folder")) : null,
                path(given, "results"), path(given, "jar"),
                given.containsKey("criterion") ? Path.of(given.get("criterion")) : null);
    }

    private static long number(Map<String, String> given, String name, long otherwise) {
        if (!given.containsKey(name)) {
            return otherwise;
        }
        long number = Long.parseLong(given.get(name));
        if (number <= 0) {
            throw new IllegalArgumentException(name + " must be over 0: " + number);
        }
        return number;
    }

    private static Path path(Map<String, String> given, String name) {
        if (!given.containsKey(name)) {
            throw new IllegalArgumentException(name + "=<path> is missing");
        }
        return Path.of(given.get(name));
    }

    /** Whether a measurement of so many milliseconds is worth no more than to see that everything works. */
    static boolean isQuick(long milliseconds) {
        return milliseconds <= QUICK_MILLISECONDS;
    }

    /** The folder, given or not. */
    Path folderOfFiles() {
        return folder == null ? MemoryFile.folder() : folder;
    }

    /** The rows that are wanted. */
    List<Row> rows() {
        List<Row> rows = Rows.ALL.stream().filter(row -> filter.matcher(row.name()).find()).toList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no row's name has " + filter + "; there are: " + Rows.ALL);
        }
        return rows;
    }

    /** The sizes of a row that are wanted. */
    List<Long> sizes(Row row) {
        return row.sizes().stream().filter(size -> sizes.isEmpty() || sizes.contains(size)).toList();
    }
}
