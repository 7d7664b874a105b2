package io.ferronio.torture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has become of every combination on every JVM, in Markdown: a row for each way, a column for each situation. */
final class TortureTable {

    /** By combination, then by outcome: the JVMs, such as "17 -Xint". */
    private final Map<String, Map<String, List<String>>> cells = new LinkedHashMap<>();

    void add(TortureRun run) {
        run.outcomes.forEach((line, outcome) -> cells.computeIfAbsent(line, any -> new TreeMap<>())
                .computeIfAbsent(outcome, any -> new ArrayList<>()).add(run.shortName()));
    }

    String markdown() {
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
