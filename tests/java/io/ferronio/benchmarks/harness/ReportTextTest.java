package io.ferronio.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTextTest {

    private static final Row ROW = Rows.named("residency");

    private static ReportText textOf(double jdk, double ours) {
        return new ReportText(new Results(List.of(Measurements.of(ROW, Way.JDK, 0, jdk, 2),
                Measurements.of(ROW, Way.FERRONIO, 0, ours, 1), Measurements.thrownAway(ROW, Way.JDK, 1))));
    }

    @Test
    void tellsWhatIsNotBetter() {
        assertTrue(textOf(100, 130).notBetter().contains("| residency | 1 GiB | FerroNIO | 17 | JDK | 1.30 (1.30 .. 1.30) |"));
        assertTrue(textOf(100, 90).notBetter().contains("Nowhere in what was measured."));
    }

    @Test
    void tellsWhichAimsAreMissed() {
        assertTrue(textOf(100, 5).aims().contains("| 0.0500 (0.0500 .. 0.0500) reached |"), textOf(100, 5).aims());
        assertTrue(textOf(100, 50).aims().contains("| 0.50 (0.50 .. 0.50) **missed** |"), textOf(100, 50).aims());
    }

    @Test
    void tellsWhatWasThrownAway() {
        String head = textOf(100, 50).head();
        assertTrue(head.contains("measurements: 3, of which 1 were thrown away"), head);
        assertFalse(head.contains("A quick run"), head);
    }

    @Test
    void hasATableOfWhatWasMeasured() {
        String table = textOf(100, 50).table(ROW);
        assertTrue(table.contains("| 1 GiB | 17 | FerroNIO | 50 | 0.50 (0.50 .. 0.50) |  | 0.50 (0.50 .. 0.50) | 1.0 | 0.0 |"), table);
        assertEquals("", textOf(100, 50).table(Rows.named("load")));
    }
}
