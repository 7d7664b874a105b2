package io.ferronio.internal;

import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread in something that a {@link CancellationSignal} may end. Where it may wait, it says so before and after:
 *
 * <pre>
 * try {
 *     while (n == -EINTR &amp;&amp; thread.mayWait()) {
 *         n = ... what may wait ...
 *     }
 * } finally {
 *     thread.hasWaited();
 * }
 * </pre>
 *
 * <p>In between it may be woken, in whichever way it waits: in the kernel by a signal, parked by a permit, in a
 * selector by its wakeup. The first two may come in vain, a moment before the thread waits; so they are repeated until
 * it has noticed. Outside it is left alone: what it calls there need not know what to do with EINTR.
 */
public final class CancellableThread {

    private static final long LEAST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int NO_NUMBER = 0;

    private final CancellationSignal signal;
    private final Thread thread = Thread.currentThread();
    /** The kernel's number of it; none of a virtual thread, which never waits in the kernel. */
    private final int number;
    private volatile Selector selector;
    private volatile boolean waits;

    CancellableThread(CancellationSignal signal) {
        this.signal = signal;
        boolean hasNumber = NativeLibrary.isLoaded() && !VirtualThreads.isCurrent();
        number = hasNumber ? (int) WaitingNatives.thread() : NO_NUMBER;
    }

    CancellationSignal signal() {
        return signal;
    }

    boolean isCancelled() {
        return signal.isRaised();
    }

    /**
     * Whether it may wait; from here to {@link #hasWaited} it is woken. In this order: whoever raises the signal looks
     * the other way round.
     */
    boolean mayWait() {
        waits = true;
        return !signal.isRaised();
    }

    void hasWaited() {
        waits = false;
    }

    /** What it waits in from time to time, until the end. */
    void waitsIn(Selector selector) {
        this.selector = selector;
    }

    void wake() {
        wake(LEAST_PAUSE);
    }

    private void wake(long pause) {
        if (!waits) {
            return;
        }
        Selector current = selector;
        if (current != null) {
            current.wakeup();
        }
        LockSupport.unpark(thread);
        if (number != NO_NUMBER) {
            WaitingNatives.interrupt(number);
        }
        CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, Runnable::run)
                .execute(() -> wake(Math.min(2 * pause, MOST_PAUSE)));
    }
}
