package io.ferronio.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void takesTheMiddleOne() {
        assertEquals(new Spread(3, 1, 2, 4, 5, 5), Spread.of(5, 1, 4, 2, 3));
    }

    @Test
    void goesBetweenTwo() {
        assertEquals(new Spread(2.5, 1, 1.75, 3.25, 4, 4), Spread.of(4, 3, 2, 1));
    }

    @Test
    void isAllOneValueForOneRound() {
        assertEquals(new Spread(7, 7, 7, 7, 7, 1), Spread.of(7));
        assertEquals(0, Spread.of(7).width());
    }

    @Test
    void ofNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, Spread::of);
    }

    @Test
    void isWrittenWithItsEnds() {
        assertEquals("0.83 (0.67 .. 0.85)", Spread.of(0.85, 0.67, 0.83).toString());
        assertEquals("0.0036 (0.0029 .. 0.0041)", Spread.of(0.0029, 0.0036, 0.0041).toString());
    }

    @Property(tries = 200)
    void isInOrder(@ForAll @Size(min = 1, max = 20) List<@DoubleRange(max = 1e9) Double> rounds) {
        Spread spread = Spread.of(rounds.stream().mapToDouble(Double::doubleValue).toArray());
        double[] order = {spread.least(), spread.lower(), spread.median(), spread.upper(), spread.greatest()};
        for (int i = 1; i < order.length; i++) {
            assertEquals(order[i], Math.max(order[i - 1], order[i]));
        }
    }
}
