package io.ferronio.internal;

import static io.ferronio.Route.BUFFERED;
import static io.ferronio.Route.COPY_FILE_RANGE;
import static io.ferronio.Route.SENDFILE;
import static io.ferronio.Route.SPLICE;

import io.ferronio.Route;
import java.util.Arrays;
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
 * <li>{@code BUFFERED} wherever one end is no descriptor of the kernel's, and where all else is refused. A mapping of the
 *     source instead of the buffer has been measured and was not faster.
 * </ul>
 */
enum TransferTable {
    FILE_TO_SOCKET(SENDFILE, BUFFERED),
    FILE_TO_PIPE(SENDFILE, BUFFERED),
    FILE_TO_FILE(COPY_FILE_RANGE, SENDFILE, BUFFERED),
    FILE_TO_APPENDING_FILE(BUFFERED),
    FILE_TO_CHANNEL(BUFFERED),
    FILE_FROM_FILE(COPY_FILE_RANGE, BUFFERED),
    APPENDING_FILE_FROM_FILE(BUFFERED),
    FILE_FROM_SOCKET(SPLICE, BUFFERED),
    FILE_FROM_PIPE(SPLICE, BUFFERED),
    APPENDING_FILE_FROM_STREAM(BUFFERED),
    FILE_FROM_CHANNEL(BUFFERED);

    /** The empty set of routes. */
    static final int NO_ROUTE = 0;

    private final Route[] routes;
    private final String disabled;
    /** Routes that this kernel, or its filter, does not allow for such a pair, one bit each. A lost update costs a call. */
    private volatile int forbidden;

    TransferTable(Route... routes) {
        this.routes = Arrays.stream(routes).filter(route -> !Disabled.contains(route.property()))
                .toArray(Route[]::new);
        this.disabled = Arrays.stream(routes).map(Route::property).filter(Disabled::contains)
                .map(name -> name + " " + Disabled.reason(name)).collect(Collectors.joining(", "));
    }

    /** How many routes there are. */
    int size() {
        return routes.length;
    }

    /** The route at a place, the best at 0. */
    Route route(int place) {
        return routes[place];
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
