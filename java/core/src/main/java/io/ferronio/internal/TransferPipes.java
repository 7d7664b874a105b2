package io.ferronio.internal;

/** The pipes that transfers pass through: up to 16 that are idle are kept for the next transfers. */
public final class TransferPipes {

    private TransferPipes() {
    }

    /**
     * Closes those that are idle.
     *
     * @return how many pipes there were
     */
    public static long closeIdle() {
        return NativeLibrary.isLoaded() ? PipeNatives.closeIdle() : 0;
    }
}
