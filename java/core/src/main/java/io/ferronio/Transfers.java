package io.ferronio;

import io.ferronio.internal.Tally;
import io.ferronio.internal.Trace;
import io.ferronio.internal.TransferEngine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * The JDK's transfer contract, call for call, on the JDK's own channels.
 *
 * <p>All methods may be called by any thread, platform or virtual, at any time; channels may be closed and
 * threads interrupted meanwhile. They allocate nothing, unless the flight recorder records them.
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
     * <p>From a file to a {@code SocketChannel}, a pipe or another file, one {@code sendfile64(2)} moves the
     * bytes; to a socket it is the only system call, where the JDK makes two or three (from a source's second
     * transfer on: the first looks what kind of file it is). Every other pair of channels goes to the JDK's method. Bytes that somebody appends to the file while it is sent to a socket may be
     * sent, too, up to {@code count}.
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
     * @param count the most bytes to send; a call never moves more than 2,147,479,552
     * @param target where to send to
     * @return the bytes moved, possibly fewer than {@code count}, possibly 0
     * @throws IllegalArgumentException if {@code position} or {@code count} is negative
     * @throws java.nio.channels.NonReadableChannelException if {@code source} is not open for reading
     * @throws java.nio.channels.NonWritableChannelException if {@code target} is a file that is not open for
     *     writing
     * @throws java.nio.channels.ClosedChannelException if either channel is closed
     * @throws java.nio.channels.AsynchronousCloseException if another thread closes either channel meanwhile
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted before or meanwhile
     * @throws IOException as the kernel says; the message is its text for the error, as the JDK's is, and the
     *     cause names the system call and its numbers
     */
    public static long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
            throws IOException {
        Trace trace = Trace.begin();
        Trace.pair(trace, source, target);
        long moved = 0;
        Throwable failure = null;
        try {
            moved = TransferEngine.tryTransferTo(source, position, count, target, trace);
            if (moved == TransferEngine.NOT_HANDLED) {
                moved = source.transferTo(position, count, target);
                Tally.transferred(Route.JDK, moved);
                Trace.took(trace, Route.JDK);
            }
            return moved;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            Trace.end(trace, Math.max(0, moved), failure);
        }
    }

    /**
     * Does what {@code target.transferFrom(source, position, count)} does on the running JDK: the same checks in
     * the same order, the same exceptions, the same counts.
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
     * @throws java.nio.channels.AsynchronousCloseException if another thread closes either channel meanwhile
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted before or meanwhile
     * @throws IOException as the kernel says. If bytes have been taken from the source that could not be
     *     written, a {@link TransferException} with their number is among its suppressed exceptions
     */
    public static long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
            throws IOException {
        Trace trace = Trace.begin();
        Trace.pair(trace, source, target);
        long moved = 0;
        Throwable failure = null;
        try {
            moved = TransferEngine.tryTransferFrom(target, source, position, count, trace);
            if (moved == TransferEngine.NOT_HANDLED) {
                moved = target.transferFrom(source, position, count);
                Tally.transferred(Route.JDK, moved);
                Trace.took(trace, Route.JDK);
            }
            return moved;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            Trace.end(trace, Math.max(0, moved), failure);
        }
    }
}
