package io.ferronio.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResultsTest {

    private static final Row ROW = Rows.named("file-to-socket");
    private static final long SIZE = ROW.sizes().get(0);

    private static Optional<Spread> ratio(Results results, Figure figure) {
        return results.ratio(ROW, Way.FERRONIO, Way.JDK, SIZE, 17, figure);
    }

    @Test
    void dividesRoundByRound() {
        Results results = new Results(List.of(
                Measurements.of(ROW, Way.JDK, 0, 100, 2), Measurements.of(ROW, Way.FERRONIO, 0, 80, 1),
                Measurements.of(ROW, Way.FERRONIO, 1, 800, 1), Measurements.of(ROW, Way.JDK, 1, 1000, 2),
                Measurements.of(ROW, Way.JDK, 2, 100, 2), Measurements.of(ROW, Way.FERRONIO, 2, 90, 1)));
        assertEquals("0.80 (0.80 .. 0.90)", ratio(results, Figure.WALL).orElseThrow().toString());
        assertEquals("0.50 (0.50 .. 0.50)", ratio(results, Figure.SYSTEM_CALLS).orElseThrow().toString());
        assertEquals(Set.of(17), results.jdks());
    }

    @Test
    void leavesOutRoundsThatOnlyOneHas() {
        Results results = new Results(List.of(Measurements.of(ROW, Way.JDK, 0, 100, 2),
                Measurements.of(ROW, Way.FERRONIO, 1, 80, 1)));
        assertEquals(Optional.empty(), ratio(results, Figure.WALL));
    }

    @Test
    void leavesOutWhatWasThrownAway() {
        Measurement again = Measurements.of(ROW, Way.FERRONIO, 0, 50, 1);
        Results results = new Results(List.of(Measurements.of(ROW, Way.JDK, 0, 100, 2),
                Measurements.thrownAway(ROW, Way.FERRONIO, 0), again));
        assertEquals(0.5, ratio(results, Figure.WALL).orElseThrow().median());
        assertTrue(results.has(again.cell(), 0));
        assertFalse(results.has(again.cell(), 1));
        Results none = new Results(List.of(Measurements.thrownAway(ROW, Way.FERRONIO, 0)));
        assertFalse(none.has(again.cell(), 0));
    }

    @Test
    void hasNoFigureWhereNothingCouldBeCounted() {
        Results results = new Results(List.of(Measurements.of(ROW, Way.FERRONIO, 0, 100, -1)));
        assertEquals(Optional.empty(), results.figure(ROW, Way.FERRONIO, SIZE, 17, Figure.SYSTEM_CALLS));
        assertEquals(100, results.figure(ROW, Way.FERRONIO, SIZE, 17, Figure.WALL).orElseThrow().median());
    }

    @Test
    void hasNoRatioToNothing() {
        Results results = new Results(List.of(Measurements.of(ROW, Way.JDK, 0, 100, 0),
                Measurements.of(ROW, Way.FERRONIO, 0, 100, 1)));
        assertEquals(Optional.empty(), ratio(results, Figure.SYSTEM_CALLS));
    }

    @Test
    void findsTheKernelAloneForEachJdk() {
        Measurement kernel = new Measurement(ROW.name(), Way.KERNEL, SIZE, 0, 0, 42, -1, -1, -1, 0, 0, -1, -1, 0, "",
                Map.of(), null);
        Results results = new Results(List.of(kernel));
        assertEquals(42, results.figure(ROW, Way.KERNEL, SIZE, 25, Figure.WALL).orElseThrow().median());
        assertEquals(Set.of(), results.jdks());
    }
}
