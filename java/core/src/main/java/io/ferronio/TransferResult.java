package io.ferronio;

import io.ferronio.internal.Trace;
import java.time.Duration;
import java.util.Set;

/** What an operation has moved, and how. Immutable. */
public final class TransferResult {

    private final long bytes;
    private final Set<Route> routes;
    private final long systemCalls;
    private final Duration elapsed;

    TransferResult(long bytes, Trace trace) {
        this.bytes = bytes;
        this.routes = trace.routes();
        this.systemCalls = trace.systemCalls();
        this.elapsed = Duration.ofNanos(trace.elapsedNanos());
    }

    /**
     * What has been moved.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * The ways that the bytes took: more than one where the kernel refused one in the middle.
     *
     * @return an immutable set; empty if there was nothing to move
     */
    public Set<Route> routes() {
        return routes;
    }

    /**
     * How often the kernel was called to move bytes, to wait, or to prepare. Calls that the JDK's own methods
     * have made are not known, and not in the number, except those to read and to write.
     *
     * @return the number of system calls
     */
    public long systemCalls() {
        return systemCalls;
    }

    /**
     * How long it took.
     *
     * @return wall-clock time
     */
    public Duration elapsed() {
        return elapsed;
    }

    @Override
    public String toString() {
        return bytes + " bytes by " + routes + ", " + systemCalls + " system calls, " + elapsed.toNanos() / 1000 + " µs";
    }
}
