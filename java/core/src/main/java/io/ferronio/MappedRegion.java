package io.ferronio;

import io.ferronio.internal.MappedMemory;
import io.ferronio.internal.MemoryAccess;
import io.ferronio.internal.NativeLibrary;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A mapping of a file, of any length, with 64-bit offsets.
 *
 * <p>Offsets and lengths are in bytes. Values of several bytes are in the machine's own order
 * ({@link #order()}) and need not be aligned. Accessors may be used by any thread, also while another closes
 * the region: an access then gets an {@link IllegalStateException}, an {@link InternalError} or zeros, never
 * another mapping's memory, and the JVM lives. So it does when the file is truncated, or a page cannot be had for
 * another reason: {@link #read} tells at once, {@link #force} and {@link #faults} afterwards. Plain reads and writes
 * of several threads have no order among each other, as with a {@code ByteBuffer}.
 *
 * <p>A region that is only dropped is unmapped by the collector. See mmap(2).
 */
public final class MappedRegion implements AutoCloseable {

    private final MappedMemory memory;
    private final long base;
    private final boolean readOnly;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * The bound of all reads, and that of all writes (0 if read-only). Closing sets both to 0, so that the
     * bounds check is also the check for closing and costs nothing. Not volatile: a thread that reads an old
     * value reaches memory that is retired, not gone. The base never changes, so no thread can pair an old
     * base with a new size.
     */
    private long size;
    private long writable;

    private MappedRegion(MappedMemory memory, long size, boolean readOnly) {
        this.memory = memory;
        this.base = memory == null ? 0 : memory.address();
        this.size = size;
        this.writable = readOnly ? 0 : size;
        this.readOnly = readOnly;
    }

    /**
     * Maps a part of a file. The checks are those of {@code FileChannel.map}, in its order. A file that is
     * shorter than {@code position + size} is extended if the channel is open for writing. The region does
     * not depend on the channel afterwards.
     *
     * @param channel a file channel of the JDK's, open for reading, and for writing unless {@code mode} is
     *     {@code READ_ONLY}
     * @param mode {@code READ_ONLY}, {@code READ_WRITE} or {@code PRIVATE}
     * @param position where in the file the region begins, in bytes, 0 or more; need not be aligned
     * @param size bytes, 0 or more
     * @return the region, open
     * @throws NullPointerException if {@code channel} or {@code mode} is null
     * @throws IllegalArgumentException if {@code position} or {@code size} is negative or their sum overflows, or
     *     {@code channel} is not one of the JDK's
     * @throws UnsupportedOperationException for another mode, or where regions do not work at all; see
     *     {@link Capabilities}
     * @throws ClosedChannelException if the channel is closed
     * @throws NonWritableChannelException if {@code mode} needs writing and the channel does not allow it
     * @throws NonReadableChannelException if the channel is not open for reading
     * @throws IOException as {@code FileChannel.map}
     */
    public static MappedRegion map(FileChannel channel, FileChannel.MapMode mode, long position, long size)
            throws IOException {
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(mode, "Mode is null");
        String unavailable = MappedMemory.unavailableForRegions();
        if (unavailable != null) {
            throw new UnsupportedOperationException("no mapped regions here: " + unavailable, NativeLibrary.cause());
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        if (position < 0 || size < 0 || position + size < 0) {
            throw new IllegalArgumentException(position < 0 ? "Negative position"
                    : size < 0 ? "Negative size" : "Position + size overflow");
        }
        if (!MappedMemory.isOurs(mode)) {
            throw new UnsupportedOperationException("map mode " + mode);
        }
        if (!MappedMemory.isMappable(channel)) {
            throw new IllegalArgumentException("only the JDK's own file channels can be mapped, not a "
                    + channel.getClass().getName());
        }
        boolean readOnly = mode == FileChannel.MapMode.READ_ONLY;
        if (size == 0 || !MappedMemory.canMap(channel, mode, position, size)) {
            // Nothing to map, or something is wrong with the channel: the JDK's method checks, extends, throws.
            channel.map(mode, position, Math.min(size, 1));
        }
        if (size == 0) {
            return new MappedRegion(null, 0, readOnly);
        }
        return new MappedRegion(MappedMemory.map(channel, mode, position, size), size, readOnly);
    }

    /**
     * The length.
     *
     * @return bytes
     * @throws IllegalStateException if the region is closed
     */
    public long size() {
        checkOpen();
        return size;
    }

    /**
     * Whether the region can be used.
     *
     * @return false once {@link #close()} was called
     */
    public boolean isOpen() {
        return open.get();
    }

    /**
     * Whether the region refuses writes.
     *
     * @return whether it was mapped {@code READ_ONLY}
     */
    public boolean isReadOnly() {
        return readOnly;
    }

    /**
     * The order of the bytes of a value.
     *
     * @return the machine's own order
     */
    public ByteOrder order() {
        return ByteOrder.nativeOrder();
    }

    /**
     * The address of the first byte, for native code. It stays this region's until the region and all buffers
     * made from it are garbage; keep the region reachable while native code uses it.
     *
     * @return an address, 0 for a region of no bytes
     * @throws IllegalStateException if the region is closed
     */
    public long address() {
        checkOpen();
        return base;
    }

    private void checkOpen() {
        if (!open.get()) {
            throw closed();
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the mapped region is closed");
    }

    /** The address of {@code width} bytes at {@code index} that are to be read. */
    private long readable(long index, int width) {
        try {
            return base + Objects.checkIndex(index, size - (width - 1));
        } catch (IndexOutOfBoundsException e) {
            throw refused(index, width);
        }
    }

    /** The address of {@code width} bytes at {@code index} that are to be written. */
    private long writable(long index, int width) {
        try {
            return base + Objects.checkIndex(index, writable - (width - 1));
        } catch (IndexOutOfBoundsException e) {
            if (readOnly && open.get()) {
                throw new ReadOnlyBufferException();
            }
            throw refused(index, width);
        }
    }

    private RuntimeException refused(long index, long length) {
        if (!open.get()) {
            return closed();
        }
        return new IndexOutOfBoundsException(
                "index " + index + " with length " + length + " is out of bounds of a region of " + size + " bytes");
    }

    /** Checks a range of any length; for reading or for writing. */
    private void checkRange(long index, long length, boolean write) {
        if (write && readOnly) {
            checkOpen();
            throw new ReadOnlyBufferException();
        }
        long bound = size;
        if (index < 0 || length < 0 || index > bound - length || !open.get()) {
            throw refused(index, length);
        }
    }

    /**
     * Reads a byte.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public byte get(long index) {
        try {
            return MemoryAccess.get(readable(index, 1));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a byte.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void put(long index, byte value) {
        try {
            MemoryAccess.put(writable(index, 1), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a short of 2 bytes.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public short getShort(long index) {
        try {
            return MemoryAccess.getShort(readable(index, 2));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a short of 2 bytes.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putShort(long index, short value) {
        try {
            MemoryAccess.putShort(writable(index, 2), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a char of 2 bytes.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public char getChar(long index) {
        try {
            return MemoryAccess.getChar(readable(index, 2));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a char of 2 bytes.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putChar(long index, char value) {
        try {
            MemoryAccess.putChar(writable(index, 2), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads an int of 4 bytes.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public int getInt(long index) {
        try {
            return MemoryAccess.getInt(readable(index, 4));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes an int of 4 bytes.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putInt(long index, int value) {
        try {
            MemoryAccess.putInt(writable(index, 4), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a long of 8 bytes.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public long getLong(long index) {
        try {
            return MemoryAccess.getLong(readable(index, 8));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a long of 8 bytes.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putLong(long index, long value) {
        try {
            MemoryAccess.putLong(writable(index, 8), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a float of 4 bytes.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public float getFloat(long index) {
        try {
            return Float.intBitsToFloat(MemoryAccess.getInt(readable(index, 4)));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a float of 4 bytes.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putFloat(long index, float value) {
        try {
            MemoryAccess.putInt(writable(index, 4), Float.floatToRawIntBits(value));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a double of 8 bytes.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalStateException if the region is closed
     */
    public double getDouble(long index) {
        try {
            return Double.longBitsToDouble(MemoryAccess.getLong(readable(index, 8)));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a double of 8 bytes.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putDouble(long index, double value) {
        try {
            MemoryAccess.putLong(writable(index, 8), Double.doubleToRawLongBits(value));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies bytes out of the region.
     *
     * @param index of the first byte
     * @param target where to
     * @param offset where in the array
     * @param length bytes
     * @throws IndexOutOfBoundsException if a range is out of bounds; nothing has been copied
     * @throws IllegalStateException if the region is closed
     */
    public void get(long index, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        checkRange(index, length, false);
        try {
            MemoryAccess.copy(base + index, target, offset, length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies bytes into the region.
     *
     * @param index of the first byte
     * @param source where from
     * @param offset where in the array
     * @param length bytes
     * @throws IndexOutOfBoundsException if a range is out of bounds; nothing has been copied
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void put(long index, byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        checkRange(index, length, true);
        try {
            MemoryAccess.copy(source, offset, base + index, length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies as many bytes as a buffer has room for out of the region, and advances its position.
     *
     * @param index of the first byte
     * @param target where to
     * @throws IndexOutOfBoundsException if the region ends before; nothing has been copied
     * @throws ReadOnlyBufferException if the buffer is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void get(long index, ByteBuffer target) {
        int length = target.remaining();
        checkRange(index, length, false);
        try {
            target.put(MappedMemory.newAlias(memory, index, length, readOnly));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies what remains in a buffer into the region, and advances its position.
     *
     * @param index of the first byte
     * @param source where from
     * @throws IndexOutOfBoundsException if the region ends before; nothing has been copied
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void put(long index, ByteBuffer source) {
        int length = source.remaining();
        checkRange(index, length, true);
        try {
            MappedMemory.newAlias(memory, index, length, false).put(source);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * A real mapped buffer on a part of the region's memory. It keeps the addresses taken, but does not keep
     * the region open: after {@link #close()} the buffer is what an unmapped one is (see
     * {@link Mappings#unmap}). {@code Unsafe.invokeCleaner} on it does nothing.
     *
     * @param index of its first byte
     * @param length its capacity
     * @return a buffer with position 0 and limit {@code length}, in big-endian order like every new
     *     {@code ByteBuffer}; read-only if the region is
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public MappedByteBuffer asByteBuffer(long index, int length) {
        checkRange(index, length, false);
        return MappedMemory.newView(memory, index, length, readOnly);
    }

    /**
     * Writes all changes to the file and waits until the device has them: msync(2) with {@code MS_SYNC}. A region that
     * has missed a page once fails here for ever, for the reason given with {@link Mappings#force}.
     *
     * @throws MappedFileChangedException if pages could not be had since the region was mapped: what was written to them
     *     is lost, the rest was written back
     * @throws IOException if writing back fails: changes may be lost. If pages could not be had either, that is
     *     suppressed in it
     * @throws IllegalStateException if the region is closed, also if it is closed meanwhile: what is written
     *     then is not known
     */
    public void force() throws IOException {
        force(0, size);
    }

    /**
     * As {@link #force()}, for the changes to a part, and what shares its pages.
     *
     * @param index of the first byte
     * @param length bytes
     * @throws MappedFileChangedException if pages could not be had since the region was mapped, of this part or another
     * @throws IOException as {@link #force()}
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException as {@link #force()}
     */
    public void force(long index, long length) throws IOException {
        checkRange(index, length, false);
        if (memory != null) {
            memory.force(index, length);
        }
    }

    /**
     * Reads from the region, and returns only if all that was read is what the file held: as {@link Mappings#validated},
     * which says more.
     *
     * @param <T> type of the result
     * @param read gets this region. It should only compute its result, and publish nothing
     * @return what {@code read} returns
     * @throws NullPointerException if {@code read} is null
     * @throws IllegalStateException if the region is closed; or was meanwhile, and used then
     * @throws MappedFileChangedException if pages of the region could not be had meanwhile
     */
    public <T> T read(Function<? super MappedRegion, ? extends T> read) throws MappedFileChangedException {
        Objects.requireNonNull(read, "read");
        checkOpen();
        return memory == null ? read.apply(this) : memory.validated(this, read);
    }

    /**
     * Pages that an access could not have, as {@link Mappings#faults}, which says more. For closed regions, too.
     *
     * @return their number since the file was mapped
     */
    public long faults() {
        return memory == null ? 0 : memory.faults();
    }

    /**
     * Brings a range into memory, and blocks until it is there: madvise(2) with {@code MADV_POPULATE_READ},
     * or touching each page where the kernel is older than 5.14.
     *
     * @param index of the first byte
     * @param length bytes
     * @throws IOException if a page cannot be read from the file
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public void load(long index, long length) throws IOException {
        checkRange(index, length, false);
        if (length == 0 || memory.load(index, length)) {
            return;
        }
        // The smallest page size that Linux has: touching a page twice is harmless.
        int page = 4096;
        try {
            byte touched = get(index + length - 1);
            for (long i = index; i < index + length; i += page) {
                touched += get(i);
            }
            touchedLast = touched;
        } catch (InternalError e) {
            throw new IOException("cannot load " + length + " bytes at " + index + ": a page cannot be read from the file", e);
        }
    }

    /** Kept so that the reads that touch pages are not optimised away. */
    @SuppressWarnings("unused")
    private byte touchedLast;

    /**
     * Gives memory and file back at once, and ends every use of the region. Idempotent; throws nothing. Does
     * not block, unless the kernel has no mapping to spare (vm.max_map_count): then garbage is collected. Should it
     * still refuse, the region is closed all the same and the memory is given back when it is garbage.
     */
    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            size = 0;
            writable = 0;
            if (memory != null) {
                try {
                    memory.retire();
                } catch (IllegalStateException e) {
                    // As said above.
                }
            }
        }
    }

    @Override
    public String toString() {
        return "MappedRegion[" + (isOpen() ? size + " bytes" + (readOnly ? ", read-only" : "") : "closed") + "]";
    }
}
