package io.ferronio.apps;

import java.nio.file.Path;

/**
 * A JDK that applications run on.
 *
 * @param version the feature version, such as 17
 * @param home where it is
 */
record Jdk(int version, Path home) {

    /** From {@code 17=/usr/lib/jvm/...}. */
    static Jdk parse(String text) {
        String[] parts = text.split("=", 2);
        return new Jdk(Integer.parseInt(parts[0]), Path.of(parts[1]));
    }

    /** The program that starts a JVM. */
    String java() {
        return home.resolve("bin/java").toString();
    }
}
