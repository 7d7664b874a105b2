package io.ferronio;

import io.ferronio.internal.MappedBuffers;
import io.ferronio.internal.MappedMemory;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * Mapped buffers that can be unmapped at any time, with other threads reading.
 *
 * <p>The buffers are the JDK's own {@link MappedByteBuffer}s: {@code force}, {@code load}, slices and every
 * other method work, and so does passing them to other libraries. All methods may be called by any thread.
 */
public final class Mappings {

    private Mappings() {
    }

    /**
     * Does what {@code channel.map(mode, position, size)} does on the running JDK, with the same checks and
     * exceptions, and returns a buffer that {@link #unmap} can unmap. {@code sun.misc.Unsafe.invokeCleaner}
     * on it does the same as {@link #unmap}, and so is safe.
     *
     * <p>A file that is shorter than {@code position + size} is extended if the channel is open for writing.
     * The mapping does not depend on the channel afterwards. A buffer that is only dropped is unmapped by the
     * collector. {@link Counters} counts it, the JDK's "mapped" buffer pool does not. Where FerroNIO cannot map
     * (see {@link Capabilities}), the JDK does. See mmap(2).
     *
     * @param channel the file, open for reading, and for writing unless {@code mode} is {@code READ_ONLY}
     * @param mode {@code READ_ONLY}, {@code READ_WRITE} or {@code PRIVATE}; other modes go to the JDK
     * @param position where in the file the buffer begins, in bytes, 0 or more
     * @param size bytes, from 0 to {@code Integer.MAX_VALUE}; see {@link MappedRegion} for more
     * @return a buffer with position 0, limit and capacity {@code size}, in big-endian order
     * @throws IOException as {@code FileChannel.map}
     */
    public static MappedByteBuffer map(FileChannel channel, FileChannel.MapMode mode, long position, long size)
            throws IOException {
        if (size > Integer.MAX_VALUE || !MappedMemory.canMap(channel, mode, position, size)) {
            return channel.map(mode, position, size);
        }
        return MappedMemory.map(channel, mode, position, size).newBuffer(mode == FileChannel.MapMode.READ_ONLY);
    }

    /**
     * Unmaps a buffer at once: its memory and its hold on the file are given back when this returns, whoever
     * still has the buffer or a view of it. Idempotent. Does not block, unless the kernel has no mapping to spare
     * (vm.max_map_count): then garbage is collected.
     *
     * <p>Its addresses stay taken until buffer and views are garbage, so an access afterwards never reaches
     * another mapping and never ends the JVM. What it gets is an {@link InternalError} (which HotSpot throws
     * a little later than the access, in compiled code perhaps only in the caller), or zeros, or what such an
     * access has written there: that never reaches the file, and is gone with the buffer. Changes made before
     * and not forced are kept: they are written back as after any unmapping.
     *
     * @param buffer a buffer from {@link #map} or from {@code FileChannel.map}: the one that was returned, not
     *     a view of it
     * @throws NullPointerException if {@code buffer} is null
     * @throws IllegalArgumentException for a slice, a duplicate, or a buffer that is no file mapping
     *     ({@code allocateDirect}, native code's, a memory segment's), and for one of the JDK's that its cleaner
     *     has unmapped before; nothing has happened then
     * @throws UnsupportedOperationException where this cannot be done safely; see {@link Capabilities}
     * @throws IllegalStateException if the kernel refuses; the buffer is then still mapped
     */
    public static void unmap(MappedByteBuffer buffer) {
        MappedBuffers.unmap(Objects.requireNonNull(buffer, "buffer"));
    }
}
