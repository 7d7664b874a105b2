package io.ferronio.agent.engine;

import java.util.StringJoiner;

/** The methods of {@code sun.nio.ch.FileChannelImpl} that can be taken, as JDK 17 to 25 have them. */
enum TakenMethod {

    /** To any channel. */
    TRANSFER_TO("transferTo", "(JJLjava/nio/channels/WritableByteChannel;)J"),
    /** From any channel. */
    TRANSFER_FROM("transferFrom", "(Ljava/nio/channels/ReadableByteChannel;JJ)J"),
    /** To a buffer. The other one, into an Arena, has memory with a life of its own, and stays the JDK's. */
    MAP("map", "(Ljava/nio/channels/FileChannel$MapMode;JJ)Ljava/nio/MappedByteBuffer;");

    private final String methodName;
    private final String descriptor;

    TakenMethod(String methodName, String descriptor) {
        this.methodName = methodName;
        this.descriptor = descriptor;
    }

    String methodName() {
        return methodName;
    }

    String descriptor() {
        return descriptor;
    }

    /** As the hook has it: static, with the channel before the other arguments. */
    String hookDescriptor() {
        return descriptor.replace("(", "(Ljava/nio/channels/FileChannel;");
    }

    /** The one of this name, or null. */
    static TakenMethod named(String name) {
        for (TakenMethod method : values()) {
            if (method.methodName.equals(name)) {
                return method;
            }
        }
        return null;
    }

    static String names(Iterable<TakenMethod> methods) {
        StringJoiner names = new StringJoiner(",");
        for (TakenMethod method : methods) {
            names.add(method.methodName);
        }
        return names.toString();
    }
}
