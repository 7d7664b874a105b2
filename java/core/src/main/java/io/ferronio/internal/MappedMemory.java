package io.ferronio.internal;

import io.ferronio.MappedFileChangedException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.function.Function;

/**
 * Memory mapped from a file, and its life: mapped, retired (file and memory given back, addresses kept),
 * gone. It is gone when this object is garbage, that is when no buffer or region that knows the addresses
 * can be reached: each of them refers to it.
 *
 * <p>As a Runnable it is the unmapper of its buffer: it retires.
 */
public final class MappedMemory implements Runnable {

    /** The modes that are ours; their places are their numbers in {@link MappingNatives#map}. */
    private static final List<FileChannel.MapMode> MODES =
            List.of(FileChannel.MapMode.READ_ONLY, FileChannel.MapMode.READ_WRITE, FileChannel.MapMode.PRIVATE);

    /** Whether files can be mapped so that they can be unmapped safely. */
    private static final boolean AVAILABLE =
            FileChannelAccess.CAN_MAP && BufferAccess.CAN_MAKE && Guard.isAvailable();

    private final MappingLife life;
    private final long address;
    /** Where it is counted as long as it is mapped; or null. */
    private final MappedPool pool;

    private MappedMemory(FileChannel channel, FileChannel.MapMode mode, long position, long size, long room,
            boolean reserve, MappedPool pool) throws IOException {
        MappingLife.collectNearLimit();
        String path = FileChannelAccess.path(channel);
        life = MappingLife.of(this, path == null ? "a file without a name" : path, room, pool);
        long handle = tryMap(channel, mode, position, size, room, reserve);
        for (int i = 0; i < MappingLife.COLLECTIONS && handle == -Errno.ENOMEM; i++) {
            MappingLife.collectGarbage();
            handle = tryMap(channel, mode, position, size, room, reserve);
        }
        if (handle == -Errno.ENOMEM) {
            throw new IOException(room == size ? "Map failed" : "cannot map " + channel + " with room for " + room
                    + " bytes: there are not so many addresses, or RLIMIT_AS (ulimit -v) allows no more: give a smaller"
                    + " maxSize", new OutOfMemoryError("Map failed"));
        }
        if (handle < 0) {
            throw Errno.exception(handle, "mmap of " + channel + ", " + mode + ", position " + position + ", " + room
                    + " bytes");
        }
        life.begin(handle);
        address = MappingNatives.address(handle);
        this.pool = pool;
        if (pool != null) {
            pool.enter(address, size);
        }
        Guard.checkNowAndThen();
    }

    /**
     * Why files cannot be mapped by us here: then the JDK maps them.
     *
     * @return the reason, or null if they can
     */
    public static String unavailable() {
        if (AVAILABLE) {
            return null;
        }
        return Guard.isAvailable() ? JdkAccess.missing() : "no guard: " + Guard.unavailable();
    }

    /** Loads and initializes all that mappings need, for who cannot have that happen in the middle of one. */
    public static void initialize() {
        if (AVAILABLE) {
            MappingLife.collectNearLimit(); // Looks what the limit is.
            MappedPool.initialize();
        }
    }

    /**
     * Why there are no mapped regions here.
     *
     * @return the reason, or null if there are
     */
    public static String unavailableForRegions() {
        String unavailable = unavailable();
        return unavailable == null && !(MemoryAccess.AVAILABLE && MemoryAtomics.AVAILABLE)
                ? JdkAccess.missing() : unavailable;
    }

    /**
     * Whether {@link #map} takes such a call: everything is there that it needs, and nothing is wrong with
     * the arguments. Whatever is wrong with them, the JDK's own method finds, too.
     *
     * @param channel the file
     * @param mode the mode
     * @param position where to begin
     * @param size bytes
     * @return whether it does
     */
    public static boolean canMap(FileChannel channel, FileChannel.MapMode mode, long position, long size) {
        return AVAILABLE && FileChannelAccess.isInstance(channel) && isOurs(mode) && size > 0
                && position >= 0 && position + size > 0 && channel.isOpen() && FileChannelAccess.isReadable(channel)
                && (mode == FileChannel.MapMode.READ_ONLY || FileChannelAccess.isWritable(channel))
                && !Thread.currentThread().isInterrupted();
    }

    /**
     * Whether a channel is one of the JDK's own: of another nobody knows which file it stands for.
     *
     * @param channel the channel
     * @return whether it is
     */
    public static boolean isMappable(FileChannel channel) {
        return FileChannelAccess.isInstance(channel);
    }

    /**
     * Whether a mode is one of the three that every JDK has. Modes are compared by identity, as the JDK does.
     *
     * @param mode the mode, perhaps null
     * @return whether it is
     */
    public static boolean isOurs(FileChannel.MapMode mode) {
        return mode != null && MODES.contains(mode);
    }

    /**
     * Maps a file as {@code FileChannel.map} does, of any size. A file that is too short is extended, if the
     * channel is open for writing. Where the kernel has no memory for it, garbage is collected and it is
     * tried again, as the JDK does.
     *
     * @param channel the file
     * @param mode one of the three modes
     * @param position where in the file
     * @param size bytes, over 0
     * @return the memory
     * @throws IOException as {@code FileChannel.map}
     */
    public static MappedMemory map(FileChannel channel, FileChannel.MapMode mode, long position, long size)
            throws IOException {
        return new MappedMemory(channel, mode, position, size, size, false, null);
    }

    /**
     * As {@link #map(FileChannel, FileChannel.MapMode, long, long)}, in the place of the JDK's method: so it is counted in the
     * JDK's buffer pool "mapped" until it is retired.
     *
     * @param channel the file
     * @param mode one of the three modes
     * @param position where in the file
     * @param size bytes, over 0
     * @return the memory
     * @throws IOException as {@code FileChannel.map}
     */
    public static MappedMemory mapInPlace(FileChannel channel, FileChannel.MapMode mode, long position, long size)
            throws IOException {
        return new MappedMemory(channel, mode, position, size, size, false, new MappedPool());
    }

    /**
     * As {@link #map(FileChannel, FileChannel.MapMode, long, long)}, with room to grow: behind the addresses after
     * {@code size} the file's pages appear as soon as it has them.
     *
     * @param channel the file
     * @param mode one of the three modes
     * @param position where in the file
     * @param size bytes that the file must have, or is extended to have, 0 or more
     * @param room bytes of addresses, over 0, and {@code size} or more
     * @param reserve whether the filesystem is to set space aside for {@code size} bytes
     * @return the memory
     * @throws IOException as {@code FileChannel.map}, and if the filesystem has no space or cannot set it aside
     */
    public static MappedMemory map(FileChannel channel, FileChannel.MapMode mode, long position, long size, long room,
            boolean reserve) throws IOException {
        return new MappedMemory(channel, mode, position, size, room, reserve, null);
    }

    /** Brings back what the guard has replaced, for a file that has just grown. */
    public void settle() {
        try {
            MappingNatives.settle(life.handle());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static long tryMap(FileChannel channel, FileChannel.MapMode mode, long position, long size, long room,
            boolean reserve) throws IOException {
        int index = FileChannelAccess.addThread(channel);
        try {
            if (!channel.isOpen()) {
                throw new AsynchronousCloseException();
            }
            int file = FileChannelAccess.descriptor(channel);
            if (reserve && size > 0) {
                ResizableFile.reserve(channel, file, position, size);
            }
            long handle = MappingNatives.map(file, MODES.indexOf(mode), position, size, room);
            if (handle == -Errno.ENODATA) {
                ResizableFile.extend(channel, file, position + size);
                handle = MappingNatives.map(file, MODES.indexOf(mode), position, size, room);
            }
            return handle;
        } finally {
            FileChannelAccess.removeThread(channel, index);
        }
    }

    /**
     * The address of the first byte.
     *
     * @return an address
     */
    public long address() {
        return address;
    }

    /**
     * A buffer on all of the memory, which retires it when it is cleaned. For sizes below 2 GiB.
     *
     * @param readOnly whether it refuses writes
     * @return the buffer
     */
    public MappedByteBuffer newBuffer(boolean readOnly) {
        return BufferAccess.newBuffer(Math.toIntExact(life.size()), address, this, readOnly);
    }

    /**
     * A buffer on a part, which keeps the memory reachable and does not unmap anything.
     *
     * @param memory null for a region of no bytes
     * @param offset of its first byte
     * @param capacity bytes
     * @param readOnly whether it refuses writes
     * @return the buffer
     */
    public static MappedByteBuffer newView(MappedMemory memory, long offset, int capacity, boolean readOnly) {
        long start = memory == null ? 0 : memory.address + offset;
        return BufferAccess.newBuffer(capacity, start, new View(memory), readOnly);
    }

    /**
     * As {@link #newView}, but nothing is kept reachable: for the length of one call.
     *
     * @param memory null for a region of no bytes
     * @param offset of its first byte
     * @param capacity bytes
     * @param readOnly whether it refuses writes
     * @return the buffer
     */
    public static MappedByteBuffer newAlias(MappedMemory memory, long offset, int capacity, boolean readOnly) {
        long start = memory == null ? 0 : memory.address + offset;
        return BufferAccess.newBuffer(capacity, start, null, readOnly);
    }

    /** In the place of an unmapper: there to be referred to, so that the memory outlives the buffer. */
    record View(MappedMemory memory) implements Runnable {
        @Override
        public void run() {
            // The region that the buffer was made from decides when to unmap.
        }
    }

    /**
     * Gives file and memory back at once. Idempotent. Threads that use the memory meanwhile or afterwards get
     * what the guard gives them.
     *
     * @throws IllegalStateException if the kernel refuses; the memory is then still mapped
     */
    public void retire() {
        try {
            life.retire();
            leavePool();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The unmapper's work, on the thread that serves all references: so it waits for nothing, and throws nothing,
     * which would end the JVM. Should the kernel refuse, the memory is unmapped when this object is garbage.
     */
    @Override
    public void run() {
        try {
            if (life.tryRetire() == 0) {
                leavePool();
            }
        } finally {
            Reference.reachabilityFence(this); // Else the handle may be released while the native uses it.
        }
    }

    private void leavePool() {
        if (pool != null) {
            pool.run();
        }
    }

    /** Its life; whoever uses it keeps this object reachable. */
    MappingLife life() {
        return life;
    }

    /**
     * Pages that an access could not have.
     *
     * @return their number so far, in either life
     */
    public long faults() {
        try {
            return MappingNatives.faults(life.handle());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Reads, and sees whether what was read was the file's.
     *
     * @param <B> what shows the memory
     * @param <T> what is made of what was read
     * @param shown what the function gets
     * @param read the function
     * @return its result
     * @throws MappedFileChangedException if pages could not be had meanwhile
     * @throws IllegalStateException if the memory is retired, or was meanwhile and somebody has used it then
     */
    public <B, T> T validated(B shown, Function<? super B, ? extends T> read) throws MappedFileChangedException {
        try {
            return WatchedMapping.validated(life, shown, read);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Writes changes back to the file and waits.
     *
     * @param offset of the first byte
     * @param length bytes
     * @throws MappedFileChangedException if pages could not be had since the file was mapped
     * @throws IOException as msync(2) says
     * @throws IllegalStateException if the memory is retired
     */
    public void force(long offset, long length) throws IOException {
        try {
            WatchedMapping.force(life, () -> MappedPages.writeBack(this, offset, length));
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
