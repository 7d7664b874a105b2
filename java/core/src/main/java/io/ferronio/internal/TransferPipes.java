package io.ferronio.internal;

/** The pipes that transfers pass through and that are kept for the next one. */
public final class TransferPipes {

    private TransferPipes() {
    }

    /**
     * Closes those that nobody uses now. Later transfers open new ones.
     *
     * @return how many pipes there were, two descriptors each
     */
    public static long closeIdle() {
        return NativeLibrary.isLoaded() ? PipeNatives.closeIdle() : 0;
    }
}
