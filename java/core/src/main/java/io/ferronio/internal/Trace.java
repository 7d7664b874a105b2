package io.ferronio.internal;

import io.ferronio.Route;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What one transfer did: its routes, its system calls, and why not a better route. Only made where somebody
 * asks, a result or the flight recorder; everywhere else it is null, and costs nothing. One thread at a time.
 */
public final class Trace {

    private final long start = System.nanoTime();
    private final EnumSet<Route> routes = EnumSet.noneOf(Route.class);
    private long systemCalls;
    private String refusals;

    /** Counts a system call, if anybody wants to know. */
    static void systemCalls(Trace trace, int number) {
        if (trace != null) {
            trace.systemCalls += number;
        }
    }

    /** Bytes have gone this way. */
    static void took(Trace trace, Route route) {
        if (trace != null) {
            trace.routes.add(route);
        }
    }

    /** A route was not to be had. */
    static void refused(Trace trace, Route route, String why) {
        if (trace != null) {
            String refusal = route + ": " + why;
            trace.refusals = trace.refusals == null ? refusal : trace.refusals + "; " + refusal;
        }
    }

    /**
     * The ways that bytes took.
     *
     * @return an immutable set
     */
    public Set<Route> routes() {
        return routes.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(routes));
    }

    /**
     * System calls so far.
     *
     * @return their number
     */
    public long systemCalls() {
        return systemCalls;
    }

    /**
     * Why not a better route.
     *
     * @return each refused route with its reason; null if the best one was taken
     */
    public String refusals() {
        return refusals;
    }

    /**
     * Time since the beginning.
     *
     * @return nanoseconds
     */
    public long elapsedNanos() {
        return System.nanoTime() - start;
    }
}
