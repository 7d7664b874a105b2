package io.ferronio;

import io.ferronio.internal.CancellableThread;
import io.ferronio.internal.CancellationSignal;
import io.ferronio.internal.RelayEngine;
import io.ferronio.internal.Trace;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/**
 * Passes bytes on from one channel to another, without taking them through the JVM, and keeps what is under way
 * between calls.
 *
 * <p>Between the JDK's sockets, pipes and regular files (but for a target in append mode) the bytes go by {@code
 * splice(2)} through a pipe of the relay's own. Any other channels, or where that cannot be had, they go through a
 * direct buffer; nothing else is different. {@link Counters} and the flight recorder's {@code io.ferronio.Transfer}
 * tell which it was. The pipe or buffer is only held during a call, and between calls while something is
 * {@linkplain #pending() pending}; not while a blocking socket or pipe of the JDK's is waited for as the source.
 *
 * <p>A file is read from, or written at, its own position, which advances. Its end is where it ends now: a later
 * call takes what was appended since. What a file's pages hold is sent, not a copy: a write to the source soon
 * after a call may still change what the receiver gets.
 *
 * <p>A relay goes one way, and does not close or shut down its channels. A proxy has one for each direction, in a
 * thread each:
 *
 * <pre>{@code
 * static void pass(SocketChannel from, SocketChannel to) throws IOException {
 *     try (Relay relay = Relay.open(from, to)) {
 *         while (relay.transfer(Long.MAX_VALUE) >= 0) {
 *             continue;
 *         }
 *         to.shutdownOutput(); // The other direction goes on until its own end.
 *     }
 * }
 * }</pre>
 *
 * <p>or in a selector's loop with both channels in non-blocking mode: while something is pending, wait for the
 * target to be writable; else for the source to be readable.
 *
 * <p>One thread at a time may use a relay, and a second one in {@link #transfer} is refused. Any thread may close
 * the relay or its channels, or interrupt the one that waits. Nobody else should read from the source meanwhile. Calls
 * allocate nothing, unless the flight recorder records them.
 */
public final class Relay implements AutoCloseable {

    private final ReadableByteChannel source;
    private final WritableByteChannel target;
    private final RelayEngine engine;

    private Relay(ReadableByteChannel source, WritableByteChannel target, RelayEngine engine) {
        this.source = source;
        this.target = target;
        this.engine = engine;
    }

    /**
     * Connects two channels. Nothing is taken from the source yet.
     *
     * @param source where the bytes come from
     * @param target where they go; the same channel as the source is an echo
     * @return the relay
     * @throws java.nio.channels.ClosedChannelException if either is closed
     * @throws java.nio.channels.NonReadableChannelException if the source is a file that is not open for reading
     * @throws java.nio.channels.NonWritableChannelException if the target is a file that is not open for writing
     * @throws IllegalArgumentException if both are the same {@code FileChannel}, or one is a {@code DatagramChannel}: a
     *     relay keeps no message in one piece
     * @throws IOException if a channel cannot be looked at
     */
    public static Relay open(ReadableByteChannel source, WritableByteChannel target) throws IOException {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        return new Relay(source, target, new RelayEngine(source, target));
    }

    /**
     * As {@link #open(ReadableByteChannel, WritableByteChannel)}, and everything that goes to the target goes to a
     * second channel, too. The copy is made by {@code tee(2)}, which shares the pages.
     *
     * <p>Both get every byte. So the slower of them sets the pace: nothing more is taken from the source while either
     * has not got all that was taken before, and a copy that nobody reads stops the target as well.
     *
     * @param source where the bytes come from
     * @param target where they go
     * @param copy where they go, too
     * @return the relay
     * @throws java.nio.channels.ClosedChannelException if one of them is closed
     * @throws java.nio.channels.NonReadableChannelException if the source is a file that is not open for reading
     * @throws java.nio.channels.NonWritableChannelException if the target or copy is a file that is not open for
     *     writing
     * @throws IllegalArgumentException if two of them are the same {@code FileChannel}, target and copy the same
     *     channel, or one is a {@code DatagramChannel}
     * @throws IOException if a channel cannot be looked at
     */
    public static Relay open(ReadableByteChannel source, WritableByteChannel target, WritableByteChannel copy)
            throws IOException {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(copy, "copy");
        return new Relay(source, target, new RelayEngine(source, target, copy));
    }

    /**
     * Delivers what is pending, then takes more from the source and delivers it, until {@code count} bytes are
     * delivered, the stream ends, or an end has to be waited for.
     *
     * <p>Ends in blocking mode are waited for until at least one byte is delivered or the stream has ended; a
     * blocking target then also until it has got what was taken. A virtual thread parks meanwhile, and leaves its
     * carrier to others. A source in non-blocking mode gives what is there; a target in non-blocking mode takes
     * what it can hold, and the rest stays pending. Never more is taken from the source than {@code count} and what
     * was pending together allow to deliver.
     *
     * <p>A call that has delivered something returns how much, whatever has ended it. If that was a failure, the
     * next call throws it. What was taken from the source and could not be delivered stays pending after every
     * failure. Of a target that is not the JDK's a failed write counts as nothing written; it is given 8 KiB at most.
     *
     * <p>The channel that is waited for wakes the thread at once when it is closed, and is closed when the thread is
     * interrupted. A close of the source, a file or in blocking mode, usually also wakes a platform thread that waits
     * for a target: once, and lost if it comes a moment before the kernel waits. Otherwise a close of the other channel
     * is noticed within a second; but where a buffer is used, or a platform thread waits for a socket while its source
     * is in non-blocking mode, when the wait is over.
     *
     * @param count the most bytes to deliver, not negative; 0 does nothing
     * @return bytes delivered to the target, and to the copy if there is one; 0 if an end in non-blocking mode
     *     would have to be waited for; -1 if the stream has ended and all is delivered
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws IllegalStateException if the relay is closed, or another thread is in this method; nothing has happened
     * @throws java.nio.channels.NotYetConnectedException if a socket is not connected
     * @throws java.nio.channels.ClosedChannelException if a target is closed or its output shut down, or the source
     *     is closed and nothing pending
     * @throws java.nio.channels.AsynchronousCloseException if another thread closes a channel meanwhile
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted before or while it waits
     * @throws IOException as the kernel says; the message is its text for the error, as the JDK's is
     */
    public long transfer(long count) throws IOException {
        return transfer(count, Trace.begin());
    }

    /**
     * As {@link #transfer(long)}, but ends early when it is cancelled. What was taken stays pending, the relay stays
     * open, and the next call goes on from there.
     *
     * @param count the most bytes to deliver, not negative; 0 does nothing
     * @param cancellation cancelled to end it, before or meanwhile
     * @return as there; if it was cancelled, what has been delivered until then
     * @throws TransferCancelledException if it was cancelled before it has delivered anything
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws IllegalStateException if the relay is closed, or another thread is in this method; nothing has happened
     * @throws IOException as there
     */
    public long transfer(long count, Cancellation cancellation) throws IOException {
        Objects.requireNonNull(cancellation, "cancellation");
        CancellableThread thread = CancellationSignal.enter(Cancellation.signalOf(cancellation));
        try {
            return transfer(count, new Trace(thread));
        } finally {
            CancellationSignal.leave(thread);
        }
    }

    private long transfer(long count, Trace trace) throws IOException {
        Trace.pair(trace, source, target);
        long delivered = 0;
        Throwable failure = null;
        try {
            delivered = engine.transfer(count, trace);
            if (delivered == 0 && count > 0 && Trace.isCancelled(trace)) {
                throw new TransferCancelledException(0, engine.pending());
            }
            return delivered;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            Trace.end(trace, Math.max(0, delivered), failure);
        }
    }

    /**
     * What is under way. Does not block; still answers when the relay is closed.
     *
     * @return bytes taken from the source that the target, or the copy, has not got; at most 1 MiB
     */
    public long pending() {
        return engine.pending();
    }

    /**
     * What is under way to one of the targets: in a selector's loop with a copy, which of the two to wait for.
     *
     * @param target the target or the copy
     * @return bytes taken from the source that this channel has not got
     * @throws IllegalArgumentException if it is neither
     */
    public long pending(WritableByteChannel target) {
        return engine.pending(target);
    }

    /**
     * Closes the relay, not its channels. What is pending is lost; {@link #pending()} says how much. Does not block.
     * May be called again, and by any thread.
     *
     * <p>A thread that is in {@link #transfer} goes on as if nothing had happened, and gives back what the relay holds
     * when that call ends. If it waits, closing the channel that it waits for ends that.
     */
    @Override
    public void close() {
        engine.close();
    }
}
