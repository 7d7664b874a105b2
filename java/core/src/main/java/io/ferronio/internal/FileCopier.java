package io.ferronio.internal;

import io.ferronio.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * One copy of a whole file: checks, a temporary file beside the target, its content (which is
 * {@link ContentCopy}'s), attributes, fsync, and the name at the end.
 *
 * <p>O_TMPFILE and linkat(2) would leave nothing behind where the machine stops in the middle. But linkat cannot
 * replace a file, so a temporary name would be needed all the same, and not every filesystem has O_TMPFILE.
 */
public final class FileCopier {

    private static final String TEMPORARY_PREFIX = ".ferronio-";
    private static final Set<OpenOption> CREATE = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final FileAttribute<?>[] OWNER_ONLY = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };

    private final Path source;
    private final Path target;
    private final boolean replaceExisting;
    private final boolean copyAttributes;
    /** How the source is looked at and opened: a link that has come to its place meanwhile is not followed, either. */
    private final LinkOption[] links;
    private final BasicFileAttributes attributes;
    private final LongConsumer onProgress;
    private final Trace trace;
    private boolean ownerCopied;

    private FileCopier(Path source, Path target, Set<CopyOption> options, BasicFileAttributes attributes,
            LongConsumer onProgress, Trace trace) {
        this.source = source;
        this.target = target;
        this.replaceExisting = options.contains(StandardCopyOption.REPLACE_EXISTING);
        this.copyAttributes = options.contains(StandardCopyOption.COPY_ATTRIBUTES);
        this.links = links(options);
        this.attributes = attributes;
        this.onProgress = onProgress;
        this.trace = trace;
    }

    /**
     * Copies a file, or has the JDK do it.
     *
     * @param source as in {@code Files.copy}
     * @param target as there
     * @param options as there
     * @param onProgress told how far the content is copied; null if nobody wants to know
     * @param trace takes note of the routes and system calls
     * @return the size of the copy in bytes; 0 for what is no regular file, and where nothing was to be done
     * @throws IOException as there
     * @throws Cancelled if somebody has cancelled it; the target is what it was
     */
    public static long copy(Path source, Path target, CopyOption[] options, LongConsumer onProgress, Trace trace)
            throws IOException {
        endIfCancelled(trace);
        if (!isDefault(source) || !isDefault(target)) {
            return copyByJdk(source, target, options, trace);
        }
        Set<CopyOption> wanted = check(options);
        BasicFileAttributes attributes = attributes(source, links(wanted));
        if (!attributes.isRegularFile()) {
            return copyByJdk(source, target, options, trace);
        }
        return new FileCopier(source, target, wanted, attributes, onProgress, trace).copy();
    }

    static void endIfCancelled(Trace trace) {
        if (Trace.isCancelled(trace)) {
            throw new Cancelled();
        }
    }

    private static LinkOption[] links(Set<CopyOption> options) {
        return options.contains(LinkOption.NOFOLLOW_LINKS) ? new LinkOption[] {LinkOption.NOFOLLOW_LINKS}
                : new LinkOption[0];
    }

    private static boolean isDefault(Path path) {
        return path.getFileSystem() == FileSystems.getDefault();
    }

    /** The options as a set, if each is one that {@code Files.copy} knows. */
    private static Set<CopyOption> check(CopyOption[] options) {
        Set<CopyOption> wanted = new HashSet<>();
        for (CopyOption option : options) {
            Objects.requireNonNull(option, "option");
            // The one constant of a class in jdk.unsupported, which need not be there.
            boolean interruptible = option.toString().equals("INTERRUPTIBLE")
                    && option.getClass().getName().equals("com.sun.nio.file.ExtendedCopyOption");
            if (!interruptible && option != StandardCopyOption.REPLACE_EXISTING
                    && option != StandardCopyOption.COPY_ATTRIBUTES && option != LinkOption.NOFOLLOW_LINKS) {
                throw new UnsupportedOperationException("unsupported copy option: " + option);
            }
            wanted.add(option);
        }
        return wanted;
    }

    private static long copyByJdk(Path source, Path target, CopyOption[] options, Trace trace) throws IOException {
        Files.copy(source, target, options);
        BasicFileAttributes copy = Files.readAttributes(target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        long bytes = copy.isRegularFile() ? copy.size() : 0;
        Trace.took(trace, Route.JDK);
        Tally.transferred(Route.JDK, bytes);
        return bytes;
    }

    /** With permissions, where the file system has them. */
    private static BasicFileAttributes attributes(Path file, LinkOption... options) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return Files.readAttributes(file, PosixFileAttributes.class, options);
        }
        return Files.readAttributes(file, BasicFileAttributes.class, options);
    }

    private long copy() throws IOException {
        BasicFileAttributes old = oldTarget();
        if (old != null) {
            if (attributes.fileKey() != null && attributes.fileKey().equals(old.fileKey())) {
                return 0; // The same file, as Files.copy sees it.
            }
            if (!replaceExisting) {
                throw new FileAlreadyExistsException(target.toString());
            }
            if (old.isDirectory()) {
                checkEmpty();
            }
        }
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null) {
            throw new FileSystemException(target.toString(), null, "a file cannot take the place of the root folder");
        }
        Path temporary = folder.resolve(TEMPORARY_PREFIX + UUID.randomUUID());
        long bytes;
        try {
            bytes = write(temporary);
            endIfCancelled(trace);
            publish(temporary, old != null && old.isDirectory());
        } catch (Throwable e) {
            delete(temporary, e);
            throw e;
        }
        sync(folder);
        return bytes;
    }

    /** What has the target's name: null if nothing does. */
    private BasicFileAttributes oldTarget() throws IOException {
        try {
            return Files.readAttributes(target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** An early look only: who may not read the folder learns it when it is deleted. */
    private void checkEmpty() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
            if (entries.iterator().hasNext()) {
                throw new DirectoryNotEmptyException(target.toString());
            }
        } catch (AccessDeniedException e) {
            return;
        }
    }

    /** Writes the copy under the temporary name, with its attributes, and to the disk. */
    private long write(Path temporary) throws IOException {
        if (copyAttributes && !OpenFile.HAS_NATIVES) {
            return writeByJdk(temporary);
        }
        try (FileChannel from = FileChannel.open(source, reading()); FileChannel to = create(temporary, from)) {
            ContentCopy content = new ContentCopy(from, to, onProgress, trace);
            long bytes = content.run();
            if (copyAttributes) {
                copyAttributes(to, from);
            }
            endIfCancelled(trace);
            to.force(true);
            content.moved().forEach(Tally::transferred);
            return bytes;
        } catch (FileSystemException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // The kernel does not say which of the two it was.
            throw because(e, new FileSystemException(source.toString(), target.toString(), e.getMessage()));
        }
    }

    private Set<OpenOption> reading() {
        Set<OpenOption> reading = new HashSet<>(List.of(links));
        reading.add(StandardOpenOption.READ);
        return reading;
    }

    /** Without natives only the JDK can copy the owner and the extended attributes. */
    private long writeByJdk(Path temporary) throws IOException {
        List<CopyOption> options = new ArrayList<>(List.of(links));
        options.add(StandardCopyOption.COPY_ATTRIBUTES);
        try {
            long bytes = copyByJdk(source, temporary, options.toArray(new CopyOption[0]), trace);
            // Not followed if it is a copy of such a link, which is no copy of a file.
            try (FileChannel written = FileChannel.open(temporary, reading())) {
                written.force(true);
            }
            return bytes;
        } catch (FileSystemException e) {
            throw e.getFile().equals(temporary.toString()) ? aboutTarget(e) : e;
        }
    }

    /**
     * Makes the temporary file. At no time may anybody read it who may not read the copy: the kernel takes the
     * umask, or the folder's access control list, off the permissions; and a file that is to be somebody else's is
     * its owner's alone until it is complete.
     */
    private FileChannel create(Path temporary, FileChannel from) throws IOException {
        try {
            if (copyAttributes) {
                FileChannel to = FileChannel.open(temporary, CREATE, OWNER_ONLY);
                if (OpenFile.call(to, from, FileCopyNatives::copyOwner) == 0) {
                    ownerCopied = true;
                    return to;
                }
                to.close();
                Files.delete(temporary); // Not ours to give away: a new file like any other, then.
            }
            return FileChannel.open(temporary, CREATE, permissions());
        } catch (FileSystemException e) {
            throw aboutTarget(e);
        }
    }

    private FileAttribute<?>[] permissions() {
        if (!(attributes instanceof PosixFileAttributes)) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> permissions = ((PosixFileAttributes) attributes).permissions();
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }

    /** As Files.copy does: only the times must be copied, the rest where the user and the filesystem can. */
    private void copyAttributes(FileChannel to, FileChannel from) throws IOException {
        OpenFile.call(to, from, FileCopyNatives::copyExtendedAttributes);
        if (ownerCopied) {
            OpenFile.call(to, from, FileCopyNatives::copyMode);
        }
        // Of the time before the copy, which has read the file.
        Instant accessed = attributes.lastAccessTime().toInstant();
        Instant modified = attributes.lastModifiedTime().toInstant();
        long result = OpenFile.call(to, file -> FileCopyNatives.setTimes(file, accessed.getEpochSecond(),
                accessed.getNano(), modified.getEpochSecond(), modified.getNano()));
        if (result < 0) {
            throw Errno.exception(result, "futimens of the copy to " + accessed + " and " + modified);
        }
    }

    /** Gives the complete copy its name. */
    private void publish(Path temporary, boolean replacesFolder) throws IOException {
        try {
            if (!replaceExisting) {
                publishWithoutReplacing(temporary);
                return;
            }
            if (replacesFolder) {
                Files.delete(target); // rename(2) does not put a file in the place of a folder.
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            throw aboutTarget(e);
        }
    }

    /** A file that has got the target's name since we looked stays what it is. */
    private void publishWithoutReplacing(Path temporary) throws IOException {
        if (OpenFile.HAS_NATIVES) {
            long result = FileCopyNatives.renameWithoutReplacing(bytes(temporary), bytes(target.toAbsolutePath()));
            if (result == 0) {
                return;
            }
            if (result == -Errno.EEXIST) {
                throw new FileAlreadyExistsException(target.toString());
            }
        }
        // Not every filesystem can do that (NFS), and not every one can do this (FAT).
        try {
            Files.createLink(target, temporary);
        } catch (UnsupportedOperationException e) {
            throw because(e, new FileSystemException(target.toString(), null,
                    "nothing here names a file without replacing another; copy with REPLACE_EXISTING"));
        }
        try {
            Files.delete(temporary);
        } catch (IOException e) {
            return; // The copy is in place: that it has two names is no failure of it.
        }
    }

    /** A path as the kernel's bytes, whatever the locale: its URI has them all. */
    private static byte[] bytes(Path path) {
        String escaped = path.toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length() + 1);
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(escaped.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    /** So that the new name outlives a power failure. The copy is in place: an interrupt comes too late. */
    private void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder)) {
            if (!OpenFile.HAS_NATIVES) {
                channel.force(true);
                return;
            }
            long result;
            do {
                result = OpenFile.call(channel, FileCopyNatives::sync);
            } while (result == -Errno.EINTR);
            // A few filesystems cannot sync a folder, and say EINVAL.
            if (result < 0 && !Errno.isRefusal(result)) {
                throw Errno.exception(result, "fsync of " + folder);
            }
        } catch (AccessDeniedException | ClosedByInterruptException e) {
            return; // Who may not read the folder cannot sync it; and the copy is in place, it is too late to stop.
        } catch (IOException e) {
            throw because(e, new FileSystemException(target.toString(), null, "the copy is complete and in place, but"
                    + " its folder could not be synced, a crash may take its name: " + e.getMessage()));
        }
    }

    private static void delete(Path temporary, Throwable failure) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** The same exception, but for the name that the caller knows. */
    private FileSystemException aboutTarget(FileSystemException e) {
        String name = target.toString();
        if (e instanceof AccessDeniedException) {
            return because(e, new AccessDeniedException(name));
        }
        if (e instanceof NoSuchFileException) {
            return because(e, new NoSuchFileException(name));
        }
        if (e instanceof FileAlreadyExistsException) {
            return because(e, new FileAlreadyExistsException(name));
        }
        if (e instanceof DirectoryNotEmptyException) {
            return because(e, new DirectoryNotEmptyException(name));
        }
        return because(e, new FileSystemException(name, null, e.getReason()));
    }

    private static FileSystemException because(Exception cause, FileSystemException e) {
        e.initCause(cause);
        return e;
    }
}
