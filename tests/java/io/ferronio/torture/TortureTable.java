package io.ferronio.torture;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has become of every combination on every JVM, in Markdown: a row for each way, a column for each situation. */
final class TortureTable {

    /** By combination, then by outcome: the JVMs, such as "17 -Xint". */
    private final Map<String, Map<String, List<String>>> cells = new LinkedHashMap<>();

    /** What each cell is about, and what its words mean. */
    private static final String HEADING = """
            # Torture: every use of a mapping that has gone away

            Made by `./gradlew torture -Pseed=%d` on JDK %s (Linux %s), each interpreted (`-Xint`),
            compiled by C1 (`-XX:TieredStopAtLevel=1`) and by C2 (`-XX:-TieredCompilation`). A cell is three uses of one
            mapping, by two threads, each after the guard has put back what the last one met: the JVM lived, nobody
            saw anything but the file's own bytes and zeros where it has none, each use that met such a page was counted
            as a fault, and the file was what it should be. Where a cell says WRONG or CRASH, that does not hold.

            | word | the use |
            |---|---|
            | error | got HotSpot's `InternalError` |
            | zeros | ended without an exception, on zeros where nothing is (or in holes of a full ext4) |
            | lost | ended without an exception; what it wrote where nothing is went nowhere |
            | nothing | ended without an exception, and has no result |
            | closed | got an `IllegalStateException`: the mapping is unmapped |
            | another | got that exception |
            | no word | cannot be: a write to a `READ_ONLY` mapping, for example |

            Two words: the uses differ. What only some of the JVMs did is said after a semicolon, with their names.

            """;

    String document(long seed, Collection<String> versions) {
        String kernel = System.getProperty("os.version").replaceFirst("-.*", "");
        return HEADING.formatted(seed, String.join(", ", versions), kernel) + markdown();
    }

    void add(TortureRun run) {
        run.outcomes.forEach((line, outcome) -> cells.computeIfAbsent(line, any -> new TreeMap<>())
                .computeIfAbsent(outcome, any -> new ArrayList<>()).add(run.shortName()));
    }

    private String markdown() {
        StringBuilder text = new StringBuilder("| |");
        for (Situation situation : Situation.values()) {
            text.append(' ').append(situation.title).append(" |");
        }
        text.append("\n|---|").append("---|".repeat(Situation.values().length)).append('\n');
        for (Way way : Way.all()) {
            text.append("| ").append(way.name).append(" |");
            for (Situation situation : Situation.values()) {
                text.append(' ').append(cell(cells.get(TortureRun.line(situation, way)))).append(" |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** What most of the JVMs did comes first; of the others it is said which they are. */
    private String cell(Map<String, List<String>> outcomes) {
        if (outcomes == null) {
            return "";
        }
        String usual = null;
        for (Map.Entry<String, List<String>> entry : outcomes.entrySet()) {
            if (usual == null || entry.getValue().size() > outcomes.get(usual).size()) {
                usual = entry.getKey();
            }
        }
        StringBuilder text = new StringBuilder(usual);
        for (Map.Entry<String, List<String>> entry : outcomes.entrySet()) {
            if (!entry.getKey().equals(usual)) {
                text.append("; ").append(entry.getKey()).append(": ").append(String.join(", ", entry.getValue()));
            }
        }
        return text.toString();
    }
}
