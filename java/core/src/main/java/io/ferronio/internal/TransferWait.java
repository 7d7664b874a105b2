package io.ferronio.internal;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for an end of a run that takes or gives nothing for now: for a channel in non-blocking mode with a selector,
 * which is opened when it is first needed. Where there is nothing to select on, a channel of somebody's, and where a
 * selector would keep the carrier of a virtual thread, it sleeps for a while that grows from 0.1 to 50 milliseconds.
 * Whoever cancels the run wakes it out of either. One thread.
 */
final class TransferWait implements AutoCloseable {

    private static final long LEAST_PAUSE = 100_000;
    private static final long MOST_PAUSE = 50_000_000;

    private final Channel source;
    private final Channel target;
    private final Trace trace;
    private Selector selector;
    private boolean selected;
    private long pause = LEAST_PAUSE;

    /** For the two ends of a run. */
    TransferWait(Channel source, Channel target, Trace trace) {
        this.source = source;
        this.target = target;
        this.trace = trace;
    }

    /** Bytes have moved: the next wait is the first one again. */
    void moved() {
        selected = false;
        pause = LEAST_PAUSE;
    }

    /**
     * Waits until one of the two is ready; or for a while, where that cannot be known.
     *
     * @throws AsynchronousCloseException if either was closed meanwhile
     * @throws ClosedByInterruptException if the thread is interrupted; the channel that was waited for is closed
     * @throws Cancelled if the run is cancelled
     */
    void await(Channel channel, int operation) throws IOException {
        try {
            endIfCancelled();
            if (Trace.mayWait(trace)) {
                awaitOrPause(channel, operation);
            }
        } finally {
            Trace.hasWaited(trace);
        }
        endIfCancelled();
    }

    /** Ends a run that is cancelled. */
    void endIfCancelled() {
        if (Trace.isCancelled(trace)) {
            throw new Cancelled();
        }
    }

    private void awaitOrPause(Channel channel, int operation) throws IOException {
        // A channel that was said to be ready, and did not move a byte, is not asked the same question again.
        if (selected || VirtualThreads.isCurrent() || !register(channel, operation)) {
            LockSupport.parkNanos(this, pause);
            pause = Math.min(2 * pause, MOST_PAUSE);
            check(channel);
            return;
        }
        // Nobody wakes a selector for a channel that is closed: it looks from time to time.
        for (long patience = Patience.LEAST; !selected && !Trace.isCancelled(trace); patience = Patience.more(patience)) {
            selected = selector.select(TimeUnit.NANOSECONDS.toMillis(patience)) > 0;
            check(channel);
        }
        selector.selectedKeys().clear();
    }

    private void check(Channel channel) throws IOException {
        endIfInterrupted(channel);
        if (!source.isOpen() || !target.isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    /** What an interrupt does to a thread that waits for a channel, as everywhere in NIO. */
    static void endIfInterrupted(Channel channel) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            channel.close();
            throw new ClosedByInterruptException();
        }
    }

    /** Prepares to select, or says that this channel is not to be selected on. */
    private boolean register(Channel channel, int operation) throws IOException {
        if (!(channel instanceof SelectableChannel) || ((SelectableChannel) channel).isBlocking()) {
            return false;
        }
        SelectableChannel selectable = (SelectableChannel) channel;
        if (selector == null) {
            selector = selectable.provider().openSelector();
            Trace.waitsIn(trace, selector);
        }
        try {
            for (SelectionKey other : selector.keys()) {
                other.interestOps(0);
            }
            selectable.register(selector, operation);
            return true;
        } catch (CancelledKeyException e) {
            throw new AsynchronousCloseException(); // The other end was closed.
        } catch (ClosedChannelException e) {
            throw new AsynchronousCloseException();
        } catch (IllegalBlockingModeException | IllegalSelectorException e) {
            return false; // It was put into blocking mode just now; or its provider has no selectors.
        }
    }

    @Override
    public void close() throws IOException {
        if (selector != null) {
            selector.close();
        }
    }
}
