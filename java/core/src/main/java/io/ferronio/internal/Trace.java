package io.ferronio.internal;

import io.ferronio.Route;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * One transfer as seen from outside: what it did (its routes, its system calls, and why not a better route), and whether
 * somebody has cancelled it. Only made where somebody asks, a result or the flight recorder, or may cancel; everywhere
 * else it is null, and costs nothing. One thread at a time.
 */
public final class Trace {

    private static final boolean RECORDABLE = OptionalModules.provide("jdk.jfr.FlightRecorder");

    private final long start = System.nanoTime();
    /** Null unless the flight recorder wants it; always where its module, and so its class, is missing. */
    private final TransferEvent event = RECORDABLE ? FlightRecording.beginTransfer() : null;
    private final EnumSet<Route> routes = EnumSet.noneOf(Route.class);
    private long systemCalls;
    private long moved;
    private String refusals;
    private String pair;
    /** Null if nobody can cancel it. */
    private final CancellableThread thread;

    /** Of a transfer that nobody can cancel. */
    public Trace() {
        this(null);
    }

    /**
     * Of a transfer that may be cancelled.
     *
     * @param thread the one that it runs in; null if nobody can cancel it
     */
    public Trace(CancellableThread thread) {
        this.thread = thread;
    }

    /** Whether the transfer can be cancelled. */
    static boolean isCancellable(Trace trace) {
        return trace != null && trace.thread != null;
    }

    /**
     * Whether it was.
     *
     * @param trace its trace, or null
     * @return true for good
     */
    public static boolean isCancelled(Trace trace) {
        return isCancellable(trace) && trace.thread.isCancelled();
    }

    /**
     * Whether a call that may wait is to be made. If so, it is woken when somebody cancels; {@link #hasWaited} must
     * follow.
     */
    static boolean mayWait(Trace trace) {
        return !isCancellable(trace) || trace.thread.mayWait();
    }

    static void hasWaited(Trace trace) {
        if (isCancellable(trace)) {
            trace.thread.hasWaited();
        }
    }

    /** What the transfer waits in between {@link #mayWait} and {@link #hasWaited}, if nothing else keeps it. */
    static void waitsIn(Trace trace, Selector selector) {
        if (isCancellable(trace)) {
            trace.thread.waitsIn(selector);
        }
    }

    /**
     * A transfer begins that nobody but the flight recorder may ask about.
     *
     * @return its trace, or null if the recorder does not
     */
    public static Trace begin() {
        return RECORDABLE && FlightRecording.wantsTransfers() ? new Trace() : null;
    }

    /**
     * The transfer is over: the flight recorder gets its event, if it wants one. To be called once.
     *
     * @param trace its trace, or null
     * @param bytes what it has moved
     * @param failure what ended it, or null
     */
    public static void end(Trace trace, long bytes, Throwable failure) {
        if (trace != null && trace.event != null) {
            trace.event.end(trace, bytes, failure);
        }
    }

    /**
     * From what to what.
     *
     * @param trace the transfer's trace, or null
     * @param pair such as "file to socket"; a constant, so that it costs nothing without a trace
     */
    public static void pair(Trace trace, String pair) {
        if (trace != null) {
            trace.pair = pair;
        }
    }

    /**
     * From what to what.
     *
     * @param trace the transfer's trace, or null
     * @param source where the bytes come from
     * @param target where they go
     */
    public static void pair(Trace trace, Channel source, Channel target) {
        if (trace != null) {
            trace.pair = kind(source) + " to " + kind(target);
        }
    }

    /** The word for a channel; one that is not the JDK's goes by the name of its class. */
    private static String kind(Channel channel) {
        if (channel instanceof FileChannel) {
            return "file";
        }
        if (channel instanceof SocketChannel) {
            return "socket";
        }
        if (channel instanceof Pipe.SourceChannel || channel instanceof Pipe.SinkChannel) {
            return "pipe";
        }
        if (channel instanceof DatagramChannel) {
            return "datagram socket";
        }
        return channel == null ? "null" : channel.getClass().getName();
    }

    /** Counts a system call, if anybody wants to know. */
    static void systemCalls(Trace trace, int number) {
        if (trace != null) {
            trace.systemCalls += number;
        }
    }

    /**
     * The kernel has moved so many bytes of a file, or none if that is negative. Noted at once: an interrupt then
     * makes an exception of it, which does not say how many.
     */
    static void moved(Trace trace, long bytes) {
        if (trace != null && bytes > 0) {
            trace.moved += bytes;
        }
    }

    /** The sum of these. */
    long moved() {
        return moved;
    }

    /**
     * Bytes have gone this way.
     *
     * @param trace the transfer's trace, or null
     * @param route the way
     */
    public static void took(Trace trace, Route route) {
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

    /** From what to what, or null. */
    String pair() {
        return pair;
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
