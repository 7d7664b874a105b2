package io.ferronio.benchmarks.harness;

import java.util.Map;

/** Measurements as the runner would make them. */
final class Measurements {

    private Measurements() {
    }

    static Measurement of(Row row, Way way, int round, double wallNanos, double systemCalls) {
        return new Measurement(row.name(), way, row.sizes().get(0), 17, round, wallNanos, wallNanos / 2, systemCalls, 0, 1000,
                16, 16, 16, 200, "0123456789ab", Map.of("kernel", "Linux 6.18"), null);
    }

    static Measurement thrownAway(Row row, Way way, int round) {
        return new Measurement(row.name(), way, row.sizes().get(0), 17, round, 1, 1, 1, 1, 1000, 16, 16, 15, 200,
                "0123456789ab", Map.of(), "of 16 pages 16 were in memory before and 15 after");
    }
}
