package io.ferronio.agent.engine;

import io.ferronio.internal.TakenMethod;
import java.util.EnumSet;
import java.util.Set;
import java.util.StringJoiner;

/**
 * What was asked for: {@code methods=transferTo,map,guard=all,report=FILE,log}. Options are separated by commas; so are the
 * methods, whose names are none of options.
 *
 * @param methods the methods to take
 * @param guardsAll whether mappings that are not made here are guarded, too
 * @param reports whether there is a report when the JVM ends
 * @param reportFile what it is appended to; null for standard error
 * @param logs whether to say what is done
 */
record AgentOptions(Set<TakenMethod> methods, boolean guardsAll, boolean reports, String reportFile, boolean logs) {

    private static final String KNOWN = "methods=" + TakenMethod.names(EnumSet.allOf(TakenMethod.class))
            + "  guard=all  report  report=FILE  log";

    /**
     * Understands options.
     *
     * @param text as given; null and empty for none
     * @throws IllegalArgumentException if one is not known
     */
    static AgentOptions of(String text) {
        Set<TakenMethod> methods = EnumSet.noneOf(TakenMethod.class);
        boolean guardsAll = false;
        boolean reports = false;
        String reportFile = null;
        boolean logs = false;
        boolean inMethods = false;
        for (String option : (text == null ? "" : text).split(",")) {
            String word = option.trim();
            if (word.startsWith("methods=")) {
                inMethods = true;
                word = word.substring("methods=".length()).trim();
            }
            if (inMethods && TakenMethod.named(word) != null) {
                methods.add(TakenMethod.named(word));
                continue;
            }
            if (inMethods && methods.isEmpty()) {
                throw new IllegalArgumentException("methods=" + word + ": FileChannel has no such method to take; there are "
                        + TakenMethod.names(EnumSet.allOf(TakenMethod.class)));
            }
            inMethods = false;
            if (word.equals("guard=all")) {
                guardsAll = true;
            } else if (word.equals("report")) {
                reports = true;
            } else if (word.startsWith("report=") && word.length() > "report=".length()) {
                reports = true;
                reportFile = word.substring("report=".length());
            } else if (word.equals("log")) {
                logs = true;
            } else if (!word.isEmpty()) {
                throw new IllegalArgumentException("no option of the FerroNIO agent: '" + word + "' in '" + text
                        + "'; there are: " + KNOWN);
            }
        }
        return new AgentOptions(methods.isEmpty() ? EnumSet.allOf(TakenMethod.class) : methods, guardsAll, reports, reportFile,
                logs);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(",");
        text.add("methods=" + TakenMethod.names(methods));
        if (guardsAll) {
            text.add("guard=all");
        }
        if (reports) {
            text.add(reportFile == null ? "report" : "report=" + reportFile);
        }
        if (logs) {
            text.add("log");
        }
        return text.toString();
    }
}
