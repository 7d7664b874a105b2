package io.ferronio.internal;

/** How far a relay has come since it was opened: bytes taken from its source, and delivered to each of its targets. */
final class RelayProgress {

    /** Bytes taken from the source. */
    long taken;

    private final long[] delivered;

    RelayProgress(int targets) {
        delivered = new long[targets];
    }

    /** What one target has got. */
    long delivered(int target) {
        return delivered[target];
    }

    void deliver(int target, long bytes) {
        delivered[target] += bytes;
    }

    /** What every target has got. */
    long delivered() {
        long least = taken;
        for (long bytes : delivered) {
            least = Math.min(least, bytes);
        }
        return least;
    }

    /** What was taken and not every target has got. */
    long pending() {
        return taken - delivered();
    }
}
