package io.ferronio.agent.engine;

import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.internal.FaultReports;
import io.ferronio.internal.MappingWatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What went through FerroNIO: as lines, to be read by people and programs. */
final class Report {

    private Report() {
    }

    /** The totals now, one line each. */
    static List<String> lines() {
        Counters counters = Counters.snapshot();
        List<String> lines = new ArrayList<>();
        for (Route route : Route.values()) {
            if (counters.transfers(route) > 0) {
                lines.add("transfers " + route + " " + counters.transfers(route) + " calls " + counters.bytes(route)
                        + " bytes");
            }
        }
        lines.add("transfers left to the JDK " + Door.TRANSFERS_LEFT.sum() + " calls");
        lines.add("mappings " + Door.MAPPINGS.sum() + " " + Door.MAPPED_BYTES.sum() + " bytes");
        lines.add("mappings left to the JDK " + Door.MAPPINGS_LEFT.sum());
        lines.add("mappings watched " + MappingWatch.total() + ", " + MappingWatch.now() + " now");
        lines.add("faults " + counters.faults());
        FaultReports.found().forEach(fault -> lines.add("fault in " + fault));
        return lines;
    }

    /**
     * Has them written when the JVM ends, in order or by a signal that it answers.
     *
     * @param file what to append to; {@code %p} in it is the process's number; null for standard error
     */
    static void atExit(String file) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OwnRights.run(() -> write(file)), "FerroNIO report"));
    }

    private static void write(String file) {
        List<String> lines = lines();
        if (file == null) {
            lines.forEach(Log::line);
            return;
        }
        String name = file.replace("%p", Long.toString(ProcessHandle.current().pid()));
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append("ferronio: ").append(line).append('\n'));
        try {
            Files.write(Path.of(name), text.toString().getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND); // in one piece: several processes may append to one file
        } catch (IOException | RuntimeException e) {
            Log.line(String.format(Locale.ROOT, "cannot write the report to %s: %s", name, e));
            lines.forEach(Log::line);
        }
    }
}
