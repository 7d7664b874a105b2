package io.ferronio;

import java.io.IOException;

/**
 * Says what became of the bytes of a transfer that failed.
 *
 * <p>A transfer that has taken bytes from a source that cannot be asked for them again (a socket, a pipe, a
 * stream), and could not deliver them, ends with the exception that its failure asks for; this one is then
 * among its {@linkplain Throwable#getSuppressed() suppressed} exceptions. Operations of FerroNIO's own throw
 * it themselves, with the failure as its cause.
 */
public final class TransferException extends IOException {

    private static final long serialVersionUID = 1;

    /** Bytes that have reached the target. */
    private final long delivered;
    /** Bytes that were taken from the source and are lost. */
    private final long undelivered;

    /**
     * Makes the exception.
     *
     * @param delivered bytes that have reached the target
     * @param undelivered bytes that were taken from the source and have not reached the target
     * @param cause why, or null
     */
    public TransferException(long delivered, long undelivered, Throwable cause) {
        super(delivered + " bytes were delivered, " + (undelivered == 0 ? "none are lost"
                : undelivered + " more were taken from the source and are lost"), cause);
        this.delivered = delivered;
        this.undelivered = undelivered;
    }

    /**
     * What has reached the target.
     *
     * @return bytes
     */
    public long delivered() {
        return delivered;
    }

    /**
     * What was taken from the source and has not reached the target. Such bytes are lost, unless the source can
     * be read again from where the transfer began.
     *
     * @return bytes
     */
    public long undelivered() {
        return undelivered;
    }
}
