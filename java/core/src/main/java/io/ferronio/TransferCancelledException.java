package io.ferronio;

import io.ferronio.internal.Cancelled;
import java.util.concurrent.CancellationException;

/**
 * A {@link Cancellation} has ended a transfer, a copy or a relay's call before its end: says what has become of the
 * bytes. Nothing was closed.
 */
public final class TransferCancelledException extends CancellationException {

    private static final long serialVersionUID = 1;

    /** Bytes that have reached the target. */
    private final long delivered;
    /** Bytes that were taken from the source and have not reached it. */
    private final long undelivered;

    /**
     * Makes the exception.
     *
     * @param delivered bytes that have reached the target
     * @param undelivered bytes that were taken from the source and have not reached the target
     */
    public TransferCancelledException(long delivered, long undelivered) {
        super("cancelled: " + delivered + " bytes were delivered"
                + (undelivered == 0 ? "" : ", " + undelivered + " more were taken from the source and were not"));
        this.delivered = delivered;
        this.undelivered = undelivered;
    }

    /** In the place of what has ended the work inside. */
    static TransferCancelledException of(Cancelled inside, long delivered, long undelivered) {
        TransferCancelledException cancelled = new TransferCancelledException(delivered, undelivered);
        for (Throwable suppressed : inside.getSuppressed()) {
            cancelled.addSuppressed(suppressed);
        }
        return cancelled;
    }

    /**
     * What has reached the target.
     *
     * @return bytes; of a {@link Transfer}, header and trailer included: as {@link TransferResult#bytes()}; of a {@link
     *     FileCopy} 0, for its target is what it was; of a {@link Relay}'s call 0, or it would have returned them
     */
    public long delivered() {
        return delivered;
    }

    /**
     * What was taken from a source that cannot be asked for it again, a socket, a pipe or another stream, and has not
     * reached the target.
     *
     * @return bytes; of a {@link Transfer} they are lost, of a {@link Relay} still
     *     {@linkplain Relay#pending() pending}; 0 if the source is a file
     */
    public long undelivered() {
        return undelivered;
    }
}
