package io.ferronio.internal;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/**
 * The file behind a region that may grow: it gets longer and shorter with the region, unless it goes on after it. The
 * mapping needs no care: pages appear in it, and go, with the file's.
 */
public final class ResizableFile {

    private final FileChannel channel;
    private final FileChannel.MapMode mode;
    private final long position;
    private final boolean reserves;
    private final boolean isOwned;

    /**
     * Prepares for it; nothing happens yet.
     *
     * @param channel the file, to be left open for as long as the region may grow
     * @param mode the region's mode: only READ_WRITE changes the file
     * @param position where in the file the region begins
     * @param reserves whether the filesystem sets space aside for what is new
     * @param isOwned whether {@link #close} closes the channel
     */
    public ResizableFile(FileChannel channel, FileChannel.MapMode mode, long position, boolean reserves,
            boolean isOwned) {
        this.channel = channel;
        this.mode = mode;
        this.position = position;
        this.reserves = reserves;
        this.isOwned = isOwned;
    }

    /**
     * Makes the file fit.
     *
     * @param from the region's size
     * @param to the size that it is to have; not so large that the sum with its position overflows
     * @throws ClosedChannelException if the channel is closed
     * @throws IOException if the file is too short and must not be changed; if the disk is full; and as ftruncate(2) and
     *     fallocate(2) say. The file is then as it was
     */
    public void resize(long from, long to) throws IOException {
        int index = FileChannelAccess.addThread(channel);
        try {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            synchronized (FileChannelAccess.positionLock(channel)) {
                setSize(FileChannelAccess.descriptor(channel), from, to);
            }
        } finally {
            FileChannelAccess.removeThread(channel, index);
        }
    }

    private void setSize(int file, long from, long to) throws IOException {
        long size = size(channel, file);
        long end = position + to;
        if (mode != FileChannel.MapMode.READ_WRITE) {
            if (to > from && size < end) {
                throw new IOException("cannot make a " + mode + " region of " + channel + " " + to + " bytes: the file ends"
                        + " after " + Math.max(size - position, 0) + ", and such a region does not change it");
            }
        } else if (to > from && reserves) {
            allocate(channel, file, position + from, to - from);
        } else if (to > from && size < end || to < from && size == position + from) {
            setSize(channel, file, end);
        }
    }

    private static long size(FileChannel channel, int file) throws IOException {
        long size;
        do {
            size = MappingNatives.fileSize(file);
        } while (size == -Errno.EINTR);
        if (size < 0) {
            throw Errno.exception(size, "fstat of " + channel);
        }
        return size;
    }

    private static void setSize(FileChannel channel, int file, long size) throws IOException {
        long result;
        do {
            result = MappingNatives.setFileSize(file, size);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw Errno.exception(result, "ftruncate of " + channel + " to " + size + " bytes");
        }
    }

    /** Sets space aside, or leaves the file as long as it was: not all filesystems do that by themselves. */
    private static void allocate(FileChannel channel, int file, long position, long length) throws IOException {
        long size = size(channel, file);
        long result;
        do {
            result = MappingNatives.allocate(file, position, length);
        } while (result == -Errno.EINTR && channel.isOpen());
        if (result < 0 && size(channel, file) > size) {
            setSize(channel, file, size);
        }
        if (result == -Errno.EINTR) {
            throw new AsynchronousCloseException();
        }
        if (result == -Errno.EOPNOTSUPP) {
            throw new IOException("the filesystem cannot reserve space (fallocate): map " + channel + " without reserve()",
                    Errno.exception(result, "fallocate"));
        }
        if (result < 0) {
            throw Errno.exception(result, "fallocate of " + channel + ", " + length + " bytes at position " + position);
        }
    }

    /**
     * Makes a file longer for a mapping, under the lock under which the JDK does so; never shorter. While this thread is
     * in the channel's thread set.
     */
    static void extend(FileChannel channel, int file, long size) throws IOException {
        if (!FileChannelAccess.isWritable(channel)) {
            throw new IOException("Channel not open for writing - cannot extend file to required size");
        }
        synchronized (FileChannelAccess.positionLock(channel)) {
            if (size(channel, file) < size) {
                setSize(channel, file, size);
            }
        }
    }

    /** Sets space aside for a mapping that does not exist yet. While this thread is in the channel's thread set. */
    static void reserve(FileChannel channel, int file, long position, long length) throws IOException {
        synchronized (FileChannelAccess.positionLock(channel)) {
            allocate(channel, file, position, length);
        }
    }

    /** Lets go of the file. */
    public void close() {
        if (isOwned) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is closed all the same, close(2) says, and nothing was written through it.
            }
        }
    }
}
