package io.ferronio.internal;

/**
 * Hot natives for the pipes that transfers pass through: a count, or {@code -errno}, EINTR included. A pipe is
 * known by a number that {@link #take} gives and {@link #release} ends.
 */
public final class PipeNatives {

    private PipeNatives() {
    }

    /**
     * An empty pipe of the caller's own.
     *
     * @return its number, or {@code -errno}
     */
    public static native long take();

    /** Gives a pipe back, to be used again if it is empty, else to be closed. */
    static native long release(long pipe, boolean isEmpty);

    /** Closes the pipes that are kept for later; their number. */
    static native long closeIdle();

    /**
     * A poll(2).
     *
     * @param source descriptor of a socket or pipe
     * @param wait whether to wait until there is something
     * @return 0, also if there is an error or the end; or {@code -errno}, {@code -EAGAIN} for nothing
     */
    static native long awaitReadable(int source, boolean wait);

    /**
     * A poll(2), and one splice(2) into the pipe.
     *
     * @param pipe an empty pipe
     * @param source descriptor of a socket
     * @param count the most bytes to move
     * @param wait whether to wait until there is something
     * @return bytes moved, or {@code -errno}; {@code -EIO} if only a read can tell more: at the end of the stream,
     *     of an error, which the socket still has, or of urgent data, which splice(2) cannot step over
     */
    public static native long fill(long pipe, int source, long count, boolean wait);

    /**
     * As many splice(2) as it takes to empty a pipe into a file.
     *
     * @param pipe a pipe that holds {@code count} bytes
     * @param file descriptor of a file
     * @param position where in the file to write
     * @param count how many bytes
     * @return bytes moved, or {@code -errno}; what was not moved is still in the pipe
     */
    public static native long drainToFile(long pipe, int file, long position, long count);

    /**
     * read(2) of what a pipe holds.
     *
     * @param pipe the pipe, not empty
     * @param address where to put it
     * @param count the room there, in bytes
     * @return bytes read, or {@code -errno}
     */
    static native long read(long pipe, long address, long count);

    /**
     * A poll(2), and one splice(2) from a pipe to a file.
     *
     * @param source descriptor of a pipe
     * @param file descriptor of a file
     * @param position where in the file to write
     * @param count the most bytes to move
     * @param wait whether to wait until there is something
     * @return bytes moved, 0 at the end of the stream, or {@code -errno}
     */
    static native long spliceToFile(int source, int file, long position, long count, boolean wait);

    /**
     * One splice(2) from the pipe. A socket in blocking mode is waited for, a pipe never is; a file is written at its
     * own position, which advances.
     *
     * @param pipe a pipe that holds {@code count} bytes
     * @param target descriptor of a socket, pipe or file
     * @param count the most bytes to move
     * @return bytes moved, or {@code -errno}; what was not moved is still in the pipe
     */
    static native long drain(long pipe, int target, long count);

    /**
     * One tee(2): what is in one pipe is in another, too. Never waits.
     *
     * @param pipe the pipe that has the bytes, and keeps them
     * @param copy the pipe that gets them
     * @param count the most bytes, from the first one in the pipe on
     * @return bytes that are in both, or {@code -errno}
     */
    static native long tee(long pipe, long copy, long count);
}
