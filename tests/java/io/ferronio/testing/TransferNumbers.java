package io.ferronio.testing;

import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Generates sizes, positions and counts: mostly at the edges of pages, buffers and chunks, where mistakes are made. */
public final class TransferNumbers {

    /** What fits into the buffers of any pair, so that it can be there before the transfer. */
    public static final int FITS = 40_000;

    private static final int PAGE = 4096;

    private TransferNumbers() {
    }

    /**
     * Sizes of what is transferred, up to a little more than 8 MiB, the JDK's largest chunk; few are that large.
     *
     * @return bytes
     */
    public static Arbitrary<Integer> sizes() {
        return Arbitraries.frequencyOf(
                Tuple.of(40, Arbitraries.of(0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 2 * PAGE, 2 * PAGE + 1,
                        4 * PAGE - 1, 4 * PAGE, 4 * PAGE + 1, 16 * PAGE)),
                Tuple.of(40, Arbitraries.integers().between(0, 20 * PAGE)),
                Tuple.of(20, Arbitraries.of((256 << 10) - 1, 256 << 10, (256 << 10) + 1, 300_000)),
                Tuple.of(2, Arbitraries.of((1 << 20) - 1, 1 << 20, (1 << 20) + 1)),
                Tuple.of(1, Arbitraries.of(8 << 20, (8 << 20) + PAGE + 1)));
    }

    /**
     * Positions in a file: within it, at its end, beyond.
     *
     * @param size of the file in bytes
     * @return bytes from its start; sometimes negative
     */
    public static Arbitrary<Long> positions(long size) {
        return Arbitraries.frequencyOf(
                Tuple.of(60, edges(0, size / 2, size / 2 / PAGE * PAGE, Math.max(0, size - 1), size)),
                Tuple.of(30, Arbitraries.longs().between(0, size)),
                Tuple.of(10, edges(size + 1, size + 2 * PAGE, Long.MAX_VALUE)),
                Tuple.of(1, edges(-1, Long.MIN_VALUE)));
    }

    /**
     * Counts: less than there is, as much, more.
     *
     * @param size what there is, in bytes
     * @return bytes; sometimes negative
     */
    public static Arbitrary<Long> counts(long size) {
        return Arbitraries.frequencyOf(
                Tuple.of(60, edges(0, 1, 100, PAGE, 2 * PAGE, 4 * PAGE, size, size + 1, Integer.MAX_VALUE,
                        Long.MAX_VALUE)),
                Tuple.of(30, Arbitraries.longs().between(0, size)),
                Tuple.of(1, edges(-1, Long.MIN_VALUE)));
    }

    private static Arbitrary<Long> edges(long... values) {
        return Arbitraries.of(LongStream.of(values).distinct().boxed().toList());
    }
}
