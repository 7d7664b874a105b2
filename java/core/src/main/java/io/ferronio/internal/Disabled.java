package io.ferronio.internal;

import java.util.Arrays;
import java.util.Set;

/** What the user has switched off: the system property {@code io.ferronio.disable}, read once. */
final class Disabled {

    /** The property: a comma-separated list of routes, {@code guard}, {@code single-steps}, or members of the JDK's classes. */
    static final String PROPERTY = "io.ferronio.disable";

    private static final Set<String> NAMES =
            Set.copyOf(Arrays.asList(System.getProperty(PROPERTY, "").trim().split("\\s*,\\s*")));

    private Disabled() {
    }

    static boolean contains(String name) {
        return NAMES.contains(name);
    }

    /** The words for everything that is off for this reason. */
    static String reason(String name) {
        return "is switched off by -D" + PROPERTY + "=" + name;
    }
}
