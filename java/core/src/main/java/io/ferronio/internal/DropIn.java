package io.ferronio.internal;

import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.StringJoiner;

/** Whether the agent can take the place of the JDK's methods here: for a report, nothing is changed. */
final class DropIn {

    private static final String CLASS = "sun.nio.ch.FileChannelImpl";

    private DropIn() {
    }

    /** Which methods the agent can take. */
    static String how() {
        String missing = methods(false);
        return "the agent can take the place of " + CLASS + "'s " + methods(true)
                + (missing.isEmpty() ? "" : "; this JDK has no " + missing + " as JDK 17 to 25 have it");
    }

    /** Why it can take none, or null. */
    static String unavailable() {
        String unavailable = ClassRewriting.unavailable();
        if (unavailable == null && methods(true).isEmpty()) {
            return "this JDK has no " + CLASS + "." + methods(false);
        }
        return unavailable == null ? null : "the JDK's methods cannot be changed: " + unavailable;
    }

    /** Names of those that the running JDK has, or has not. */
    private static String methods(boolean present) {
        Class<?> type = ClassDefinition.find(CLASS);
        StringJoiner names = new StringJoiner(", ");
        add(names, present, type, "transferTo", long.class, long.class, WritableByteChannel.class);
        add(names, present, type, "transferFrom", ReadableByteChannel.class, long.class, long.class);
        add(names, present, type, "map", FileChannel.MapMode.class, long.class, long.class);
        return names.toString();
    }

    private static void add(StringJoiner names, boolean present, Class<?> type, String name, Class<?>... parameters) {
        boolean exists;
        try {
            exists = type != null && type.getDeclaredMethod(name, parameters) != null;
        } catch (NoSuchMethodException e) {
            exists = false;
        }
        if (exists == present) {
            names.add(name);
        }
    }
}
