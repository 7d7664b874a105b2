package io.ferronio.internal;

/** Hot natives that move bytes: a count, or {@code -errno}, EINTR included. */
public final class TransferNatives {

    private TransferNatives() {
    }

    /**
     * One sendfile64(2).
     *
     * @param target descriptor to write to, at its own position
     * @param source descriptor of a file
     * @param position where in the file to begin
     * @param count the most bytes to move
     * @return bytes moved, or {@code -errno}
     */
    public static native long sendfile(int target, int source, long position, long count);

    /**
     * An fstat(2), and one sendfile(2) of what the file holds now from the position on: for targets that
     * sendfile itself would wait for, or refuse, at the end of the file, and for a target that may be the same file.
     *
     * @param target descriptor to write to, at its own position
     * @param source descriptor of a file
     * @param position where in the file to begin; past its end nothing is moved
     * @param count the most bytes to move
     * @return bytes moved, or {@code -errno}; {@code -EINVAL} unless the source is a regular file with a size
     */
    static native long sendfileUpToSize(int target, int source, long position, long count);

    /**
     * One copy_file_range(2), which copies no more than the file holds at the beginning.
     *
     * @param target descriptor of a file, written to at its own position
     * @param source descriptor of a regular file with a size
     * @param position where in the source to begin; past its end nothing is copied
     * @param count the most bytes to copy
     * @return bytes copied, or {@code -errno}
     */
    public static native long copyToOwnPosition(int target, int source, long position, long count);

    /**
     * One copy_file_range(2) from the source's own position, which advances.
     *
     * @param target descriptor of a file
     * @param position where in the target to begin
     * @param source descriptor of a regular file with a size
     * @param count the most bytes to copy
     * @return bytes copied, or {@code -errno}
     */
    static native long copyFromOwnPosition(int target, long position, int source, long count);

    /**
     * An fstat(2), and one copy_file_range(2) that moves neither file's own position.
     *
     * @param target descriptor of a file
     * @param position where in the target to begin
     * @param source descriptor of a file
     * @param sourcePosition where in the source to begin
     * @param count the most bytes to copy
     * @return bytes copied, or {@code -errno}; {@code -EINVAL} unless the source is a regular file with a size
     */
    static native long copyAt(int target, long position, int source, long sourcePosition, long count);

    /**
     * Two fstat(2).
     *
     * @param one descriptor of a file
     * @param other descriptor of a file
     * @return 1 if both are open on one file, else 0; or {@code -errno}
     */
    static native long isSameFile(int one, int other);

    /**
     * fstat(2).
     *
     * @param file descriptor of a file
     * @return its size, or {@code -errno}; {@code -EINVAL} unless it is a regular file
     */
    static native long regularFileSize(int file);
}
