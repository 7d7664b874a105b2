package io.ferronio.internal;

import java.util.HashSet;
import java.util.Set;

/** What a {@link io.ferronio.Cancellation} is: raised once, and seen by every thread that has entered. Any thread. */
public final class CancellationSignal {

    private volatile boolean raised;
    /** Guarded by this. */
    private final Set<CancellableThread> threads = new HashSet<>();

    /** Raises it, and wakes who waits. */
    public void raise() {
        CancellableThread[] all;
        synchronized (this) {
            raised = true;
            all = threads.toArray(new CancellableThread[0]);
        }
        for (CancellableThread thread : all) {
            thread.wake();
        }
    }

    /**
     * Whether it was raised.
     *
     * @return true for good
     */
    public boolean isRaised() {
        return raised;
    }

    /**
     * This thread begins something that the signal is to end. {@link #leave} must follow.
     *
     * @param signal the signal, or null
     * @return the thread; null if there is no signal
     */
    public static CancellableThread enter(CancellationSignal signal) {
        if (signal == null) {
            return null;
        }
        CancellableThread thread = new CancellableThread(signal);
        synchronized (signal) {
            signal.threads.add(thread);
        }
        return thread;
    }

    /**
     * It is over.
     *
     * @param thread what {@link #enter} has given, or null
     */
    public static void leave(CancellableThread thread) {
        if (thread != null) {
            synchronized (thread.signal()) {
                thread.signal().threads.remove(thread);
            }
        }
    }
}
