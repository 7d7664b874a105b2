package io.ferronio.benchmarks.harness;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Takes over what criterion has measured of the kernel's calls without a JVM (benches/kernel.rs). */
final class Criterion {

    private Criterion() {
    }

    /** One of its benchmarks, and the row and way that it shows the limit of. */
    private record Limit(String folder, String row, Way way) {
    }

    private static final List<Limit> LIMITS = List.of(
            new Limit("sendfile to TCP/%d", "file-to-socket", Way.KERNEL),
            new Limit("map, touch, unmap/munmap/%d", "map-read-unmap", Way.KERNEL),
            new Limit("map, touch, unmap/retire and drop/%d", "map-read-unmap", Way.KERNEL_KEEPING));

    /** Adds what there is in criterion's folder and not in the file. */
    static void add(Path criterion, ResultFile file) throws IOException {
        Results before = new Results(file.read());
        for (Limit limit : LIMITS) {
            for (long size : Rows.named(limit.row).sizes()) {
                Path estimates = criterion.resolve(String.format(limit.folder, size)).resolve("new/estimates.json");
                Measurement.Cell cell = new Measurement.Cell(limit.row, limit.way, size, 0);
                if (Files.exists(estimates) && !before.has(cell, 0)) {
                    double nanos = JsonParser.parseString(Files.readString(estimates)).getAsJsonObject()
                            .getAsJsonObject("median").get("point_estimate").getAsDouble();
                    file.add(new Measurement(limit.row, limit.way, size, 0, 0, nanos, -1, -1, -1, 0, 0, -1, -1, 0, "",
                            Map.of(), null));
                }
            }
        }
    }
}
