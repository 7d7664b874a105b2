package io.ferronio.internal;

import java.util.StringJoiner;

/** The JDK's methods whose place the agent can take, as JDK 17 to 25 have them: of {@value #OWNER}. */
public enum TakenMethod {

    /** To any channel. */
    TRANSFER_TO("transferTo", "(JJLjava/nio/channels/WritableByteChannel;)J"),
    /** From any channel. */
    TRANSFER_FROM("transferFrom", "(Ljava/nio/channels/ReadableByteChannel;JJ)J"),
    /** To a buffer. The other one, into an Arena, has memory with a life of its own, and stays the JDK's. */
    MAP("map", "(Ljava/nio/channels/FileChannel$MapMode;JJ)Ljava/nio/MappedByteBuffer;");

    /** The class that has them. */
    public static final String OWNER = "sun.nio.ch.FileChannelImpl";

    private final String methodName;
    private final String descriptor;

    TakenMethod(String methodName, String descriptor) {
        this.methodName = methodName;
        this.descriptor = descriptor;
    }

    /**
     * What the JDK calls it.
     *
     * @return a simple name
     */
    public String methodName() {
        return methodName;
    }

    /**
     * Its parameters and result.
     *
     * @return as in a class file
     */
    public String descriptor() {
        return descriptor;
    }

    /**
     * The one of this name.
     *
     * @param name a simple name
     * @return null if there is none
     */
    public static TakenMethod named(String name) {
        for (TakenMethod method : values()) {
            if (method.methodName.equals(name)) {
                return method;
            }
        }
        return null;
    }

    /**
     * The names of some.
     *
     * @param methods which
     * @return separated by commas
     */
    public static String names(Iterable<TakenMethod> methods) {
        StringJoiner names = new StringJoiner(",");
        for (TakenMethod method : methods) {
            names.add(method.methodName);
        }
        return names.toString();
    }
}
