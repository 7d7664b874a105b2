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
     * fstat(2).
     *
     * @param file descriptor of a file
     * @return its size, or {@code -errno}; {@code -EINVAL} unless it is a regular file
     */
    static native long regularFileSize(int file);
}
