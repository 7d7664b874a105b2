package io.ferronio.internal;

import io.ferronio.Route;
import java.util.Set;
import java.util.StringJoiner;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/**
 * The flight recorder's event {@code io.ferronio.Transfer}: one transfer, from the call to its return. Recorded in
 * every recording unless that says otherwise, each with its stack trace, however short; for the long ones only:
 * {@code -XX:StartFlightRecording:+io.ferronio.Transfer#threshold=10ms}.
 */
@Name("io.ferronio.Transfer")
@Label("Transfer")
@Category("FerroNIO")
@Description("Bytes moved from one channel to another, and the way they took")
@Enabled(true)
@Threshold("0 ns")
@StackTrace(true)
final class TransferEvent extends Event {

    /** Never recorded: it only answers whether events are wanted, so that nobody makes one to find that out. */
    private static final TransferEvent PROBE = new TransferEvent();

    @Label("Pair")
    @Description("From what to what, such as \"file to socket\"")
    String pair;

    @Label("Bytes")
    @Description("What has been moved")
    @DataAmount
    long bytes;

    @Label("Routes")
    @Description("The ways that the bytes took, such as \"SENDFILE\" or \"SPLICE, BUFFERED\"")
    String routes;

    @Label("System Calls")
    @Description("How often the kernel was called; what the JDK's own methods call is not counted")
    long systemCalls;

    @Label("Refusals")
    @Description("Why not a better route; null if the best one was taken")
    String refusals;

    @Label("Failure")
    @Description("The class of the exception that ended the transfer; null if it succeeded")
    Class<?> failure;

    /** Whether some recording has this event switched on. */
    static boolean isWanted() {
        return PROBE.isEnabled();
    }

    /** The transfer is over. */
    void end(Trace trace, long bytes, Throwable failure) {
        end();
        if (shouldCommit()) {
            this.pair = trace.pair();
            this.bytes = bytes;
            this.routes = names(trace.routes());
            this.systemCalls = trace.systemCalls();
            this.refusals = trace.refusals();
            this.failure = failure == null ? null : failure.getClass();
            commit();
        }
    }

    private static String names(Set<Route> routes) {
        StringJoiner names = new StringJoiner(", ");
        for (Route route : routes) {
            names.add(route.name());
        }
        return names.toString();
    }
}
