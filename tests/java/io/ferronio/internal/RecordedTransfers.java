package io.ferronio.internal;

import com.sun.management.ThreadMXBean;
import io.ferronio.Route;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * A program: traces of transfers before, in and after recordings of the flight recorder. Not in a test's JVM:
 * a recorder that was used once keeps files of its own open.
 */
final class RecordedTransfers {

    private static final String EVENT = "io.ferronio.Transfer";
    private static final int WARM_UP = 50_000;
    private static final int TRANSFERS = 20_000;
    /** What the measurement itself may take, and the JVM when it replaces compiled code. */
    private static final long MOST_ALLOCATED = 1000;

    private RecordedTransfers() {
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws Exception {
        // Compiled before there is anything to record.
        allocatesNothingWhenOff();
        check(!FlightRecorder.isInitialized(), "asking whether transfers are recorded has woken the recorder");
        Path file = Path.of(args[0]);
        for (int i = 0; i < 2; i++) {
            List<RecordedEvent> events = record(file, Duration.ZERO, RecordedTransfers::transfers);
            check(events.size() == 3, events);
            moved(events.get(0));
            failed(events.get(1));
            asked(events.get(2));
            allocatesNothingWhenOff();
        }
        List<RecordedEvent> events = record(file, Duration.ofHours(1), RecordedTransfers::transfers);
        check(events.isEmpty(), "shorter than the threshold: " + events);
        record(file, null, RecordedTransfers::allocatesNothingWhenOff);
    }

    /** Also that nothing is recorded: there would have to be a trace. */
    private static void allocatesNothingWhenOff() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        traceInVain(WARM_UP);
        long before = threads.getThreadAllocatedBytes(thread);
        traceInVain(TRANSFERS);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;
        check(allocated < MOST_ALLOCATED, allocated + " bytes in " + TRANSFERS + " transfers");
    }

    private static void traceInVain(int times) {
        for (int i = 0; i < times; i++) {
            Trace trace = Trace.begin();
            check(trace == null, "nobody records");
            Trace.pair(trace, "file to socket");
            Trace.refused(trace, Route.SENDFILE, "EINVAL");
            Trace.took(trace, Route.SPLICE);
            Trace.systemCalls(trace, 1);
            Trace.end(trace, i, null);
        }
    }

    /**
     * What the recorder has of a piece of work.
     *
     * @param threshold of the event; null to switch it off, zero for what it is by itself
     */
    private static List<RecordedEvent> record(Path file, Duration threshold, Runnable work) throws IOException {
        try (Recording recording = new Recording()) {
            if (threshold == null) {
                recording.disable(EVENT);
            } else if (!threshold.isZero()) {
                recording.enable(EVENT).withThreshold(threshold);
            }
            recording.start();
            work.run();
            recording.stop();
            Trace afterwards = new Trace(); // Of a result, which the recorder does not want any more.
            Trace.end(afterwards, 1, null);
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(EVENT))
                .sorted((a, b) -> a.getStartTime().compareTo(b.getStartTime())).toList();
        Files.delete(file);
        return events;
    }

    private static void transfers() {
        Trace trace = Trace.begin();
        Trace.pair(trace, "socket to file");
        Trace.refused(trace, Route.SENDFILE, "the source is no file");
        Trace.took(trace, Route.BUFFERED);
        Trace.took(trace, Route.SPLICE);
        Trace.refused(trace, Route.SPLICE, "EINVAL at 4096");
        Trace.systemCalls(trace, 3);
        Trace.systemCalls(trace, 4);
        Trace.end(trace, 5_000_000_000L, null);

        trace = Trace.begin();
        Trace.end(trace, 7, new ClosedChannelException());

        trace = new Trace(); // A result's.
        Trace.took(trace, Route.SENDFILE);
        Trace.end(trace, 1, null);
    }

    private static void moved(RecordedEvent event) {
        check("socket to file".equals(event.getString("pair")), event);
        check(event.getLong("bytes") == 5_000_000_000L, event);
        check("SPLICE, BUFFERED".equals(event.getString("routes")), event);
        check(event.getLong("systemCalls") == 7, event);
        check("SENDFILE: the source is no file; SPLICE: EINVAL at 4096".equals(event.getString("refusals")), event);
        check(event.getClass("failure") == null, event);
        check("main".equals(event.getThread().getJavaName()), event);
        check(!event.getDuration().isNegative() && event.getEndTime().isAfter(event.getStartTime()), event);
        check(event.getStackTrace().getFrames().stream()
                .map(frame -> frame.getMethod().getType().getName())
                .anyMatch(RecordedTransfers.class.getName()::equals), event);
    }

    private static void failed(RecordedEvent event) {
        check(event.getLong("bytes") == 7, event);
        check(event.getClass("failure").getName().equals(ClosedChannelException.class.getName()), event);
        check("".equals(event.getString("routes")) && event.getLong("systemCalls") == 0, event);
        check(event.getString("pair") == null && event.getString("refusals") == null, event);
    }

    private static void asked(RecordedEvent event) {
        check(event.getLong("bytes") == 1 && "SENDFILE".equals(event.getString("routes")), event);
    }
}
