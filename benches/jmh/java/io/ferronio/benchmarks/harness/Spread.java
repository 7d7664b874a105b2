package io.ferronio.benchmarks.harness;

import java.util.Arrays;
import java.util.Locale;

/**
 * What rounds have given, in order: how far they lie apart says how good their median is.
 *
 * @param median of all
 * @param least of all
 * @param lower a quarter of them are below
 * @param upper a quarter of them are above
 * @param greatest of all
 * @param rounds how many there are
 */
public record Spread(double median, double least, double lower, double upper, double greatest, int rounds) {

    /** Of one value or more. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Spread(quantile(sorted, 0.5), sorted[0], quantile(sorted, 0.25), quantile(sorted, 0.75),
                sorted[sorted.length - 1], sorted.length);
    }

    /** Between two values in proportion. */
    private static double quantile(double[] sorted, double part) {
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** How far the middle half of the rounds lies apart, as a part of the median; 0 if that is 0. */
    public double width() {
        return median == 0 ? 0 : (upper - lower) / median;
    }

    /** The same in another unit. */
    Spread times(double factor) {
        return new Spread(median * factor, least * factor, lower * factor, upper * factor, greatest * factor, rounds);
    }

    /** {@code 0.83 (0.67 .. 0.85)}. */
    @Override
    public String toString() {
        String format = median < 0.1 && median > 0 ? "%.4f (%.4f .. %.4f)" : "%.2f (%.2f .. %.2f)";
        return String.format(Locale.ROOT, format, median, least, greatest);
    }
}
