package io.ferronio;

import io.ferronio.internal.HeldLease;
import io.ferronio.internal.NativeLibrary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A word before somebody else truncates or opens a file: time to finish a transfer, to unmap, to write back. It is one
 * of the kernel's file leases; see fcntl(2), "Leases".
 *
 * <p>Who opens or truncates the file in a way that the lease does not allow, in another process or in this one, waits
 * in his system call until the lease is given back: when {@code onBreak} has returned, at {@link #close}, when the
 * channel is closed, or at last when the kernel's time is up ({@code /proc/sys/fs/lease-break-time}, 45 seconds
 * unless somebody has changed it). Then nobody keeps him any longer, whatever {@code onBreak} still does. Who opens
 * with {@code O_NONBLOCK}, as truncate(1) does, gets {@code EWOULDBLOCK} instead of waiting; the lease is broken all
 * the same.
 *
 * <pre>{@code
 * FileChannel channel = FileChannel.open(path);
 * MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, channel.size());
 * FileLease lease = FileLease.take(channel, FileLease.Type.READ, broken -> Mappings.unmap(buffer));
 * }</pre>
 *
 * <p>A file is not opened by renaming or deleting it, nor by renaming another one to its name: that breaks no lease,
 * and harms no mapping. Who has the file open for writing already would not have to wait; so while there is one,
 * there is no read lease. On a network file system other machines need not wait.
 *
 * <p>A lease is held, with the function, and the function is called, until it is given back, also when the program has
 * dropped the lease and the channel. All methods may be called by any thread.
 */
public final class FileLease implements AutoCloseable {

    /** What others have to wait for. */
    public enum Type {
        /** Opening for writing, and truncating; readers do not matter. Nobody may have the file open for writing. */
        READ,
        /** Opening at all, and truncating. Nobody else may have the file open. */
        WRITE
    }

    private final Type type;
    private final HeldLease lease;

    private FileLease(FileChannel file, Type type, Consumer<? super FileLease> onBreak) {
        this.type = type;
        this.lease = new HeldLease(file, type == Type.WRITE, () -> onBreak.accept(this));
    }

    /**
     * Takes a lease on a file. It belongs to the open file behind the channel, which can have one.
     *
     * <p>The function is called once, on a daemon thread of the library's that is its own, as soon as somebody wants
     * the file; this may be before {@code take} returns. Leases that are broken at the same time do not wait for each
     * other's functions. What it throws goes to the thread's handler of uncaught exceptions; the lease is given back
     * all the same. It may close the lease and the channel, and use the file through them. It must not open the file
     * by its name while the lease is held: it would wait for itself. It should be done well before the kernel's time
     * is up.
     *
     * <p>It does not wait for anybody. The kernel tells the library by a real-time signal to a thread of its own; no
     * action of a signal can end the JVM for that.
     *
     * @param file one of the JDK's own file channels, on a regular file of this process's user (or with CAP_LEASE);
     *     for a read lease open for reading only
     * @param type what others have to wait for
     * @param onBreak gets this lease when somebody wants the file
     * @return the lease
     * @throws NullPointerException if an argument is null
     * @throws UnsupportedOperationException where there are no leases; see {@link Capabilities}
     * @throws IllegalArgumentException if the channel is not one of the JDK's
     * @throws java.nio.channels.ClosedChannelException if it is closed
     * @throws IllegalStateException if the open file has a lease, of whichever type: give that back first
     * @throws java.nio.file.AccessDeniedException if it is another user's file, and this process has no CAP_LEASE
     * @throws java.nio.file.FileSystemException if somebody has the file open who must not; if it is no regular file,
     *     or its file system has no leases
     * @throws IOException if the kernel refuses for any other reason
     */
    public static FileLease take(FileChannel file, Type type, Consumer<? super FileLease> onBreak) throws IOException {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(onBreak, "onBreak");
        String unavailable = HeldLease.unavailable();
        if (unavailable != null) {
            throw new UnsupportedOperationException("no file leases here: " + unavailable, NativeLibrary.cause());
        }
        if (!HeldLease.isLeasable(file)) {
            throw new IllegalArgumentException("only the JDK's own file channels can have leases, not a "
                    + file.getClass().getName());
        }
        FileLease taken = new FileLease(file, type, onBreak);
        taken.lease.take();
        return taken;
    }

    /**
     * What others have to wait for.
     *
     * @return the type
     */
    public Type type() {
        return type;
    }

    /**
     * Whether somebody has wanted the file while the lease was held. From then on it is only a matter of time until he
     * has it: when the lease is given back, or the kernel's time is up.
     *
     * @return whether somebody has; that does not change any more when the lease is given back
     */
    public boolean isBroken() {
        return lease.isBroken();
    }

    /**
     * Gives the lease back at once: who waits for the file goes on, also while {@code onBreak} is running. The
     * function is not called any more, unless it is just about to be. Idempotent; throws nothing.
     */
    @Override
    public void close() {
        lease.close();
    }
}
