package io.ferronio.cli.explain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * How much memory this process has had at most since some moment: VmHWM of proc(5), begun anew through
 * {@code /proc/self/clear_refs}. Pages of mapped files count, those of the page cache alone do not; the kernel counts to within
 * some hundred KiB.
 */
final class PeakMemory {

    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");

    private final OptionalLong before;

    private PeakMemory(OptionalLong before) {
        this.before = before;
    }

    /** Begins; where the kernel has no such figure, there will be none. */
    static PeakMemory start() throws IOException {
        try {
            Files.writeString(CLEAR, "5", StandardOpenOption.WRITE);
        } catch (IOException e) {
            return new PeakMemory(OptionalLong.empty()); // A kernel without CONFIG_PROC_PAGE_MONITOR.
        }
        return new PeakMemory(bytes("VmRSS:"));
    }

    /** Bytes more than at the start, at most. */
    OptionalLong stop() throws IOException {
        OptionalLong peak = bytes("VmHWM:");
        return before.isEmpty() || peak.isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, peak.getAsLong() - before.getAsLong()));
    }

    private static OptionalLong bytes(String name) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }
}
