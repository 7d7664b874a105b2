package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a {@link io.ferronio.Relay} does: fills a {@link Conduit} when it is empty, and drains it, by turns. Between two
 * calls, and while a source is waited for, there is a conduit only if something is pending: an idle relay holds
 * neither memory nor descriptors.
 */
public final class RelayEngine {

    private static final int FREE = 0;
    /** A thread is in {@link #transfer}: what the relay has is that thread's, to give back also. */
    private static final int BUSY = 1;
    private static final int CLOSED = 2;

    private final ReadableByteChannel source;
    private final WritableByteChannel[] targets;
    private final TransferTable pair;
    private final RelayProgress progress;
    /** The source as what can be waited for; null if only its own read can. */
    private final SpliceEnd awaited;
    /** Null if one of the ends cannot be spliced. */
    private final PipeConduit pipes;
    private final BufferConduit buffer;
    /** The one that is open, or null. */
    private Conduit conduit;
    /** The way of the last bytes. */
    private Route route;
    /** What has ended a call that had delivered something before; the next call throws it. */
    private IOException failure;
    private boolean isSpliceRefused;
    /** Refused so that it may be refused to every pair of channels. */
    private boolean isSpliceForbidden;
    private final AtomicInteger state = new AtomicInteger(FREE);

    /**
     * Connects a source to its targets. Nothing is taken yet.
     *
     * @param source where the bytes come from
     * @param targets where all of them go
     * @throws IOException if a channel is closed
     */
    public RelayEngine(ReadableByteChannel source, WritableByteChannel... targets) throws IOException {
        check(source, targets);
        this.source = source;
        this.targets = targets;
        progress = new RelayProgress(targets.length);
        awaited = SpliceEnd.ofSource(source);
        pipes = pipes();
        buffer = new BufferConduit(progress, source, targets);
        pair = pipes == null ? TransferTable.CHANNEL_TO_CHANNEL : TransferTable.STREAM_TO_STREAM;
    }

    private static void check(ReadableByteChannel source, WritableByteChannel[] targets) throws IOException {
        checkStream(source);
        checkOpen(source);
        if (FileChannelAccess.CAN_SEND && FileChannelAccess.isInstance(source)
                && !FileChannelAccess.isReadable((FileChannel) source)) {
            throw new NonReadableChannelException();
        }
        for (int i = 0; i < targets.length; i++) {
            checkStream(targets[i]);
            checkOpen(targets[i]);
            if (FileChannelAccess.CAN_RECEIVE && FileChannelAccess.isInstance(targets[i])
                    && !FileChannelAccess.isWritable((FileChannel) targets[i])) {
                throw new NonWritableChannelException();
            }
            if (targets[i] == source && source instanceof FileChannel) {
                throw new IllegalArgumentException(source + " is both source and target: it has one position for both");
            }
            if (i > 0 && targets[i] == targets[0]) {
                throw new IllegalArgumentException(targets[i] + " is both target and copy: it would get all twice");
            }
        }
    }

    private static void checkStream(Channel channel) {
        if (channel instanceof DatagramChannel) {
            throw new IllegalArgumentException(channel + " has messages, and a relay would cut and merge them:"
                    + " pass them on by receive and send");
        }
    }

    private static void checkOpen(Channel channel) throws ClosedChannelException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private PipeConduit pipes() {
        SpliceEnd[] to = new SpliceEnd[targets.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = SpliceEnd.ofTarget(targets[i]);
            if (awaited == null || to[i] == null) {
                return null;
            }
        }
        return new PipeConduit(progress, awaited, to);
    }

    static IOException noMemory() {
        return new IOException("no direct memory for a buffer of " + TransferBuffers.CAPACITY
                + " bytes: -XX:MaxDirectMemorySize allows more");
    }

    /**
     * Takes and delivers.
     *
     * @param count the most bytes to deliver
     * @param trace told what happens; null if nobody wants to know
     * @return bytes delivered to all targets, 0 if an end would have to be waited for or it is cancelled, -1 at the end
     *     of the stream
     * @throws IllegalStateException if it is closed, or another thread is in this method
     * @throws IOException as a channel's own method
     */
    public long transfer(long count, Trace trace) throws IOException {
        if (count < 0) {
            throw new IllegalArgumentException("a count of " + count + " bytes");
        }
        begin();
        try {
            return transferSome(count, trace);
        } finally {
            end();
        }
    }

    private void begin() {
        int was = state.compareAndExchange(FREE, BUSY);
        if (was != FREE) {
            throw new IllegalStateException((was & CLOSED) != 0
                    ? "the relay is closed" : "another thread is in transfer: one at a time may use a relay");
        }
    }

    private void end() {
        if (conduit != null && progress.pending() == 0) {
            release();
        }
        if (!state.compareAndSet(BUSY, FREE) && conduit != null) {
            release(); // It was closed meanwhile.
        }
    }

    private long transferSome(long count, Trace trace) throws IOException {
        if (failure != null) {
            IOException earlier = failure;
            failure = null;
            throw earlier;
        }
        if (count == 0) {
            return 0;
        }
        for (WritableByteChannel target : targets) {
            checkOpen(target);
        }
        long before = progress.delivered();
        boolean hasEnded = false;
        try {
            hasEnded = transferUpTo(before > Long.MAX_VALUE - count ? Long.MAX_VALUE : before + count, trace);
        } catch (IOException e) {
            if (progress.delivered() == before) {
                throw e;
            }
            failure = e;
        }
        long delivered = progress.delivered() - before;
        if (delivered > 0) {
            delivered(delivered);
        }
        return delivered == 0 && hasEnded ? -1 : delivered;
    }

    private void delivered(long bytes) {
        if (isSpliceForbidden && route == Route.BUFFERED) {
            pair.forbid(TransferTable.bit(Route.SPLICE)); // The bytes went another way: so the channels were not the reason.
            isSpliceForbidden = false;
        }
        Tally.transferred(route, bytes);
    }

    /** Returns whether the stream has ended, and all is delivered. */
    private boolean transferUpTo(long goal, Trace trace) throws IOException {
        long before = progress.delivered();
        boolean sourceWasOpen = source.isOpen();
        for (long delivered = before; delivered < goal && !Trace.isCancelled(trace); delivered = progress.delivered()) {
            if (progress.pending() == 0) {
                long n = take(goal - delivered, delivered == before, trace);
                if (n <= 0) {
                    return n == 0;
                }
            }
            if (!deliver(goal, sourceWasOpen, trace)) {
                return false;
            }
        }
        return false;
    }

    /** Takes from the source: bytes, 0 at the end of the stream, or -EAGAIN: nothing there, or cancelled. */
    private long take(long count, boolean mayWait, Trace trace) throws IOException {
        long patience = Patience.LEAST;
        while (true) {
            checkOpen(source);
            if (conduit == null) {
                open(mayWait, trace);
            }
            long n = conduit.take(count, mayWait, trace);
            if (n < 0 && n != -Errno.EAGAIN) {
                n = takeByBuffer(n, count, mayWait, trace);
            }
            if (n != -Errno.EAGAIN || !mayWait || !isAwaited() || Trace.isCancelled(trace)) {
                return n;
            }
            release(); // Nothing is pending, and a source may be silent for hours.
            checkTargetsMeanwhile();
            awaited.await(patience, trace);
            patience = Patience.more(patience);
            checkTargetsMeanwhile();
        }
    }

    private long takeByBuffer(long refusal, long count, boolean mayWait, Trace trace) throws IOException {
        if (refusal != -Errno.EIO) {
            refused(refusal, trace);
        }
        // An error that a socket has to tell, it tells only once, and its channel must know.
        release();
        open(buffer, trace);
        return buffer.take(count, mayWait, trace);
    }

    private boolean isAwaited() {
        return awaited != null && awaited.isBlocking();
    }

    private void checkTargetsMeanwhile() throws AsynchronousCloseException {
        for (WritableByteChannel target : targets) {
            if (!target.isOpen()) {
                throw new AsynchronousCloseException();
            }
        }
    }

    /** Returns whether every target has got what it can get: all, or up to the goal. */
    private boolean deliver(long goal, boolean sourceWasOpen, Trace trace) throws IOException {
        boolean all = true;
        route = conduit.route();
        for (int i = 0; i < targets.length; i++) {
            long n = conduit.deliver(i, goal, sourceWasOpen, trace);
            if (n < 0 && n != -Errno.EAGAIN) {
                refused(n, trace);
                buffer.open(pipes);
                use(buffer);
                route = conduit.route();
                n = conduit.deliver(i, goal, sourceWasOpen, trace);
            }
            all &= n == 0;
        }
        return all;
    }

    private void open(boolean mayWait, Trace trace) throws IOException {
        for (int i = 0; i < pair.size(); i++) {
            Route route = pair.route(i);
            if (route == Route.SPLICE && !isSpliceRefused && !pair.isForbidden(route) && pipes.open(trace)) {
                use(pipes);
                return;
            }
        }
        if (mayWait && isAwaited()) {
            awaited.await(Patience.NONE, trace); // The read would hold the buffer while it waits.
        }
        open(buffer, trace); // Also where it is switched off: there is nothing else.
    }

    private void open(Conduit chosen, Trace trace) throws IOException {
        if (!chosen.open(trace)) {
            throw noMemory();
        }
        use(chosen);
    }

    private void use(Conduit chosen) {
        conduit = chosen;
    }

    private void refused(long errno, Trace trace) {
        isSpliceForbidden = TransferEngine.refusal(errno, Route.SPLICE, trace) == TransferEngine.FORBIDDEN;
        isSpliceRefused = true;
    }

    private void release() {
        conduit.release();
        conduit = null;
    }

    /**
     * What is under way.
     *
     * @return bytes taken from the source that not every target has got
     */
    public long pending() {
        return progress.pending();
    }

    /**
     * What is under way to one of the targets.
     *
     * @param target the target
     * @return bytes taken from the source that it has not got
     */
    public long pending(WritableByteChannel target) {
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] == target) {
                return progress.taken - progress.delivered(i);
            }
        }
        throw new IllegalArgumentException(target + " is no target of this relay");
    }

    /** Gives everything back; if a thread is in {@link #transfer}, when that ends. What is pending is lost. */
    public void close() {
        if (state.getAndUpdate(was -> was | CLOSED) == FREE && conduit != null) {
            release();
        }
    }
}
