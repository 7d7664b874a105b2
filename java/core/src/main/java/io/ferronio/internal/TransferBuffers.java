package io.ferronio.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The direct buffers that transfers pass through, kept for the next one. Any thread; no locks. */
final class TransferBuffers {

    /** Large enough to amortize a call, small enough to stay in a processor's cache between read and write. */
    static final int CAPACITY = 256 << 10;

    private static final int MOST_IDLE = 8;
    private static final AtomicReferenceArray<ByteBuffer> IDLE = new AtomicReferenceArray<>(MOST_IDLE);

    private TransferBuffers() {
    }

    /** A direct buffer of the caller's own, or null if there is no memory for one. */
    static ByteBuffer take() {
        for (int i = 0; i < MOST_IDLE; i++) {
            if (IDLE.getPlain(i) != null) {
                ByteBuffer buffer = IDLE.getAndSet(i, null);
                if (buffer != null) {
                    return buffer;
                }
            }
        }
        try {
            return ByteBuffer.allocateDirect(CAPACITY);
        } catch (OutOfMemoryError e) {
            return null; // At the limit of direct memory; the JDK's methods do with less.
        }
    }

    static void giveBack(ByteBuffer buffer) {
        buffer.clear();
        for (int i = 0; i < MOST_IDLE; i++) {
            if (IDLE.getPlain(i) == null && IDLE.compareAndSet(i, null, buffer)) {
                return;
            }
        }
    }
}
