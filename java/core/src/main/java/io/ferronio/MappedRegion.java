package io.ferronio;

import io.ferronio.internal.MappedMemory;
import io.ferronio.internal.MappedPages;
import io.ferronio.internal.MemoryAccess;
import io.ferronio.internal.MemoryAtomics;
import io.ferronio.internal.NativeLibrary;
import io.ferronio.internal.ResidentPages;
import io.ferronio.internal.ResizableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * A mapping of a file, of any length, with 64-bit offsets.
 *
 * <p>Offsets and lengths are in bytes. Values of several bytes are in the machine's own order
 * unless {@link MapOptions#order} says another, and need not be aligned but for those that threads or processes share
 * ({@code getLongVolatile} and its like). Accessors may be used by any thread, also while another closes
 * the region: an access then gets an {@link IllegalStateException}, an {@link InternalError} or zeros, never
 * another mapping's memory, and the JVM lives. So it does when the file is truncated, or a page cannot be had for
 * another reason: {@link #read} tells at once, {@link #force} and {@link #faults} afterwards. Plain reads and writes
 * of several threads have no order among each other, as with a {@code ByteBuffer}.
 *
 * <p>A region that is only dropped is unmapped by the collector. See mmap(2).
 */
public final class MappedRegion implements AutoCloseable {

    /** The most that one buffer shows: its length is an int. */
    private static final int MOST_IN_A_BUFFER = 1 << 30;

    private final MappedMemory memory;
    private final long base;
    private final boolean readOnly;
    /** Whether values have the other order than the machine. */
    private final boolean swapped;
    private final AtomicBoolean open = new AtomicBoolean(true);
    /** The region that this is a slice of, or itself. */
    private final MappedRegion root;
    /** Where a slice ends in its root: it can be used as far as that goes. 0 for a root, which goes as far as it goes. */
    private final long end;
    /** What resizes a root, or null. */
    private final ResizableFile resizable;
    private final long maxSize;
    private final Object resizing = new Object();
    /** How often a root was made shorter. Written under {@link #resizing}. */
    private volatile int cuts;

    /**
     * The bound of all reads, and that of all writes (0 if read-only). Closing sets both to 0, so that the
     * bounds check is also the check for closing and costs nothing. Not volatile: a thread that reads an old
     * value reaches memory that is retired, not gone. The base never changes, so no thread can pair an old
     * base with a new size.
     */
    private long size;
    private long writable;

    /** A root. */
    private MappedRegion(MappedMemory memory, long size, boolean readOnly, MapOptions options,
            ResizableFile resizable) {
        this.memory = memory;
        this.base = memory == null ? 0 : memory.address();
        this.size = size;
        this.writable = readOnly ? 0 : size;
        this.readOnly = readOnly;
        this.swapped = options.order() != ByteOrder.nativeOrder();
        this.root = this;
        this.end = 0;
        this.resizable = resizable;
        this.maxSize = options.maxSize();
    }

    /** A slice. */
    private MappedRegion(MappedRegion region, long index, long size) {
        this.memory = region.memory;
        this.base = region.base + index;
        this.size = size;
        this.writable = region.readOnly ? 0 : size;
        this.readOnly = region.readOnly;
        this.swapped = region.swapped;
        this.root = region.root;
        this.end = base - root.base + size;
        this.resizable = null;
        this.maxSize = 0;
    }

    /**
     * Maps a part of a file with {@linkplain MapOptions#defaults() default options}. The checks are those of
     * {@code FileChannel.map}, in its order. A file that is shorter than {@code position + size} is extended if the
     * channel is open for writing. The region does not depend on the channel afterwards.
     *
     * @param channel a file channel of the JDK's, open for reading, and for writing unless {@code mode} is
     *     {@code READ_ONLY}
     * @param mode {@code READ_ONLY}, {@code READ_WRITE} or {@code PRIVATE}. The modes of {@code jdk.nio.mapmode}, for
     *     persistent memory, are refused as {@code FileChannel.map} refuses them
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
        return map(channel, mode, position, size, MapOptions.defaults());
    }

    /**
     * Maps a part of a file. If the options have a {@link MapOptions#maxSize}, the channel must stay open for as long as
     * the region is to be resized; else the region does not depend on it afterwards.
     *
     * @param channel as above
     * @param mode as above
     * @param position as above
     * @param size as above
     * @param options how
     * @return the region, open
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException as above; if {@code size} is more than {@link MapOptions#maxSize}; if space is to
     *     be reserved for another mode than {@code READ_WRITE}
     * @throws UnsupportedOperationException as above, or if the kernel has not the advice that is given
     * @throws ClosedChannelException as above
     * @throws NonWritableChannelException as above
     * @throws NonReadableChannelException as above
     * @throws IOException as {@code FileChannel.map}; if the filesystem has no space, or cannot reserve it; if a page
     *     cannot be read, or must not be locked. Nothing is mapped then; the file may have been extended
     */
    public static MappedRegion map(FileChannel channel, FileChannel.MapMode mode, long position, long size,
            MapOptions options) throws IOException {
        return map(channel, mode, position, size, options, false);
    }

    /**
     * Maps a whole file. If the options have a {@link MapOptions#maxSize}, the file stays open until the region is closed.
     *
     * @param file a regular file that exists, perhaps of no bytes
     * @param mode as above
     * @param options how
     * @return the region, open
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the file is larger than {@link MapOptions#maxSize}; if space is to be reserved
     *     for another mode than {@code READ_WRITE}
     * @throws UnsupportedOperationException as above
     * @throws NoSuchFileException if there is no such file
     * @throws IOException as above; if {@code file} is a directory, a pipe or a device, or must not be opened
     */
    public static MappedRegion map(Path file, FileChannel.MapMode mode, MapOptions options) throws IOException {
        Objects.requireNonNull(mode, "Mode is null");
        if (Files.exists(file) && !Files.isRegularFile(file)) { // Opening a pipe would wait for its other end.
            throw new IOException("cannot map " + file + ": not a regular file");
        }
        FileChannel channel = mode == FileChannel.MapMode.READ_ONLY ? FileChannel.open(file)
                : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean keep = false;
        try {
            MappedRegion region = map(channel, mode, 0, channel.size(), options, true);
            keep = region.resizable != null;
            return region;
        } finally {
            if (!keep) {
                channel.close();
            }
        }
    }

    private static MappedRegion map(FileChannel channel, FileChannel.MapMode mode, long position, long size,
            MapOptions options, boolean isOwned) throws IOException {
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(mode, "Mode is null");
        Objects.requireNonNull(options, "options");
        String unavailable = MappedMemory.unavailableForRegions();
        if (unavailable != null) {
            throw new UnsupportedOperationException("no mapped regions here: " + unavailable, NativeLibrary.cause());
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        check(mode, position, size, options);
        if (!MappedMemory.isMappable(channel)) {
            throw new IllegalArgumentException("only the JDK's own file channels can be mapped, not a "
                    + channel.getClass().getName());
        }
        if (!MappedMemory.isOurs(mode)) {
            channel.map(mode, position, size); // Mostly throws: there is no persistent memory.
            throw new UnsupportedOperationException("map mode " + mode + ": use FileChannel.map");
        }
        boolean readOnly = mode == FileChannel.MapMode.READ_ONLY;
        long room = Math.max(size, options.maxSize());
        if (room == 0 || !MappedMemory.canMap(channel, mode, position, room)) {
            // Nothing to map, or something is wrong with the channel: the JDK's method checks, extends, throws.
            channel.map(mode, position, Math.min(size, 1));
        }
        if (room == 0) {
            return new MappedRegion(null, 0, readOnly, options, null);
        }
        MappedMemory memory = MappedMemory.map(channel, mode, position, size, room, options.isReserved());
        boolean done = false;
        try {
            ResizableFile file = options.maxSize() == 0 ? null
                    : new ResizableFile(channel, mode, position, options.isReserved(), isOwned);
            MappedRegion region = new MappedRegion(memory, size, readOnly, options, file);
            if (options.advice() != Advice.NORMAL) {
                MappedPages.advise(memory, options.advice(), 0, room);
            }
            if (options.isPopulated()) {
                region.load(0, size);
            }
            if (options.isLocked()) {
                region.lock(0, size);
            }
            done = true;
            return region;
        } finally {
            if (!done) {
                memory.run();
            }
        }
    }

    private static void check(FileChannel.MapMode mode, long position, long size, MapOptions options) {
        if (position < 0 || size < 0 || position + size < 0) {
            throw new IllegalArgumentException(position < 0 ? "Negative position"
                    : size < 0 ? "Negative size" : "Position + size overflow");
        }
        if (options.maxSize() > 0 && size > options.maxSize()) {
            throw new IllegalArgumentException("size " + size + " is more than the options' maximal size "
                    + options.maxSize());
        }
        if (position + options.maxSize() < 0) {
            throw new IllegalArgumentException("position " + position + " + maximal size " + options.maxSize()
                    + " overflows");
        }
        if (options.isReserved() && mode != FileChannel.MapMode.READ_WRITE) {
            throw new IllegalArgumentException("space can be reserved in mode READ_WRITE only, not in " + mode);
        }
    }

    /**
     * The length. A slice is shorter while its region has been made so short that it ends within the slice.
     *
     * @return bytes
     * @throws IllegalStateException if the region is closed
     */
    public long size() {
        checkOpen();
        return usable();
    }

    /** What of this region is within its root now. */
    private long usable() {
        return Math.max(0, Math.min(size, root.size - (base - root.base)));
    }

    /**
     * Whether the region can be used.
     *
     * @return false once {@link #close()} was called, or that of the mapped region that this is a slice of
     */
    public boolean isOpen() {
        return open.get() && root.open.get();
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
     * @return the machine's own order, unless {@link MapOptions#order} was given another
     */
    public ByteOrder order() {
        boolean isBig = (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) != swapped;
        return isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
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
        if (!isOpen()) {
            throw closed();
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the mapped region is closed");
    }

    /** The address of {@code width} bytes at {@code index} that are to be read. */
    private long readable(long index, int width) {
        try {
            Objects.checkIndex(index, size - (width - 1));
        } catch (IndexOutOfBoundsException e) {
            throw refused(index, width);
        }
        if (root.size < end) {
            checkWithinRoot(index, width);
        }
        return base + index;
    }

    /** The address of {@code width} bytes at {@code index} that are to be written. */
    private long writable(long index, int width) {
        try {
            Objects.checkIndex(index, writable - (width - 1));
        } catch (IndexOutOfBoundsException e) {
            if (readOnly && isOpen()) {
                throw new ReadOnlyBufferException();
            }
            throw refused(index, width);
        }
        if (root.size < end) {
            checkWithinRoot(index, width);
        }
        return base + index;
    }

    /** The address of a value that threads or processes share. */
    private long shared(long index, int width, boolean write) {
        long address = write ? writable(index, width) : readable(index, width);
        if (swapped) {
            throw new UnsupportedOperationException("a shared value must have the machine's own byte order, "
                    + ByteOrder.nativeOrder() + ", not the region's, " + order());
        }
        if ((address & (width - 1)) != 0) {
            throw new IllegalArgumentException("index " + index + " is not at a multiple of " + width
                    + " bytes in memory, but " + (address & (width - 1)) + " after one");
        }
        return address;
    }

    /** For a slice whose root is closed, or ends within it. */
    private void checkWithinRoot(long index, long length) {
        if (index > usable() - length) {
            throw refused(index, length);
        }
    }

    private RuntimeException refused(long index, long length) {
        if (!isOpen()) {
            return closed();
        }
        return new IndexOutOfBoundsException("index " + index + " with length " + length
                + " is out of bounds of a region of " + usable() + " bytes");
    }

    /** Checks a range of any length; for reading or for writing. */
    private void checkRange(long index, long length, boolean write) {
        if (write && readOnly) {
            checkOpen();
            throw new ReadOnlyBufferException();
        }
        if (index < 0 || length < 0 || index > usable() - length || !isOpen()) {
            throw refused(index, length);
        }
    }

    /** Where in the memory a range begins that was checked. */
    private long offset(long index) {
        return base - root.base + index;
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
            short value = MemoryAccess.getShort(readable(index, 2));
            return swapped ? Short.reverseBytes(value) : value;
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
            MemoryAccess.putShort(writable(index, 2), swapped ? Short.reverseBytes(value) : value);
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
            char value = MemoryAccess.getChar(readable(index, 2));
            return swapped ? Character.reverseBytes(value) : value;
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
            MemoryAccess.putChar(writable(index, 2), swapped ? Character.reverseBytes(value) : value);
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
            int value = MemoryAccess.getInt(readable(index, 4));
            return swapped ? Integer.reverseBytes(value) : value;
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
            MemoryAccess.putInt(writable(index, 4), swapped ? Integer.reverseBytes(value) : value);
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
            long value = MemoryAccess.getLong(readable(index, 8));
            return swapped ? Long.reverseBytes(value) : value;
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
            MemoryAccess.putLong(writable(index, 8), swapped ? Long.reverseBytes(value) : value);
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
        return Float.intBitsToFloat(getInt(index));
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
        putInt(index, Float.floatToRawIntBits(value));
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
        return Double.longBitsToDouble(getLong(index));
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
        putLong(index, Double.doubleToRawLongBits(value));
    }

    /**
     * Reads an int that others write, in the order of a volatile field.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 4} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws IllegalStateException if the region is closed
     */
    public int getIntVolatile(long index) {
        try {
            return MemoryAtomics.getIntVolatile(shared(index, 4, false));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes an int that others read, in the order of a volatile field.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 4} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putIntVolatile(long index, int value) {
        try {
            MemoryAtomics.putIntVolatile(shared(index, 4, true), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads an int: what this thread reads and writes afterwards comes after it.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 4} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws IllegalStateException if the region is closed
     */
    public int getIntAcquire(long index) {
        try {
            return MemoryAtomics.getIntAcquire(shared(index, 4, false));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes an int: what this thread has read and written comes before it.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 4} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putIntRelease(long index, int value) {
        try {
            MemoryAtomics.putIntRelease(shared(index, 4, true), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds to an int in one step, in the order of a volatile field.
     *
     * @param index of its first byte
     * @param delta what to add
     * @return the value before
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 4} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public int getAndAddInt(long index, int delta) {
        try {
            return MemoryAtomics.getAndAddInt(shared(index, 4, true), delta);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Replaces an int in one step if it is what is expected, in the order of a volatile field.
     *
     * @param index of its first byte
     * @param expected what it must be
     * @param value what it becomes
     * @return whether it was {@code expected}
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 4} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public boolean compareAndSetInt(long index, int expected, int value) {
        try {
            return MemoryAtomics.compareAndSetInt(shared(index, 4, true), expected, value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a long that others write, in the order of a volatile field.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 8} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws IllegalStateException if the region is closed
     */
    public long getLongVolatile(long index) {
        try {
            return MemoryAtomics.getLongVolatile(shared(index, 8, false));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a long that others read, in the order of a volatile field.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 8} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putLongVolatile(long index, long value) {
        try {
            MemoryAtomics.putLongVolatile(shared(index, 8, true), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads a long: what this thread reads and writes afterwards comes after it.
     *
     * @param index of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 8} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws IllegalStateException if the region is closed
     */
    public long getLongAcquire(long index) {
        try {
            return MemoryAtomics.getLongAcquire(shared(index, 8, false));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes a long: what this thread has read and written comes before it.
     *
     * @param index of its first byte
     * @param value the value
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 8} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void putLongRelease(long index, long value) {
        try {
            MemoryAtomics.putLongRelease(shared(index, 8, true), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Adds to a long in one step, in the order of a volatile field.
     *
     * @param index of its first byte
     * @param delta what to add
     * @return the value before
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 8} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public long getAndAddLong(long index, long delta) {
        try {
            return MemoryAtomics.getAndAddLong(shared(index, 8, true), delta);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Replaces a long in one step if it is what is expected, in the order of a volatile field.
     *
     * @param index of its first byte
     * @param expected what it must be
     * @param value what it becomes
     * @return whether it was {@code expected}
     * @throws IndexOutOfBoundsException if it is not within the region
     * @throws IllegalArgumentException if it is not at a multiple of {@code 8} bytes in memory
     * @throws UnsupportedOperationException if the region's order is not the machine's
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public boolean compareAndSetLong(long index, long expected, long value) {
        try {
            return MemoryAtomics.compareAndSetLong(shared(index, 8, true), expected, value);
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
            target.put(MappedMemory.newAlias(memory, offset(index), length, readOnly));
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
            MappedMemory.newAlias(memory, offset(index), length, false).put(source);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes one byte many times.
     *
     * @param index of the first
     * @param length bytes
     * @param value the byte
     * @throws IndexOutOfBoundsException if the range is out of bounds; nothing has been written
     * @throws ReadOnlyBufferException if the region is read-only
     * @throws IllegalStateException if the region is closed
     */
    public void fill(long index, long length, byte value) {
        checkRange(index, length, true);
        try {
            MemoryAccess.fill(base + index, length, value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Copies bytes to another region, or to another place in this one: ranges that overlap are copied as if through an
     * array.
     *
     * @param index of the first byte
     * @param target where to
     * @param targetIndex where in it
     * @param length bytes
     * @throws NullPointerException if {@code target} is null
     * @throws IndexOutOfBoundsException if a range is out of bounds; nothing has been copied
     * @throws ReadOnlyBufferException if {@code target} is read-only
     * @throws IllegalStateException if a region is closed
     */
    public void copyTo(long index, MappedRegion target, long targetIndex, long length) {
        target.checkRange(targetIndex, length, true);
        checkRange(index, length, false);
        try {
            MemoryAccess.copy(base + index, target.base + targetIndex, length);
        } finally {
            Reference.reachabilityFence(target);
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Compares bytes with those of another region.
     *
     * @param index of the first byte
     * @param other what to compare with
     * @param otherIndex where in it
     * @param length bytes
     * @return how many bytes from the start are equal before the first that is not; -1 if all are
     * @throws NullPointerException if {@code other} is null
     * @throws IndexOutOfBoundsException if a range is out of bounds
     * @throws IllegalStateException if a region is closed
     */
    public long mismatch(long index, MappedRegion other, long otherIndex, long length) {
        other.checkRange(otherIndex, length, false);
        checkRange(index, length, false);
        try {
            for (long done = 0; done < length; done += MOST_IN_A_BUFFER) {
                int piece = (int) Math.min(length - done, MOST_IN_A_BUFFER);
                int found = MappedMemory.newAlias(memory, offset(index + done), piece, true)
                        .mismatch(MappedMemory.newAlias(other.memory, other.offset(otherIndex + done), piece, true));
                if (found >= 0) {
                    return done + found;
                }
            }
            return -1;
        } finally {
            Reference.reachabilityFence(other);
            Reference.reachabilityFence(this);
        }
    }

    /**
     * A part of this region as a region: the same memory, and the same life. It is closed with the region that was
     * mapped, and closing it ends only its own use, not that of a slice of it. If the region that was mapped is made
     * shorter, the slice can be used as far as that goes; if it is made longer again, the slice, too, is what it was.
     *
     * @param index of its first byte
     * @param length bytes
     * @return the slice, in the order of this region
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public MappedRegion slice(long index, long length) {
        checkRange(index, length, false);
        return new MappedRegion(this, index, length);
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
        return MappedMemory.newView(memory, offset(index), length, readOnly);
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
        checkOpen();
        if (memory != null) {
            memory.force(offset(0), usable());
        }
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
            memory.force(offset(index), length);
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
     * @throws MappedFileChangedException if pages of the region could not be had meanwhile, or it was made shorter: then
     *     what was read may have been cut off
     */
    public <T> T read(Function<? super MappedRegion, ? extends T> read) throws MappedFileChangedException {
        Objects.requireNonNull(read, "read");
        checkOpen();
        if (memory == null) {
            return read.apply(this);
        }
        int cutsBefore = root.cuts;
        T result = memory.validated(this, read);
        VarHandle.loadLoadFence(); // What was read was read before this.
        if (root.cuts != cutsBefore) {
            // The rest of the last page reads as zeros and does not fault.
            throw new MappedFileChangedException("validated read of " + this + ": it was made shorter meanwhile; read it"
                    + " again", 0, 0, null);
        }
        return result;
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
     * Writes bytes of the region to a channel, at the channel's position, until all are written or the channel takes no
     * more: a channel in non-blocking mode may take a part. Blocks as the channel's {@code write} does.
     *
     * @param index of the first byte
     * @param count bytes
     * @param target where to; it gets read-only buffers on the region's memory
     * @return how many bytes the channel took, from 0 to {@code count}
     * @throws NullPointerException if {@code target} is null
     * @throws IndexOutOfBoundsException if the range is out of bounds; nothing has been written
     * @throws IllegalStateException if the region is closed
     * @throws IOException as the channel's {@code write}, some bytes may have been written. So it is if a page cannot be
     *     had: write(2) says that as a bad address. A channel that copies the bytes by itself gets what any access gets
     */
    public long transferTo(long index, long count, WritableByteChannel target) throws IOException {
        Objects.requireNonNull(target, "target");
        checkRange(index, count, false);
        long done = 0;
        while (done < count) {
            int piece = (int) Math.min(count - done, MOST_IN_A_BUFFER);
            int written = target.write(MappedMemory.newView(memory, offset(index + done), piece, true));
            if (written <= 0) {
                break;
            }
            done += written;
        }
        return done;
    }

    /**
     * Brings a range into memory, and blocks until it is there: touches each page. That the file is long enough is asked
     * before: madvise(2) with {@code MADV_POPULATE_READ}. A page that cannot be read counts as one of {@link #faults}.
     *
     * @param index of the first byte
     * @param length bytes
     * @throws IOException if a page cannot be read from the file, or meanwhile another of the region could not be had
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public void load(long index, long length) throws IOException {
        checkRange(index, length, false);
        if (length == 0 || MappedPages.load(memory, offset(index), length)) {
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
            throw new IOException("cannot load " + length + " bytes at " + index + ": a page cannot be read from the"
                    + " file", e);
        }
    }

    /** Kept so that the reads that touch pages are not optimised away. */
    @SuppressWarnings("unused")
    private byte touchedLast;

    /**
     * Counts the pages of a range, and those that are in the page cache, whoever has brought them there: reading them takes
     * no device. Reads nothing, changes nothing, does not block. See mincore(2); the number of dirty pages is not known here,
     * {@link PageCache#residency} knows it.
     *
     * @param index of the first byte
     * @param length bytes
     * @return the numbers. That of resident pages is empty where the kernel would claim that all are: of a
     *     {@code READ_ONLY} region of somebody else's file, that this user may not write to
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public Residency residency(long index, long length) {
        checkRange(index, length, false);
        return new Residency(length == 0 ? ResidentPages.NONE : MappedPages.resident(memory, offset(index), length));
    }

    /**
     * Says how a range will be used, and what shares its pages. Does not block, but for {@link Advice#WILL_NEED} on some
     * filesystems. See madvise(2).
     *
     * @param advice what will be done with it
     * @param index of the first byte
     * @param length bytes
     * @throws NullPointerException if {@code advice} is null
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws UnsupportedOperationException if the kernel has no such advice for this mapping
     * @throws UncheckedIOException if it has no mapping to spare (vm.max_map_count): ranges with different advice are
     *     different mappings
     * @throws IllegalStateException if the region is closed
     */
    public void advise(Advice advice, long index, long length) {
        Objects.requireNonNull(advice, "advice");
        checkRange(index, length, false);
        if (length > 0) {
            MappedPages.advise(memory, advice, offset(index), length);
        }
    }

    /**
     * Has the kernel begin to read a range, and does not wait for it: {@link #advise} with {@link Advice#WILL_NEED}.
     *
     * @param index of the first byte
     * @param length bytes
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public void prefetch(long index, long length) {
        advise(Advice.WILL_NEED, index, length);
    }

    /**
     * Writes the changes of a range to the file, blocks until the device has them, and then gives up the memory of its
     * whole pages, in this mapping and in the page cache: the next access reads them again. Pages that another process or
     * another mapping uses stay. So does what is in the page cache only: {@code PageCache.drop} takes that. See madvise(2),
     * {@code MADV_PAGEOUT}.
     *
     * @param index of the first byte
     * @param length bytes
     * @throws IOException if writing back fails; then nothing is given up
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws UnsupportedOperationException if pages of the range are locked, or huge pages of hugetlbfs; before Linux 5.4
     * @throws IllegalStateException if the region is closed
     */
    public void evict(long index, long length) throws IOException {
        checkRange(index, length, false);
        if (length > 0) {
            MappedPages.evict(memory, offset(index), length);
        }
    }

    /**
     * Brings a range into memory and keeps it there until it is unlocked or the region closed, and what shares its pages.
     * Blocks until it is there. Locks do not nest. See mlock(2).
     *
     * @param index of the first byte
     * @param length bytes
     * @throws IOException if the process may not lock so much: RLIMIT_MEMLOCK; or if a page cannot be had. No page of the
     *     range is locked then
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws IllegalStateException if the region is closed
     */
    public void lock(long index, long length) throws IOException {
        checkRange(index, length, false);
        if (length > 0) {
            MappedPages.lock(memory, offset(index), length);
        }
    }

    /**
     * Lets the kernel take the pages of a range out of memory again: munlock(2). A range that is not locked is no error.
     *
     * @param index of the first byte
     * @param length bytes
     * @throws IndexOutOfBoundsException if the range is out of bounds
     * @throws UncheckedIOException if the kernel has no mapping to spare (vm.max_map_count)
     * @throws IllegalStateException if the region is closed
     */
    public void unlock(long index, long length) {
        checkRange(index, length, false);
        if (length > 0) {
            MappedPages.unlock(memory, offset(index), length);
        }
    }

    /**
     * Makes the region longer or shorter, and the file with it. Nothing moves: addresses, slices and buffers stay what
     * they are. Other threads may use the region meanwhile; who reads beyond the new end just then gets an
     * {@link InternalError} or zeros.
     *
     * <p>A {@code READ_WRITE} region makes the file longer if it ends before the new end; it makes the file shorter if it
     * ends where the region ends, and leaves it if it goes on. What is new is zeros. A region of another mode does not
     * change the file, which must be long enough: so a reader follows a file that somebody else appends to.
     *
     * <p>Blocks for as long as ftruncate(2) takes, or fallocate(2) if space is reserved, and while another thread is
     * resizing.
     *
     * @param newSize bytes, from 0 to the {@link MapOptions#maxSize} that the region was mapped with
     * @throws IllegalArgumentException if {@code newSize} is negative, or more than that
     * @throws UnsupportedOperationException if the region was mapped without {@link MapOptions#maxSize}, or is a slice
     * @throws ClosedChannelException if the channel that the region was mapped from is closed
     * @throws IOException if the file cannot be made longer or shorter: a full disk where space is reserved, a limit. The
     *     region is then as it was
     * @throws IllegalStateException if the region is closed
     */
    public void resize(long newSize) throws IOException {
        if (newSize < 0) {
            throw new IllegalArgumentException("Negative size: " + newSize);
        }
        checkOpen();
        if (resizable == null) {
            throw new UnsupportedOperationException(root == this ? "the region was mapped without room to grow: give"
                    + " MapOptions.maxSize" : "a slice has the size that it was made with: resize its region");
        }
        if (newSize > maxSize) {
            throw new IllegalArgumentException("size " + newSize + " is more than the maximal size " + maxSize
                    + " that the region was mapped with");
        }
        synchronized (resizing) {
            checkOpen();
            long oldSize = size;
            try {
                if (newSize < oldSize) {
                    cuts++; // Before anything is cut off: a read that began before may see it.
                    setSize(newSize); // First: who comes from now on is told so, and does not fault.
                }
                resizable.resize(oldSize, newSize);
                oldSize = newSize;
                memory.settle(); // Zeros that a stale access got where there is a file now.
            } finally {
                setSize(oldSize);
            }
        }
    }

    private void setSize(long newSize) {
        size = newSize;
        writable = readOnly ? 0 : newSize;
        VarHandle.fullFence();
        if (!open.get()) { // Closed meanwhile, perhaps before the lines above.
            size = 0;
            writable = 0;
        }
    }

    /**
     * Gives memory and file back at once, and ends every use of the region. Idempotent; throws nothing. Does
     * not block, unless the kernel has no mapping to spare (vm.max_map_count): then garbage is collected. Should it
     * still refuse, the region is closed all the same and the memory is given back when it is garbage. Closing a slice
     * ends only the use of the slice.
     */
    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        size = 0;
        writable = 0;
        if (root != this) {
            return;
        }
        if (memory != null) {
            try {
                memory.retire();
            } catch (IllegalStateException e) {
                // As said above.
            }
        }
        if (resizable != null) {
            resizable.close();
        }
    }

    @Override
    public String toString() {
        return "MappedRegion[" + (isOpen() ? usable() + " bytes" + (readOnly ? ", read-only" : "") : "closed") + "]";
    }
}
