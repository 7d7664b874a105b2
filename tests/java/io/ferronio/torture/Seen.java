package io.ferronio.torture;

import java.nio.ByteBuffer;

/**
 * What one use of the memory has seen. Filled by the thread that uses it, looked at by another one after that thread
 * has ended: the error for a fault may come at any instruction, also in the midst of a check.
 */
final class Seen {

    /** The memory's bytes as far as they were read, for the ways that show them. */
    final byte[] bytes;
    /** A buffer of these bytes, in big-endian order. */
    final ByteBuffer out;
    /** What was made of the bytes, for the ways that do not show them. */
    Object value;
    /** How many faults had been counted before; -1 until it is known. */
    volatile long faultsBefore = -1;
    /** And afterwards. */
    volatile long faultsAfter = -1;
    volatile boolean completed;
    volatile Throwable failure;

    boolean hasStarted() {
        return faultsBefore != -1;
    }

    /** Nothing has ended it early. */
    boolean isComplete() {
        return completed && failure == null;
    }

    Seen(int size) {
        bytes = new byte[size];
        out = ByteBuffer.wrap(bytes);
    }
}
