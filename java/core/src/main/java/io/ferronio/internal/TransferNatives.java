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
}
