package io.ferronio;

import io.ferronio.internal.CancellableThread;
import io.ferronio.internal.CancellationSignal;
import io.ferronio.internal.Cancelled;
import io.ferronio.internal.FileCopier;
import io.ferronio.internal.Trace;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Whole files: blocks are shared where the filesystem can, sparse files stay sparse, and the target appears under
 * its name only when it is complete and on the disk.
 *
 * <p>{@link #copy} copies. An object of this class is a plan for that, immutable as a {@link Transfer}, which may also
 * be watched and cancelled.
 */
public final class FileCopy {

    private final Path source;
    private final Path target;
    private final CopyOption[] options;
    private final LongConsumer onProgress;
    private final CancellationSignal cancellation;

    private FileCopy(Path source, Path target, CopyOption[] options, LongConsumer onProgress,
            CancellationSignal cancellation) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.onProgress = onProgress;
        this.cancellation = cancellation;
    }

    /**
     * A plan of what {@link #copy} does, to be watched or cancelled.
     *
     * @param source the file to copy
     * @param target the path of the copy
     * @param options as there; looked at when it runs
     * @return the plan
     */
    public static FileCopy of(Path source, Path target, CopyOption... options) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        return new FileCopy(source, target, options.clone(), null, null);
    }

    /**
     * Told how far the content is copied, after each piece of at most 4 MiB; where blocks are shared, once. It is called
     * by the thread that runs, in place of an earlier one; what it throws ends the copy. What is no regular file, and
     * what {@code Files.copy} copies, tells nothing.
     *
     * @param bytesSoFar gets the position in the file, holes included, more each time
     * @return a new plan
     */
    public FileCopy onProgress(LongConsumer bytesSoFar) {
        Objects.requireNonNull(bytesSoFar, "bytesSoFar");
        return new FileCopy(source, target, options, bytesSoFar, cancellation);
    }

    /**
     * What ends a copy before it has its name, in place of an earlier one: looked at after each piece of at most 4 MiB,
     * and before and after the fsync(2) of the whole. The temporary file is deleted then, and the target is what it was.
     * Nothing ends a copy that {@code Files.copy} makes.
     *
     * @param cancellation cancelled to end it, before or meanwhile
     * @return a new plan
     */
    public FileCopy cancelledBy(Cancellation cancellation) {
        Objects.requireNonNull(cancellation, "cancellation");
        return new FileCopy(source, target, options, onProgress, Cancellation.signalOf(cancellation));
    }

    /**
     * Copies a file as {@code Files.copy(source, target, options)} does, with the same options, the same attributes
     * and the same exceptions.
     *
     * <p>The content of a regular file goes the first of these ways that the kernel does not refuse; a refusal is
     * remembered for this copy only:
     * <ol>
     *   <li>{@link Route#REFLINK}: {@code ioctl(FICLONE)}, on Btrfs, XFS and others, within one filesystem;</li>
     *   <li>{@link Route#COPY_FILE_RANGE}: {@code copy_file_range(2)};</li>
     *   <li>{@link Route#SENDFILE}: {@code sendfile64(2)}, also between filesystems;</li>
     *   <li>{@link Route#BUFFERED}: read and write: the last resort, which cannot be switched off here, and the only
     *       way for files without a size ({@code /proc}) and without the native library.</li>
     * </ol>
     * Only data is copied, which {@code lseek(2)} finds by SEEK_DATA and SEEK_HOLE: holes stay holes and cost nothing.
     * Without the native library they are filled with zeros.
     *
     * <p>The copy is written to a hidden file in the target's folder, of a random name that begins with
     * {@code .ferronio-}, with permissions no wider than those it will have; synced with {@code fsync(2)}; and renamed.
     * Then the folder is synced, if this user may read it. So whoever looks at the target sees what was there before,
     * or the whole copy, also after a crash. If this method fails, the temporary file is deleted and the target is
     * what it was, with two exceptions: an empty folder that was to be replaced may be gone; and if only the folder
     * could not be synced, the copy is in place, and the exception says so. A process that is killed leaves the
     * temporary file behind. Without REPLACE_EXISTING nothing is ever replaced ({@code renameat2(2)}, else
     * {@code link(2)}, after which a temporary name that cannot be deleted remains as a second name of the copy): of
     * two copies to the same new name one fails.
     *
     * <p>The copy is of one moment only if nobody writes to the source meanwhile. Of a source that grows, at least the
     * size that it had at the beginning is copied. The copy of a source that shrinks ends where the source was found to
     * end, or where the copy had got to already. As every program that opens and closes a file, the copy
     * drops the POSIX locks that this process holds on the source: see {@code fcntl(2)}.
     *
     * <p>Differences from {@code Files.copy}: the set-user-ID, set-group-ID and sticky bits are copied only with
     * COPY_ATTRIBUTES; a target is replaced, not removed first; an interrupt is always noticed, between two system
     * calls of at most 64 MiB. Folders, symbolic links (with NOFOLLOW_LINKS), devices, and paths of other file systems
     * than the default one are copied by {@code Files.copy} itself, {@link Route#JDK}: of what is said above nothing
     * holds for them. Without the native library it copies the content, too, if there is COPY_ATTRIBUTES.
     *
     * <p>May be called by any thread; blocks until the copy is on the disk. A virtual thread keeps its carrier
     * during each system call, as with all file I/O.
     *
     * @param source the file to copy
     * @param target the path of the copy
     * @param options REPLACE_EXISTING; COPY_ATTRIBUTES, which copies times, and owner, group, permissions and extended
     *     attributes as far as the user may and the filesystem can; NOFOLLOW_LINKS; and
     *     {@code ExtendedCopyOption.INTERRUPTIBLE}, which changes nothing
     * @return how it was done; its {@code bytes()} is the size of the copy, holes included; 0 for what is no regular
     *     file, and if source and target are the same file, to which nothing is done
     * @throws UnsupportedOperationException if there is any other option
     * @throws java.nio.file.NoSuchFileException if the source, or the target's folder, does not exist
     * @throws java.nio.file.FileAlreadyExistsException if the target exists and is not to be replaced
     * @throws java.nio.file.DirectoryNotEmptyException if the target is to be replaced and is a folder with entries
     * @throws java.nio.file.AccessDeniedException if the source may not be read, or the target's folder not be written
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted before or meanwhile
     * @throws java.nio.file.FileSystemException for all else that the kernel says, such as "No space left on device";
     *     its cause tells more
     * @throws IOException as {@code Files.copy}
     */
    public static TransferResult copy(Path source, Path target, CopyOption... options) throws IOException {
        return of(source, target, options).run();
    }

    /**
     * Copies the file, as {@link #copy} does. A plan may be run many times, and by many threads at once.
     *
     * @return as there
     * @throws TransferCancelledException if it was {@linkplain #cancelledBy cancelled} in time
     * @throws UnsupportedOperationException as there
     * @throws IOException as there
     */
    public TransferResult run() throws IOException {
        CancellableThread thread = CancellationSignal.enter(cancellation);
        Trace trace = new Trace(thread);
        Trace.pair(trace, "file to copy");
        long bytes = 0;
        Throwable failure = null;
        try {
            bytes = FileCopier.copy(source, target, options, onProgress, trace);
            return new TransferResult(bytes, trace);
        } catch (Cancelled e) {
            TransferCancelledException cancelled = TransferCancelledException.of(e, 0, 0);
            failure = cancelled;
            throw cancelled;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            CancellationSignal.leave(thread);
            Trace.end(trace, bytes, failure);
        }
    }

    /** Says the plan. */
    @Override
    public String toString() {
        return "FileCopy of " + source + " to " + target + (options.length == 0 ? "" : " " + Arrays.toString(options));
    }
}
