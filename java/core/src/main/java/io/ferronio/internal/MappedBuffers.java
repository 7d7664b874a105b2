package io.ferronio.internal;

import io.ferronio.MappedFileChangedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.MappedByteBuffer;
import java.util.function.Function;

/** Tells whose memory a mapped buffer shows: to unmap it, and to say what became of accesses to it. */
public final class MappedBuffers {

    private static final String NO_MAPPING =
            "not a file mapping with a life of its own, but native code's memory or a memory segment's buffer";
    private static final String ALLOCATED = "not a file mapping, but allocated memory";

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
            throw new IllegalArgumentException(NO_MAPPING);
        }
        Runnable unmapper = BufferAccess.thunk(cleaner);
        if (unmapper instanceof MappedMemory memory) {
            memory.retire();
            if (BufferAccess.CAN_CLAIM) {
                BufferAccess.claim(cleaner); // It has no work left, and would keep the addresses for a collection more.
            }
        } else if (unmapper instanceof MappedMemory.View) {
            throw new IllegalArgumentException("a buffer of a MappedRegion; close the region");
        } else if (isOfAnotherCopy(unmapper)) {
            unmapper.run(); // Retires, as ours does.
        } else if (!JdkMappings.CAN_UNMAP) {
            throw new UnsupportedOperationException("the JDK made this buffer, and on this JDK it cannot be taken over: "
                    + unavailableForJdk());
        } else if (!JdkMappings.isUnmapper(unmapper)) {
            throw new IllegalArgumentException(ALLOCATED);
        } else {
            JdkMappings.unmap(buffer, cleaner, unmapper);
        }
    }

    /** Another class loader's FerroNIO has mapped it: the agent, which {@code FileChannel.map} has led to. */
    private static boolean isOfAnotherCopy(Runnable unmapper) {
        return !(unmapper instanceof MappedMemory)
                && unmapper.getClass().getName().equals(MappedMemory.class.getName());
    }

    /**
     * The mapping that a buffer shows a part of, if its faults are counted; null for a mapping of no bytes. To be used
     * while the buffer is reachable.
     */
    private static MappingLife lifeOf(MappedByteBuffer buffer) {
        MappedByteBuffer root = BufferAccess.root(buffer);
        Object cleaner = root == null ? null : BufferAccess.cleaner(root);
        if (cleaner == null) {
            if (root != null && root.capacity() == 0 && BufferAccess.hasFile(root)) {
                return null;
            }
            throw new IllegalArgumentException(NO_MAPPING + "; map the file with Mappings.map");
        }
        Runnable unmapper = BufferAccess.thunk(cleaner);
        if (unmapper instanceof MappedMemory memory) {
            return memory.life();
        }
        if (unmapper instanceof MappedMemory.View view) {
            return view.memory() == null ? null : view.memory().life();
        }
        if (isOfAnotherCopy(unmapper)) {
            throw new IllegalArgumentException("another copy of FerroNIO, such as the agent's, made this mapping and counts"
                    + " its faults; map the file with Mappings.map");
        }
        MappingLife life = JdkMappings.takenOver(cleaner);
        if (life == null) {
            throw new IllegalArgumentException(JdkMappings.isUnmapper(unmapper)
                    ? "the JDK made this mapping, and nobody counts its faults; map the file with Mappings.map"
                    : ALLOCATED);
        }
        return life;
    }

    private static void checkWatches() {
        String unavailable = MappedMemory.unavailable();
        if (unavailable != null) {
            throw new UnsupportedOperationException("faults are not counted here: " + unavailable, NativeLibrary.cause());
        }
    }

    /**
     * Pages of a buffer's mapping that an access could not have.
     *
     * @param buffer a buffer or view
     * @return their number so far
     * @throws IllegalArgumentException if they are not counted for such a buffer
     * @throws UnsupportedOperationException if they are not counted here
     */
    public static long faults(MappedByteBuffer buffer) {
        checkWatches();
        try {
            MappingLife life = lifeOf(buffer);
            return life == null ? 0 : MappingNatives.faults(life.handle());
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * Reads, and sees whether what was read was the file's.
     *
     * @param <T> what is made of it
     * @param buffer a buffer or view
     * @param read gets the buffer
     * @return what it returns
     * @throws MappedFileChangedException if pages could not be had meanwhile
     * @throws IllegalArgumentException if faults are not counted for such a buffer
     * @throws UnsupportedOperationException if they are not counted here
     * @throws IllegalStateException if the buffer is unmapped, or was meanwhile and somebody has used it then
     */
    public static <T> T validated(MappedByteBuffer buffer, Function<? super MappedByteBuffer, ? extends T> read)
            throws MappedFileChangedException {
        checkWatches();
        try {
            MappingLife life = lifeOf(buffer);
            return life == null ? read.apply(buffer) : WatchedMapping.validated(life, buffer, read);
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * Writes back what a buffer shows, and sees whether all writes can have reached the file.
     *
     * @param buffer a buffer or view
     * @throws IOException if it fails, or pages could not be had since the file was mapped
     * @throws IllegalArgumentException if faults are not counted for such a buffer
     * @throws IllegalStateException if the buffer is unmapped
     */
    public static void force(MappedByteBuffer buffer) throws IOException {
        if (MappedMemory.unavailable() != null) {
            writeBack(buffer);
            return;
        }
        try {
            MappingLife life = lifeOf(buffer);
            if (life != null) {
                WatchedMapping.force(life, () -> writeBack(buffer));
            }
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    private static void writeBack(MappedByteBuffer buffer) throws IOException {
        try {
            buffer.force();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
