package io.ferronio;

import io.ferronio.internal.CancellationSignal;

/**
 * Ends transfers, relays and copies that run or wait, from any other thread, at once and for good.
 *
 * <pre>{@code
 * Cancellation cancellation = new Cancellation();
 * Transfer plan = Transfer.from(file, 0, file.size()).to(socket).cancelledBy(cancellation);
 * ... cancellation.cancel() on another thread ends plan.run() with a TransferCancelledException
 * }</pre>
 *
 * <p>An interrupt closes the channel that its thread waits for, as everywhere in NIO, and a close takes it from
 * everybody else. A cancellation closes nothing: the channels may be used further, and
 * {@link TransferCancelledException} says from where on.
 *
 * <p>What is cancelled looks between two system calls, and is woken out of one that waits: for sockets and pipes of the
 * JDK's, in blocking or non-blocking mode, on platform and on virtual threads. It is not woken out of what does not
 * wait: copying between files (the next look is after 4 MiB at most) or fsync(2). Nor is it where nobody but the
 * channel can end the wait: in the methods of channels that are not the JDK's, of datagram channels and of named pipes,
 * and while another thread reads from or writes to the same channel. Without the native library a thread that the
 * kernel keeps is not woken, either.
 *
 * <p>One cancellation may be given to any number of operations, one after the other or at the same time. Any thread may
 * use it.
 */
public final class Cancellation {

    private final CancellationSignal signal = new CancellationSignal();

    /** Not cancelled. */
    public Cancellation() {
    }

    /**
     * Cancels. What was given this cancellation and runs ends as soon as it can, what begins later ends before it has
     * done anything. Does not wait for that. A second call changes nothing.
     *
     * <p>A thread that waits in the kernel is woken by the signal by which the JDK does so when a channel is closed
     * (tgkill(2)), and again until it has noticed.
     */
    public void cancel() {
        signal.raise();
    }

    /**
     * Whether {@link #cancel} was called.
     *
     * @return true from then on
     */
    public boolean isCancelled() {
        return signal.isRaised();
    }

    /** What the operations are given; null for none. */
    static CancellationSignal signalOf(Cancellation cancellation) {
        return cancellation == null ? null : cancellation.signal;
    }
}
