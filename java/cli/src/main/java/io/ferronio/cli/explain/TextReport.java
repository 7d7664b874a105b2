package io.ferronio.cli.explain;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The outcome as text: tables, what is in them, and a paragraph for each method. */
public final class TextReport {

    private static final int WIDTH = 110;

    private final PrintStream out;

    private TextReport(PrintStream out) {
        this.out = out;
    }

    /**
     * Prints.
     *
     * @param explanation what
     * @param out where to
     */
    public static void print(Explanation explanation, PrintStream out) {
        new TextReport(out).print(explanation);
    }

    private void print(Explanation explanation) {
        explanation.machine().forEach((name, value) -> out.printf("%-12s %s%n", name, value));
        SampleFile file = explanation.file();
        out.printf(Locale.ROOT, "%-12s %s, %,d bytes on %s%n", "file", file.made() ? "random bytes" : file.path().toString(),
                file.size(), explanation.fileSystem());
        for (Destination destination : explanation.destinations()) {
            out.println();
            table(destination, explanation.rows(destination));
        }
        out.println();
        Notes.of(explanation).forEach(note -> wrap("* ", note));
        out.println();
        for (Column column : Column.ALL) {
            wrap("", (column.above() + " " + column.below()).replace("SHA -", "SHA-") + ": " + column.help());
        }
        for (Method method : Method.values()) {
            out.println();
            out.println(method.title());
            wrap("    ", method.text());
            for (Destination destination : explanation.destinations()) {
                explanation.rows(destination).stream().filter(row -> row.method() == method).forEach(this::way);
            }
        }
    }

    private void table(Destination destination, List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        List<String> above = new ArrayList<>(List.of(destination.title()));
        List<String> below = new ArrayList<>(List.of(""));
        Column.ALL.forEach(column -> {
            above.add(column.above());
            below.add(column.below());
        });
        lines.add(above);
        lines.add(below);
        for (Row row : rows) {
            List<String> line = new ArrayList<>(List.of(row.method().title()));
            row.problem().ifPresentOrElse(line::add, () -> Column.ALL.forEach(column -> line.add(column.cell().apply(row))));
            lines.add(line);
        }
        int[] widths = new int[Column.ALL.size() + 1];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size() && line.size() == widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (Method method : Method.values()) {
            widths[0] = Math.max(widths[0], method.title().length());
        }
        lines.forEach(line -> out.println(line(line, widths)));
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder(String.format("%-" + widths[0] + "s", cells.get(0)));
        boolean figures = cells.size() == widths.length;
        for (int i = 1; i < cells.size(); i++) {
            line.append("  ").append(figures ? String.format("%" + widths[i] + "s", cells.get(i)) : "not: " + cells.get(i));
        }
        return line.toString().stripTrailing();
    }

    /** The way of a byte, place by place. */
    private void way(Row row) {
        if (row.problem().isEmpty()) {
            String way = row.journey().hops().stream()
                    .map(hop -> switch (hop.kind()) {
                        case START -> hop.place();
                        case DMA -> " =DMA=> " + hop.place();
                        case CPU -> " =CPU=> " + hop.place() + " (" + hop.why() + ")";
                        case REFERENCE -> " -> " + hop.place() + " (" + hop.why() + ")";
                        case UNKNOWN -> " =?=> " + hop.place() + " (" + hop.why() + ")";
                    }).collect(Collectors.joining());
            wrap("    ", row.destination().title() + ": " + way);
        }
    }

    /** In lines of some width; the first begins with the indentation, the others with as many spaces. */
    private void wrap(String indentation, String text) {
        StringBuilder line = new StringBuilder(indentation);
        boolean empty = true;
        for (String word : text.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(" ".repeat(Math.max(indentation.length(), 2)));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        out.println(line);
    }
}
