package io.ferronio.internal;

import java.nio.MappedByteBuffer;

/** Tells whose memory a mapped buffer shows, and unmaps it. */
public final class MappedBuffers {

    private MappedBuffers() {
    }

    /**
     * Why mappings that the JDK made cannot be unmapped here.
     *
     * @return the reason, or null if they can
     */
    public static String unavailableForJdk() {
        String unavailable = MappedMemory.unavailable();
        return unavailable == null && !JdkMappings.CAN_UNMAP ? JdkAccess.missing() : unavailable;
    }

    /**
     * Gives a buffer's file and memory back at once and keeps its addresses. Idempotent.
     *
     * @param buffer a buffer that shows a whole file mapping
     * @throws IllegalArgumentException if it is another kind of buffer
     * @throws UnsupportedOperationException if it cannot be done here
     */
    public static void unmap(MappedByteBuffer buffer) {
        String unavailable = MappedMemory.unavailable();
        if (unavailable != null) {
            throw new UnsupportedOperationException("cannot unmap here, the collector will: " + unavailable,
                    NativeLibrary.cause());
        }
        if (BufferAccess.isView(buffer)) {
            throw new IllegalArgumentException("a slice, duplicate or other view; unmap the buffer that it was made from");
        }
        Object cleaner = BufferAccess.cleaner(buffer);
        if (cleaner == null) {
            if (buffer.capacity() == 0 && BufferAccess.hasFile(buffer)) {
                return; // A mapping of no bytes: there was never anything to unmap.
            }
            throw new IllegalArgumentException("not a file mapping with a life of its own, but native code's memory or"
                    + " a memory segment's buffer");
        }
        Runnable unmapper = BufferAccess.thunk(cleaner);
        if (unmapper instanceof MappedMemory memory) {
            memory.retire();
            if (BufferAccess.CAN_CLAIM) {
                BufferAccess.claim(cleaner); // It has no work left, and would keep the addresses for a collection more.
            }
        } else if (unmapper instanceof MappedMemory.View) {
            throw new IllegalArgumentException("a buffer of a MappedRegion; close the region");
        } else if (!JdkMappings.CAN_UNMAP) {
            throw new UnsupportedOperationException("the JDK made this buffer, and on this JDK it cannot be taken over: "
                    + unavailableForJdk());
        } else if (!JdkMappings.isUnmapper(unmapper)) {
            throw new IllegalArgumentException("not a file mapping, but allocated memory");
        } else {
            JdkMappings.unmap(buffer, cleaner, unmapper);
        }
    }
}
