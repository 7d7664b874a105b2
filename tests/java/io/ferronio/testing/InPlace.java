package io.ferronio.testing;

import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.agent.FerronioAgent;

/** Lets tests that compare our methods with the JDK's compare the JDK's own with and without the agent in its place. */
public final class InPlace {

    /** True for that. */
    public static final String PROPERTY = "ferronio.test.inPlace";

    /** Whether it is asked for. Installing takes some time: then a sample has to do. */
    public static final boolean ASKED = Boolean.getBoolean(PROPERTY);
    private static final String LEFT = "transfers left to the JDK ";

    private InPlace() {
    }

    /**
     * Installs or uninstalls the agent, if it is asked for at all.
     *
     * @param installed whether it is to be in place
     * @return whether it is
     */
    public static synchronized boolean ofTheJdk(boolean installed) {
        if (ASKED && installed != FerronioAgent.isInstalled()) {
            if (installed) {
                FerronioAgent.install();
            } else {
                FerronioAgent.uninstall();
            }
        }
        return ASKED && installed;
    }

    /**
     * Transfers that were left to the JDK, by the agent or by {@link io.ferronio.Transfers}.
     *
     * @return their number so far
     */
    static long transfersLeft() {
        return Counters.snapshot().transfers(Route.JDK) + (ASKED ? leftByTheAgent() : 0);
    }

    private static long leftByTheAgent() {
        String line = FerronioAgent.report().stream().filter(text -> text.startsWith(LEFT)).findFirst().orElseThrow();
        return Long.parseLong(line.substring(LEFT.length(), line.indexOf(' ', LEFT.length())));
    }
}
