package io.ferronio.benchmarks.harness;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One plot, as SVG: lines over the sizes of a row, each point the median of the rounds, with a small mark at the least and
 * at the greatest of them. The picture follows the reader's preference for light or dark.
 */
final class Plot {

    /** Solid, dashed, dotted. */
    private static final List<BasicStroke> STROKES = List.of(stroke(), stroke(8, 4), stroke(2, 4));
    /** Colours that can be told apart on light and on dark. */
    private static final List<Color> COLORS = List.of(new Color(0x2F81F7), new Color(0xE0701A), new Color(0x2EA043),
            new Color(0xA371F7), new Color(0xDB4F9A), new Color(0x8B7500), new Color(0x1A9A9A));
    private static final Color FOR_AIMS = new Color(0xC93C37);

    // Colours that stand for those of the page: the style in the picture says what they are.
    private static final Color TEXT = new Color(1, 2, 3);
    private static final Color GRID = new Color(1, 2, 4);
    private static final Color PAPER = new Color(1, 2, 5);
    private static final String STYLE = """
            <style>
            svg{--text:#1f2328;--grid:#d8dee4;--paper:#ffffff}
            @media (prefers-color-scheme:dark){svg{--text:#e6edf3;--grid:#30363d;--paper:#0d1117}}
            </style>
            """;

    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;

    private final XYChart chart;
    private final List<String> sizes;
    private int series;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest;

    /** An empty one, with the sizes from left to right. */
    Plot(String title, String ofX, String ofY, List<String> sizes) {
        this.sizes = sizes;
        chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(ofX).yAxisTitle(ofY).build();
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setYAxisDecimalPattern("#,##0.##");
        chart.getStyler().setXAxisMin(-0.5);
        chart.getStyler().setXAxisMax(sizes.size() - 0.5);
        chart.getStyler().setXAxisTickMarkSpacingHint(WIDTH / 2 / sizes.size());
        chart.setCustomXAxisTickLabelsFormatter(this::sizeAt);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        chart.getStyler().setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
        chart.getStyler().setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        chart.getStyler().setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        chart.getStyler().setChartBackgroundColor(PAPER);
        chart.getStyler().setPlotBackgroundColor(PAPER);
        chart.getStyler().setLegendBackgroundColor(PAPER);
        chart.getStyler().setLegendBorderColor(PAPER);
        chart.getStyler().setPlotBorderColor(GRID);
        chart.getStyler().setPlotGridLinesColor(GRID);
        chart.getStyler().setChartFontColor(TEXT);
        chart.getStyler().setAxisTickLabelsColor(TEXT);
        chart.getStyler().setAxisTickMarksColor(GRID);
        chart.getStyler().setXAxisTitleColor(TEXT);
        chart.getStyler().setYAxisTitleColor(TEXT);
        chart.getStyler().setMarkerSize(7);
        chart.getStyler().setToolTipsEnabled(false);
    }

    private static BasicStroke stroke(float... dashes) {
        return new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes.length == 0 ? null : dashes, 0);
    }

    /** The sizes are evenly apart, whatever they are: at 0, 1, 2. XChart wants each label to differ, also the empty ones. */
    private String sizeAt(double place) {
        int index = (int) Math.round(place);
        boolean isThere = Math.abs(place - index) < 1e-6 && index >= 0 && index < sizes.size();
        return isThere ? sizes.get(index) : " ".repeat((int) Math.round(2 * Math.abs(place)) + (place < 0 ? 1 : 0));
    }

    /** Adds a line; sizes without a figure are left out. Does nothing if there is none at all. */
    void line(String label, int color, int stroke, List<Optional<Spread>> spreads) {
        if (spreads.stream().allMatch(Optional::isEmpty)) {
            return;
        }
        Color ink = COLORS.get(color % COLORS.size());
        XYSeries medians = add(label, places(spreads), values(spreads, Spread::median), ink, SeriesMarkers.CIRCLE);
        medians.setLineStyle(STROKES.get(stroke % STROKES.size()));
        for (Function<Spread, Double> end : List.<Function<Spread, Double>>of(Spread::least, Spread::greatest)) {
            XYSeries ends = add(label + " " + series, places(spreads), values(spreads, end), ink, SeriesMarkers.CROSS);
            ends.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
            ends.setShowInLegend(false);
        }
    }

    private static List<Integer> places(List<? extends Optional<?>> figures) {
        return IntStream.range(0, figures.size()).filter(i -> figures.get(i).isPresent()).boxed().toList();
    }

    private static List<Double> values(List<Optional<Spread>> spreads, Function<Spread, Double> end) {
        return spreads.stream().flatMap(Optional::stream).map(end).toList();
    }

    private XYSeries add(String name, List<? extends Number> places, List<Double> values, Color color, Marker marker) {
        series++;
        least = Math.min(least, Collections.min(values));
        greatest = Math.max(greatest, Collections.max(values));
        XYSeries line = chart.addSeries(name, places, values);
        line.setLineColor(color);
        line.setMarkerColor(color);
        line.setMarker(marker);
        return line;
    }

    /** Adds what is aimed at: a short line at its height, at each size that it is meant for. */
    void aim(List<Optional<Double>> heights) {
        for (int place : places(heights)) {
            double height = heights.get(place).orElseThrow();
            XYSeries line = add("aim" + " ".repeat(series), List.of(place - 0.4, place + 0.4), List.of(height, height),
                    FOR_AIMS, SeriesMarkers.NONE);
            line.setLineStyle(new BasicStroke(3));
            line.setShowInLegend(place == places(heights).get(0));
        }
    }

    /** Adds a line from end to end, thin: where both are alike. */
    void level(String label, double height) {
        XYSeries line = add(label, List.of(-0.5, sizes.size() - 0.5), List.of(height, height), TEXT, SeriesMarkers.NONE);
        line.setLineStyle(new BasicStroke(1));
    }

    /** Whether there is nothing to see. */
    boolean isEmpty() {
        return series == 0;
    }

    /** The picture, from its svg element on. */
    String svg() throws IOException {
        chart.getStyler().setYAxisMin(least / 1.5);
        chart.getStyler().setYAxisMax(greatest * 1.5);
        chart.getStyler().setYAxisLogarithmicDecadeOnly(greatest > 100 * least); // or the numbers would overlap
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        String svg = bytes.toString(StandardCharsets.UTF_8);
        svg = svg.substring(svg.indexOf("<svg"));
        int inside = svg.indexOf('>') + 1;
        return svg.substring(0, inside) + STYLE + svg.substring(inside)
                .replace("rgb(1,2,3)", "var(--text)").replace("rgb(1,2,4)", "var(--grid)").replace("rgb(1,2,5)", "var(--paper)")
                .replaceAll("(\\.\\d)\\d+", "$1").replaceAll("\\n +", "\n"); // a tenth of a pixel is enough
    }
}
