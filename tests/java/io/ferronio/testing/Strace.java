package io.ferronio.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The system calls of a program that strace(1) has watched, part by part. */
public final class Strace {

    /** Where a part ends, for {@link #mark}. */
    public static final String END = "END";

    /** Asks for a file that does not exist, which is seen in the trace. */
    private static final String MARKER = "/ferronio-marker-";

    /** What a marker needs to be traced; "?" for what not every architecture has. */
    public static final String MARKER_CALLS = "?newfstatat,?fstatat64,?statx,?stat,?access,faccessat,?faccessat2";

    private static final Pattern CALL = Pattern.compile("(\\d+) +(\\w+)\\((.*)");

    private Strace() {
    }

    /**
     * Skips the test where strace does not work.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public static void assume() throws InterruptedException {
        boolean works;
        try {
            works = new ProcessBuilder("strace", "-f", "-qq", "-o", "/dev/null", "true").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            works = false;
        }
        Assumptions.assumeTrue(works, "strace is not installed, or may not trace here");
    }

    /**
     * In the program that is watched: from here on, this thread's calls belong to a part.
     *
     * @param name of the part, or {@link #END}
     */
    public static void mark(String name) {
        if (new File(MARKER + name).exists()) {
            throw new AssertionError(name);
        }
    }

    /**
     * For each part of the run, the system calls of the thread that has marked it, by name.
     *
     * @param trace what {@code strace -f -o} has written
     * @return by name of the part, and by name of the call, their numbers
     * @throws IOException if the trace cannot be read
     */
    public static Map<String, Map<String, Integer>> callsBetweenMarkers(Path trace) throws IOException {
        Map<String, Map<String, Integer>> parts = new TreeMap<>();
        String thread = null;
        Map<String, Integer> part = null;
        for (String line : Files.readAllLines(trace)) {
            Matcher call = CALL.matcher(line);
            if (!call.lookingAt()) {
                continue; // The second half of a call that another thread's has interrupted.
            }
            int marker = call.group(3).indexOf(MARKER);
            if (marker >= 0) {
                String name = call.group(3).substring(marker + MARKER.length()).replaceFirst("\".*", "");
                thread = call.group(1);
                part = name.equals(END) ? null : parts.computeIfAbsent(name, key -> new TreeMap<>());
            } else if (part != null && call.group(1).equals(thread)) {
                part.merge(call.group(2).replaceFirst("^sendfile64$", "sendfile"), 1, Integer::sum);
            }
        }
        return parts;
    }
}
