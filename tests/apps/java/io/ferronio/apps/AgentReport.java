package io.ferronio.apps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the agent has written at the end of a JVM ({@code report=<file>}). */
public final class AgentReport {

    private static final Pattern TRANSFERS = Pattern.compile("ferronio: transfers (\\w+) (\\d+) calls (\\d+) bytes");
    private static final Pattern FAULTS = Pattern.compile("ferronio: faults (\\d+)");

    private final String text;

    private AgentReport(String text) {
        this.text = text;
    }

    /**
     * Reads it.
     *
     * @param file the report; there is none if the JVM ran without the agent
     */
    static AgentReport read(Path file) throws IOException {
        return new AgentReport(Files.exists(file) ? Files.readString(file) : "");
    }

    /** Bytes that went through any route but the JDK's own method. */
    long transferredByFerronio() {
        Matcher line = TRANSFERS.matcher(text);
        long bytes = 0;
        while (line.find()) {
            if (!line.group(1).equalsIgnoreCase("JDK")) {
                bytes += Long.parseLong(line.group(3));
            }
        }
        return bytes;
    }

    /**
     * Pages of mappings that could not be had.
     *
     * @return how often
     */
    public long faults() {
        Matcher line = FAULTS.matcher(text);
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }
}
