package io.ferronio.internal;

/** Ends a run that was cancelled; on the way out it becomes a {@link io.ferronio.TransferCancelledException}. */
public final class Cancelled extends RuntimeException {

    private static final long serialVersionUID = 1;

    Cancelled() {
        super("cancelled", null, true, false);
    }
}
