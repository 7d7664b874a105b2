package io.ferronio.internal;

import static io.ferronio.Route.BUFFERED;
import static io.ferronio.Route.COPY_FILE_RANGE;
import static io.ferronio.Route.REFLINK;
import static io.ferronio.Route.SENDFILE;
import static io.ferronio.Route.SPLICE;

import io.ferronio.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The one table that decides which way bytes go: for each pair of channels the routes, the best first. A pair that
 * is not here goes to the JDK's own method, and so does a transfer that every route has refused.
 *
 * <p>Why a route is where it is:
 * <ul>
 * <li>{@code SENDFILE} to a socket or pipe: one system call, no copy.
 * <li>{@code COPY_FILE_RANGE} between files: shares blocks where the filesystem can, copies inside the kernel
 *     elsewhere. Not to a file in append mode (EBADF), and mostly not across filesystems (EXDEV): {@code SENDFILE}
 *     then, which writes at the target's own position only and so serves {@code transferTo} alone.
 * <li>{@code SPLICE} from a socket: page by page through a pipe, one copy. Not to a file in append mode (EINVAL).
 * <li>{@code SPLICE} in a relay: page by page through a pipe, no copy between sockets. Its ends may also be pipes and
 *     regular files; all else, and files in append mode, is {@code CHANNEL_TO_CHANNEL}.
 * <li>{@code REFLINK} for whole files only: nothing is moved.
 * <li>{@code BUFFERED} wherever one end is no descriptor of the kernel's, and where all else is refused. A mapping of the
 *     source instead of the buffer has been measured and was not faster.
 * </ul>
 */
enum TransferTable {
    FILE_TO_SOCKET(SENDFILE, BUFFERED),
    FILE_TO_PIPE(SENDFILE, BUFFERED),
    FILE_TO_FILE(COPY_FILE_RANGE, SENDFILE, BUFFERED),
    /** From a position to a position, for {@link io.ferronio.Transfer} alone. Refused, that reads and writes. */
    FILE_TO_FILE_AT_POSITION(COPY_FILE_RANGE),
    FILE_TO_APPENDING_FILE(BUFFERED),
    FILE_TO_CHANNEL(BUFFERED),
    FILE_FROM_FILE(COPY_FILE_RANGE, BUFFERED),
    APPENDING_FILE_FROM_FILE(BUFFERED),
    FILE_FROM_SOCKET(SPLICE, BUFFERED),
    FILE_FROM_PIPE(SPLICE, BUFFERED),
    APPENDING_FILE_FROM_STREAM(BUFFERED),
    FILE_FROM_CHANNEL(BUFFERED),
    STREAM_TO_STREAM(SPLICE, BUFFERED),
    CHANNEL_TO_CHANNEL(BUFFERED),
    WHOLE_FILE(REFLINK, COPY_FILE_RANGE, SENDFILE, BUFFERED);

    /** The empty set of routes. */
    static final int NO_ROUTE = 0;

    private final Route[] routes;
    private final String disabled;
    /** Routes that this kernel, or its filter, does not allow for such a pair, one bit each. A lost update costs a call. */
    private volatile int forbidden;

    TransferTable(Route... routes) {
        // Loops, not streams: the first lambdas of a JVM are slow, and an agent makes it do this before anything else.
        List<Route> enabled = new ArrayList<>();
        String reasons = "";
        for (Route route : routes) {
            String name = route.property();
            if (Disabled.contains(name)) {
                reasons += (reasons.isEmpty() ? "" : ", ") + name + " " + Disabled.reason(name);
            } else {
                enabled.add(route);
            }
        }
        this.routes = enabled.toArray(new Route[0]);
        this.disabled = reasons;
    }

    /** How many routes there are. */
    int size() {
        return routes.length;
    }

    /** The route at a place, the best at 0. */
    Route route(int place) {
        return routes[place];
    }

    /** All routes, the best first. */
    List<Route> routes() {
        return List.of(routes);
    }

    /** A route in a set of routes. */
    static int bit(Route route) {
        return 1 << route.ordinal();
    }

    /** Whether the kernel has forbidden a route for all such pairs. */
    boolean isForbidden(Route route) {
        return (forbidden & bit(route)) != 0;
    }

    /** Remembers that it has forbidden these. */
    void forbid(int routes) {
        forbidden |= routes;
    }

    /** What of the row the user has switched off, in words; empty for nothing. */
    String disabled() {
        return disabled;
    }

    /** The routes in words, the best first. */
    @Override
    public String toString() {
        String order = Arrays.stream(routes).map(Route::property).collect(Collectors.joining(", else "));
        return disabled.isEmpty() ? order : order + "; " + disabled;
    }
}
