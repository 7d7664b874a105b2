package io.ferronio.benchmarks.harness;

import io.ferronio.benchmarks.harness.Plots.Named;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Makes two pages of a file of results: HTML with everything inside, and Markdown with its plots in a folder beside it.
 * {@code Report RESULTS HTML MARKDOWN}; {@code ./gradlew benchReport} runs it.
 */
public final class Report {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>FerroNIO: benchmarks</title>
            <style>
            :root{--text:#1f2328;--grid:#d8dee4;--paper:#ffffff}
            @media (prefers-color-scheme:dark){:root{--text:#e6edf3;--grid:#30363d;--paper:#0d1117}}
            body{font:15px/1.5 sans-serif;max-width:1340px;margin:2em auto;padding:0 1em;color:var(--text);background:var(--paper)}
            table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}
            th,td{border:1px solid var(--grid);padding:2px 8px;text-align:right;font-variant-numeric:tabular-nums}
            figure{display:inline-block;margin:1em 0;max-width:100%}
            svg{max-width:100%;height:auto}
            </style>
            </head>
            <body>
            """;

    private Report() {
    }

    /** Makes both. */
    public static void main(String[] words) throws IOException {
        Locale.setDefault(Locale.ROOT);
        System.setProperty("java.awt.headless", "true");
        ResultFile file = new ResultFile(Path.of(words[0]));
        Results results = new Results(file.read());
        if (results.jdks().isEmpty()) {
            throw new IOException(file + " has no results: `./gradlew bench` makes them");
        }
        write(results, Path.of(words[1]), Path.of(words[2]));
        System.out.println("made " + words[1] + " and " + words[2]);
    }

    private static void write(Results results, Path html, Path markdown) throws IOException {
        ReportText text = new ReportText(results);
        Plots plots = new Plots(results);
        Path folder = emptied(folderOf(markdown));
        String start = text.head() + text.notBetter() + text.aims();
        StringBuilder lines = new StringBuilder(start);
        StringBuilder page = new StringBuilder(HEAD).append(html(start));
        for (Row row : Rows.ALL) {
            String table = text.table(row);
            if (!table.isEmpty()) {
                lines.append(table);
                page.append(html(table));
                for (Named named : plots.of(row)) {
                    String svg = named.plot().svg();
                    Files.writeString(folder.resolve(named.name() + ".svg"), svg);
                    lines.append("![").append(named.words()).append("](").append(folder.getFileName()).append('/')
                            .append(named.name()).append(".svg)\n");
                    page.append("<figure role=\"img\" aria-label=\"").append(named.words()).append("\">").append(svg)
                            .append("</figure>\n");
                }
                lines.append('\n');
            }
        }
        Files.writeString(markdown, lines.toString().stripTrailing() + "\n");
        Files.writeString(html, page.append("</body>\n</html>\n"));
    }

    /** {@code docs/benchmarks} for {@code docs/benchmarks.md}. */
    private static Path folderOf(Path markdown) {
        return markdown.resolveSibling(markdown.getFileName().toString().replaceFirst("\\.md$", ""));
    }

    /** Without the plots of another run. */
    private static Path emptied(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path plot : files.filter(file -> file.toString().endsWith(".svg")).toList()) {
                Files.delete(plot);
            }
        }
        return folder;
    }

    private static String html(String markdown) {
        List<Extension> extensions = new ArrayList<>(List.of(TablesExtension.create()));
        return HtmlRenderer.builder().extensions(extensions).build()
                .render(Parser.builder().extensions(extensions).build().parse(markdown));
    }
}
