package io.ferronio.internal;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** A lease on a file, until it is given back. Whatever the kernel refuses becomes an exception here. */
public final class HeldLease {

    private final FileChannel file;
    private final boolean write;
    private final Runnable onBreak;

    private volatile boolean broken;
    /** Whether the holder himself has said that he does not want it any more. */
    private volatile boolean unwanted;
    private volatile boolean gone;

    /** The thread's own: where the lease is. */
    private int descriptor = -1;
    private int index = FileChannelAccess.NOT_ADDED;
    private boolean told;

    /**
     * Prepares a lease.
     *
     * @param file one of the JDK's own channels
     * @param write whether it is a write lease
     * @param onBreak tells the holder, once, and may take its time; the lease is given back when it is done
     */
    public HeldLease(FileChannel file, boolean write, Runnable onBreak) {
        this.file = file;
        this.write = write;
        this.onBreak = onBreak;
    }

    /**
     * Why no lease can be taken here.
     *
     * @return the reason, or null if they can
     */
    public static String unavailable() {
        if (!NativeLibrary.isLoaded()) {
            return "the native library is not loaded";
        }
        return FileChannelAccess.CAN_LEASE ? null : JdkAccess.missing();
    }

    /** As {@link #unavailable}, and whether the kernel gives one. */
    static String unavailableOrRefused() {
        String unavailable = unavailable();
        long result = unavailable == null ? LeaseNatives.tryOut() : 0;
        return result < 0 ? "fcntl(F_SETLEASE): " + Errno.text(result) : unavailable;
    }

    /**
     * Whether a channel is one of the JDK's own: of another nobody knows which file it stands for.
     *
     * @param channel the channel
     * @return whether it is
     */
    public static boolean isLeasable(FileChannel channel) {
        return FileChannelAccess.isInstance(channel);
    }

    /**
     * Takes it. The holder may be told before this returns.
     *
     * @throws ClosedChannelException if the channel is closed
     * @throws IllegalStateException if the open file has a lease
     * @throws FileSystemException if the kernel refuses
     * @throws IOException if it does so for another reason than those that are known
     */
    public void take() throws IOException {
        long result = LeaseThread.call(thread -> thread.take(this));
        if (result == 0) {
            return;
        }
        if (!file.isOpen()) {
            throw new ClosedChannelException();
        }
        String known = FileChannelAccess.path(file);
        String path = known == null ? "a file without a name" : known;
        String lease = write ? "a write lease" : "a read lease";
        String tried = "cannot take " + lease + ": ";
        switch ((int) -result) {
            case Errno.EBUSY -> throw new IllegalStateException(
                    "cannot take " + lease + " on " + path + ": its open file has a lease, give that back first");
            case Errno.EAGAIN -> throw new FileSystemException(path, null, tried + whoIsInTheWay());
            case Errno.EACCES -> throw new AccessDeniedException(path, null, tried + "it is a file of user "
                    + OpenFile.call(file, LeaseNatives::owner) + ", and this process runs as user "
                    + LeaseNatives.user() + " without CAP_LEASE; run it as the file's owner or with that capability");
            case Errno.EINVAL -> throw new FileSystemException(path, null, tried + (RegularFiles.size(file) < 0
                    ? "it is no regular file" : "its file system has no leases; there is no other way to be told"));
            case Errno.EUSERS -> throw new FileSystemException(path, null,
                    tried + "every real-time signal of this process has a handler, and one without is needed");
            default -> throw Errno.exception(result, "fcntl(F_SETLEASE) for " + lease + " on " + path);
        }
    }

    private String whoIsInTheWay() {
        if (write) {
            return "somebody else has the file open or mapped, in this process or another; only one channel may";
        }
        return FileChannelAccess.isWritable(file)
                ? "this channel is open for writing; take it on one that is open for reading only, with none beside it"
                : "somebody has the file open or mapped for writing, in this process or another; try again without him";
    }

    /**
     * Gives it back, and returns when that is done. The holder is not told any more, unless he is just being told.
     * Idempotent.
     */
    public void close() {
        unwanted = true;
        if (!gone) {
            LeaseThread.call(thread -> thread.giveBack(this));
        }
    }

    /**
     * Whether somebody wanted the file while it was held.
     *
     * @return whether somebody did
     */
    public boolean isBroken() {
        return broken;
    }

    // For the thread that has all leases.

    FileChannel file() {
        return file;
    }

    boolean isWrite() {
        return write;
    }

    /** Where it is from now on: the descriptor, and the thread's place in the channel's thread set. */
    void isAt(int newDescriptor, int newIndex) {
        descriptor = newDescriptor;
        index = newIndex;
    }

    int descriptor() {
        return descriptor;
    }

    int index() {
        return index;
    }

    /** Somebody wants the file. */
    void isWanted() {
        broken = true;
    }

    /** The holder gets to know of it. */
    void isTold() {
        told = true;
    }

    boolean isUntold() {
        return broken && !told;
    }

    /** It was given back. */
    void isGone() {
        gone = true;
    }

    /** On a thread of its own, whose handler of uncaught exceptions gets what the holder throws. */
    void tellHolder() {
        LeaseNatives.unblock();
        try {
            if (!unwanted) {
                onBreak.run();
            }
        } finally {
            close();
        }
    }
}
