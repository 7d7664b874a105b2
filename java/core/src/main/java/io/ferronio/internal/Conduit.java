package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;

/**
 * Where the bytes of a relay are between its source and its targets. It is filled only when it is empty, so what it
 * holds is what is pending. It has memory or descriptors only from {@link #open} to {@link #release}.
 */
interface Conduit {

    /** The way that bytes take through it. */
    Route route();

    /** Gets what it needs; false if that cannot be had now. */
    boolean open(Trace trace);

    /**
     * Takes what there is from the source and notes that. Waits only where nothing but a read tells what there is.
     *
     * @param count the most bytes
     * @param mayWait whether a read may wait
     * @return bytes, 0 at the end of the stream, or {@code -errno}: {@code -EAGAIN} if there are none, or why not
     *     by this route, with nothing taken; {@code -EIO} if the channel must be asked itself
     * @throws IOException as the source's own read
     */
    long take(long count, boolean mayWait, Trace trace) throws IOException;

    /**
     * Delivers what is pending to a target, and notes that.
     *
     * @param limit how far, in bytes since the relay was opened
     * @param watchesSource whether a close of the source ends the waiting for a target; not if it was closed before
     * @return 0 if it has got so far, {@code -EAGAIN} if it is full, or {@code -errno}: not by this route
     * @throws IOException as the target's own write
     */
    long deliver(int target, long limit, boolean watchesSource, Trace trace) throws IOException;

    /** Gives back what it has; what is pending is lost. */
    void release();
}
