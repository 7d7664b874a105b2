package io.ferronio;

import io.ferronio.internal.MappedBuffers;
import io.ferronio.internal.MappedMemory;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.function.Function;

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
     * Pages of a buffer's mapping that an access could not have, because the file was truncated, its disk is full or
     * has an I/O error, or because the buffer was unmapped. In their place an access gets an {@link InternalError} or
     * zeros, and the next one fails again: none finds data where there is none, and once the file has the pages again,
     * all find that. A page counts each time that it is missed, and missing pages beside it may be counted with it.
     *
     * @param buffer a buffer from {@link #map}, one of a {@link MappedRegion}'s, one of the JDK's that {@link #unmap} has
     *     unmapped, or a slice, duplicate or read-only view of these, which answers for the whole mapping
     * @return their number since the file was mapped
     * @throws NullPointerException if {@code buffer} is null
     * @throws IllegalArgumentException if the buffer is the JDK's own mapping, or no file mapping: their faults are not
     *     counted
     * @throws UnsupportedOperationException where faults are not counted; see {@link Capabilities}
     */
    public static long faults(MappedByteBuffer buffer) {
        return MappedBuffers.faults(Objects.requireNonNull(buffer, "buffer"));
    }

    /**
     * Reads from a mapping, and returns only if all that was read is what the file held: else it throws, here and now,
     * and not a little later as HotSpot does. Costs two calls of some ten nanoseconds beside the function's own work.
     *
     * <p>The function may do anything with the buffer, and may run to its end on zeros that nobody should see: it should
     * only compute its result, and publish nothing. Whatever it throws because of such zeros is the cause of the
     * exception. HotSpot's own error for the access does not surface any more. In a virtual thread the function should
     * not block: HotSpot may throw that error where it unmounts the thread, which then never runs again.
     *
     * <p>If another thread meets missing pages of the same mapping meanwhile, this call throws, too: it cannot tell who
     * has read what. Writers to the file are no matter: as always, a reader beside a writer may see a part of what is
     * written.
     *
     * @param <T> type of the result
     * @param buffer a buffer as for {@link #faults}
     * @param read gets {@code buffer} itself
     * @return what {@code read} returns
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException as {@link #faults}; nothing was read
     * @throws IllegalStateException if the buffer is unmapped; or was meanwhile, and pages were missed for that
     * @throws UnsupportedOperationException where faults are not counted; see {@link Capabilities}
     * @throws MappedFileChangedException if pages of the mapping could not be had meanwhile. An
     *     {@link OutOfMemoryError} and the like from the function is thrown instead, with this one suppressed
     */
    public static <T> T validated(MappedByteBuffer buffer, Function<? super MappedByteBuffer, ? extends T> read)
            throws MappedFileChangedException {
        Objects.requireNonNull(read, "read");
        return MappedBuffers.validated(Objects.requireNonNull(buffer, "buffer"), read);
    }

    /**
     * Does what {@code buffer.force()} does, and throws if not all that was written through the mapping can be in the
     * file: a write to a page that could not be had went nowhere. Blocks until the device has the data. See msync(2).
     *
     * <p>A mapping that has missed a page once fails here for ever, also when the file has its pages again. Nobody knows
     * which writes were lost, and a success that follows a failure would be taken for the success of all: the mistake
     * that databases made with fsync(2). To go on, map the file anew and write again what has to be there.
     *
     * <p>Where the guard does not work (see {@link Capabilities}), it is {@code buffer.force()}.
     *
     * @param buffer a buffer as for {@link #faults}; of a slice, only its part is written back
     * @throws NullPointerException if {@code buffer} is null
     * @throws IllegalArgumentException as {@link #faults}; nothing has happened
     * @throws IllegalStateException if the buffer is unmapped, also if it is unmapped meanwhile: what is written then is
     *     not known
     * @throws MappedFileChangedException if pages of the mapping could not be had since it was made; the rest was
     *     written back
     * @throws IOException if writing back fails: changes may be lost. If pages could not be had either, that is
     *     suppressed in it
     */
    public static void force(MappedByteBuffer buffer) throws IOException {
        MappedBuffers.force(Objects.requireNonNull(buffer, "buffer"));
    }

    /**
     * Unmaps a buffer at once: its memory and its hold on the file are given back when this returns, whoever
     * still has the buffer or a view of it. Idempotent. Does not block, unless the kernel has no mapping to spare
     * (vm.max_map_count): then garbage is collected.
     *
     * <p>Its addresses stay taken until buffer and views are garbage, so an access afterwards never reaches
     * another mapping and never ends the JVM. What it gets is an {@link InternalError}, which HotSpot throws
     * a little later than the access, in compiled code perhaps only in the caller; native code and some of the JDK's
     * intrinsics (CRC32, Deflater) get zeros instead. Each is counted: see {@link #faults}. What it writes never reaches
     * the file and is gone a moment later. Changes made before and not forced are kept: they are written back as after
     * any unmapping.
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
