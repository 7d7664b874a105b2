package io.ferronio.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the kernel says about this process's memory: proc(5), {@code /proc/self/maps}. */
public final class Memory {

    /** The name under which retired ranges are listed. */
    public static final String RETIRED = "/memfd:ferronio-retired (deleted)";

    private Memory() {
    }

    /**
     * One line: a range of addresses that is mapped.
     *
     * @param start its first address
     * @param end the address after its last
     * @param name the file behind it, empty if there is none
     */
    public record Range(long start, long end, String name) {
        /**
         * Its length.
         *
         * @return bytes
         */
        public long length() {
            return end - start;
        }
    }

    /**
     * All of this process's mappings.
     *
     * @return the ranges, by address
     */
    public static List<Range> ranges() {
        List<Range> ranges = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(" +", 6);
                String[] range = fields[0].split("-");
                ranges.add(new Range(Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16),
                        fields.length < 6 ? "" : fields[5]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ranges;
    }

    /**
     * The mappings of a file.
     *
     * @param file its path
     * @return the ranges
     */
    public static List<Range> rangesOf(Path file) {
        return ranges().stream().filter(range -> range.name().equals(file.toString())).toList();
    }

    /**
     * The mapping that holds an address.
     *
     * @param address the address
     * @return the range, or null if the address is free
     */
    public static Range rangeAt(long address) {
        return ranges().stream().filter(range -> range.start() <= address && address < range.end())
                .findFirst().orElse(null);
    }

    /**
     * What the kernel says about the mapping that holds an address: proc(5), {@code /proc/self/smaps}.
     *
     * @param address the address
     * @return its lines by their names, such as {@code Rss}, {@code Locked} (bytes) and {@code VmFlags}
     */
    public static Map<String, String> detailsAt(long address) {
        Map<String, String> details = new HashMap<>();
        boolean isIts = false;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/smaps"), StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":? +", 2);
                if (fields[0].matches("[0-9a-f]+-[0-9a-f]+")) {
                    String[] range = fields[0].split("-");
                    isIts = Long.parseUnsignedLong(range[0], 16) <= address
                            && address < Long.parseUnsignedLong(range[1], 16);
                } else if (isIts) {
                    String value = fields[1].trim();
                    details.put(fields[0], value.endsWith(" kB")
                            ? Long.toString(Long.parseLong(value.replaceAll("\\D", "")) << 10) : value);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return details;
    }

    /**
     * What of the mapping that holds an address is in memory.
     *
     * @param address the address
     * @return bytes
     */
    public static long residentAt(long address) {
        return Long.parseLong(detailsAt(address).getOrDefault("Rss", "0"));
    }

    /**
     * What of this process is in memory: proc(5), {@code VmRSS} in {@code /proc/self/status}.
     *
     * @return bytes
     */
    public static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
