package io.ferronio;

import io.ferronio.internal.RecordedTransfer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * The JDK's transfer contract, call for call, on the JDK's own channels.
 *
 * <p>All methods may be called by any thread, platform or virtual, at any time; channels may be closed and
 * threads interrupted meanwhile. Between channels that were seen before they allocate nothing, unless the flight recorder
 * records them, or more than eight threads at once need a buffer.
 *
 * <p>It does so as events {@code io.ferronio.Transfer}, in every recording, with stack traces and without a threshold.
 * {@code -XX:StartFlightRecording:+io.ferronio.Transfer#threshold=10ms} leaves the short ones out.
 */
public final class Transfers {

    private Transfers() {
    }

    /**
     * Does what {@code source.transferTo(position, count, target)} does on the running JDK: the same checks
     * in the same order, the same exceptions, the same counts.
     *
     * <p>To a {@code SocketChannel} one {@code sendfile64(2)} moves the bytes, and is the only system call, where the
     * JDK makes two or three (from a source's second transfer on: the first looks what kind of file it is). To a pipe it is
     * {@code sendfile64}, too; to another file {@code copy_file_range(2)}, by which filesystems that can share
     * blocks; to a file in append mode and to channels that are not the JDK's a large direct buffer. Where the kernel
     * refuses one way, the next is taken: see {@link Route}. Datagram sockets, files that have no size ({@code /proc})
     * and whatever is not in order go to the JDK's method.
     *
     * <p>A channel that is not the JDK's is offered up to 256 KiB at once, where the JDK offers 8 KiB, in a buffer that is
     * only good until its {@code write} returns. Bytes that somebody appends to the file while it is sent to a socket
     * may be sent, too, up to {@code count}.
     *
     * <p>Blocks while a blocking target is full. On a virtual thread it then parks and leaves its carrier to
     * others, where the JDK pins it. A target in non-blocking mode takes what it can hold, perhaps nothing.
     * A file target is written at its own position, which advances; the source's position does not change.
     *
     * <p>The kernel sends pages of the page cache, not copies of them: a write to the file soon after the
     * call may still change what the receiver gets. See sendfile(2).
     *
     * @param source the file to send from, open for reading
     * @param position where to begin, in bytes from the start of the file; at or past its end nothing is sent
     * @param count the most bytes to send; to a socket, a pipe or a file that is not in append mode, a call never moves
     *     more than 2,147,479,552
     * @param target where to send to
     * @return the bytes moved, possibly fewer than {@code count}, possibly 0
     * @throws IllegalArgumentException if {@code position} or {@code count} is negative
     * @throws java.nio.channels.NonReadableChannelException if {@code source} is not open for reading
     * @throws java.nio.channels.NonWritableChannelException if {@code target} is a file that is not open for
     *     writing
     * @throws java.nio.channels.ClosedChannelException if either channel is closed
     * @throws java.nio.channels.AsynchronousCloseException if another thread closes either channel before the first
     *     byte was moved; after that the count is returned
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted before, or meanwhile; after the
     *     first byte perhaps the count is returned, as on the JDK, and the thread's status stays set
     * @throws IOException as the kernel says; the message is its text for the error, as the JDK's is, and the
     *     cause names the system call and its numbers
     */
    public static long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
            throws IOException {
        return RecordedTransfer.to(source, position, count, target, true);
    }

    /**
     * Does what {@code target.transferFrom(source, position, count)} does on the running JDK: the same checks in
     * the same order, the same exceptions, the same counts.
     *
     * <p>From a {@code SocketChannel} or a pipe {@code splice(2)} moves pages through the kernel, where the JDK reads and
     * writes 8 KiB at a time; from another file it is {@code copy_file_range(2)}, from channels that are not the JDK's,
     * and to files in append mode, a large direct buffer. Datagram sockets, counts up to 8 KiB except from files, and
     * whatever is not in order go to the JDK's method.
     *
     * <p>Blocks until {@code count} bytes have come or the source ends, if the source is in blocking mode; in
     * non-blocking mode it takes what is there, perhaps nothing. The target is written from {@code position} on, and its
     * own position does not change. A source that is a file is read from its own position, which advances.
     *
     * @param target the file to write to, open for writing; one in append mode is written to at its end
     * @param source where the bytes come from
     * @param position where in the target to begin, in bytes from its start
     * @param count the most bytes to transfer
     * @return the bytes written, possibly fewer than {@code count}, possibly 0
     * @throws IllegalArgumentException if {@code position} or {@code count} is negative
     * @throws java.nio.channels.NonReadableChannelException if {@code source} is a file that is not open for
     *     reading
     * @throws java.nio.channels.NonWritableChannelException if {@code target} is not open for writing
     * @throws java.nio.channels.ClosedChannelException if either channel is closed
     * @throws java.nio.channels.AsynchronousCloseException if another thread closes either channel before the first
     *     byte was moved; after that the count is returned
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted before, or meanwhile; after the
     *     first byte perhaps the count is returned, as on the JDK, and the thread's status stays set
     * @throws IOException as the kernel says. If bytes have been taken from the source that could not be
     *     written, a {@link TransferException} with their number is among its suppressed exceptions
     */
    public static long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
            throws IOException {
        return RecordedTransfer.from(target, source, position, count, true);
    }
}
