package io.ferronio.cli.explain;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The outcome as one page that needs nothing from anywhere: tables, the way of a byte, a paragraph for each method. */
public final class HtmlReport {

    private final StringBuilder page = new StringBuilder();

    private HtmlReport() {
    }

    /**
     * Makes it.
     *
     * @param explanation of what
     * @return the page; also well-formed XML
     * @throws IOException if the style sheet cannot be read from the jar
     */
    public static String of(Explanation explanation) throws IOException {
        HtmlReport report = new HtmlReport();
        report.add(explanation);
        return report.page.toString();
    }

    private void add(Explanation explanation) throws IOException {
        SampleFile file = explanation.file();
        page.append("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
                + "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                + "<title>What moving a file costs</title>\n<style>\n").append(style()).append("</style>\n</head>\n<body>\n");
        element("h1", "What moving a file costs");
        page.append("<dl class=\"facts\">\n");
        explanation.machine().forEach(this::fact);
        fact("file", (file.made() ? "random bytes" : file.path().toString())
                + String.format(Locale.ROOT, ", %,d bytes on %s", file.size(), explanation.fileSystem()));
        page.append("</dl>\n");
        for (Destination destination : explanation.destinations()) {
            table(destination, explanation.rows(destination));
        }
        page.append("<ul>\n");
        Notes.of(explanation).forEach(note -> element("li", note));
        page.append("</ul>\n");
        element("h2", "The methods");
        page.append("<p>The way of every byte: <span class=\"hop cpu\">CPU</span> is a copy by the processor, "
                + "<span class=\"hop dma\">DMA</span> one by a device, <span class=\"hop reference\">reference</span> none.</p>\n");
        for (Method method : Method.values()) {
            element("h3", method.title());
            element("p", method.text());
            for (Destination destination : explanation.destinations()) {
                explanation.rows(destination).stream().filter(row -> row.method() == method).forEach(this::way);
            }
        }
        element("h2", "The columns");
        page.append("<dl class=\"columns\">\n");
        for (Column column : Column.ALL) {
            element("dt", heading(column));
            element("dd", column.help());
        }
        page.append("</dl>\n</body>\n</html>\n");
    }

    private static String heading(Column column) {
        return (column.above() + " " + column.below()).replace("SHA -", "SHA-");
    }

    private void fact(String name, String value) {
        element("dt", name);
        element("dd", value);
    }

    private void table(Destination destination, List<Row> rows) {
        element("h2", destination.title().substring(0, 1).toUpperCase(Locale.ROOT) + destination.title().substring(1));
        page.append("<div class=\"scroll\"><table>\n<thead><tr><th>method</th>");
        for (Column column : Column.ALL) {
            page.append("<th title=\"").append(escaped(column.help())).append("\">").append(escaped(column.above()))
                    .append("<br/>").append(escaped(column.below())).append("</th>");
        }
        page.append("</tr></thead>\n<tbody>\n");
        for (Row row : rows) {
            page.append("<tr><td>").append(escaped(row.method().title())).append("</td>");
            row.problem().ifPresentOrElse(
                    why -> page.append("<td class=\"not\" colspan=\"").append(Column.ALL.size()).append("\">")
                            .append(escaped(why)).append("</td>"),
                    () -> Column.ALL.forEach(column -> cell(column, row, rows)));
            page.append("</tr>\n");
        }
        page.append("</tbody>\n</table></div>\n");
    }

    private void cell(Column column, Row row, List<Row> rows) {
        page.append("<td>").append(escaped(column.cell().apply(row)));
        column.bar().ifPresent(figure -> bar(figure, row, rows));
        page.append("</td>");
    }

    /** As long as the figure is, beside the column's greatest. */
    private void bar(ToDoubleFunction<Row> figure, Row row, List<Row> rows) {
        double most = rows.stream().filter(other -> other.problem().isEmpty()).mapToDouble(figure).max().orElse(0);
        if (most > 0) {
            page.append(String.format(Locale.ROOT, "<span class=\"bar\" style=\"width: %.0f%%\"></span>",
                    100 * figure.applyAsDouble(row) / most));
        }
    }

    private void way(Row row) {
        if (row.problem().isPresent()) {
            return;
        }
        page.append("<div class=\"way\"><span class=\"to\">").append(escaped(row.destination().title())).append("</span>");
        for (Hop hop : row.journey().hops()) {
            if (hop.kind() != Hop.Kind.START) {
                String kind = hop.kind().name();
                boolean copy = hop.kind() == Hop.Kind.CPU || hop.kind() == Hop.Kind.DMA;
                page.append("<span class=\"hop ").append(kind.toLowerCase(Locale.ROOT)).append("\">")
                        .append(copy ? kind : kind.toLowerCase(Locale.ROOT)).append(" <span class=\"why\">")
                        .append(escaped(hop.why())).append("</span> \u2192</span>");
            }
            page.append("<span class=\"place\">").append(escaped(hop.place())).append("</span>");
        }
        page.append("</div>\n");
    }

    private void element(String name, String text) {
        page.append('<').append(name).append('>').append(escaped(text)).append("</").append(name).append(">\n");
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(c < ' ' ? '\ufffd' : c); // A file's name may have any character.
            }
        });
        return escaped.toString();
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream("style.css")) {
            if (in == null) {
                throw new IOException("style.css is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
