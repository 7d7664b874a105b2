package io.ferronio;

import io.ferronio.internal.CancellableThread;
import io.ferronio.internal.CancellationSignal;
import io.ferronio.internal.Cancelled;
import io.ferronio.internal.Trace;
import io.ferronio.internal.TransferPlan;
import io.ferronio.internal.TransferRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * One transfer with everything that the JDK's two methods cannot say: from what to what, what goes before and after,
 * and to the end.
 *
 * <pre>{@code
 * TransferResult result = Transfer.from(file, 0, file.size()).to(socket).header(head).run();
 * }</pre>
 *
 * <p>It is a plan. Plans are immutable, every method gives a new one, and one plan may be run many times and by many
 * threads at once; whether that makes sense is up to its channels. The buffers of header and trailer are those of the
 * caller, with the positions and limits that they had when they were given; a run reads their content and changes
 * nothing. The channels remain the caller's: a run closes none, unless its thread is interrupted.
 *
 * <p><b>Header, file and trailer are one train on TCP.</b> If all of it is small, at most 32 KiB, it is read into one
 * buffer and written at once. A larger file goes by {@code sendfile64(2)} behind its header, which is sent with
 * {@code MSG_MORE} (send(2)) so that the file's bytes join it; if there is a trailer, with {@code TCP_CORK} (tcp(7)) set
 * meanwhile. So only the last segment is not full. That is so for sources that are
 * files; what goes around a stream, or to any other target, is just written.
 *
 * <p><b>Waiting.</b> A run ends when everything has been delivered. For channels in blocking mode it blocks, in
 * non-blocking mode it selects with a selector of its own; while it runs, such a channel cannot be put into blocking
 * mode. On a virtual thread it never keeps the carrier: it parks, for a channel in
 * non-blocking mode in steps that grow from 0.1 to 50 milliseconds. So it does on any thread for a channel that is not
 * the JDK's and takes, or gives, 0 bytes.
 */
public final class Transfer {

    private final TransferPlan plan;

    private Transfer(TransferPlan plan) {
        this.plan = plan;
    }

    /**
     * From a part of a file. The file's own position is neither used nor changed.
     *
     * @param source the file, open for reading
     * @param position where to begin, in bytes from its start; may be past its end
     * @param count the most bytes to take; {@code Long.MAX_VALUE} is "to the end"
     * @return a plan without a target
     * @throws IllegalArgumentException if {@code position} or {@code count} is negative
     */
    public static Transfer from(FileChannel source, long position, long count) {
        Objects.requireNonNull(source, "source");
        requireNotNegative("position", position);
        requireNotNegative("count", count);
        return new Transfer(new TransferPlan(source, position, count));
    }

    /**
     * From a stream: a socket, a pipe, or any other channel. A file is read from its own position on, which advances
     * by what was delivered.
     *
     * @param source where the bytes come from
     * @param count the most bytes to take; {@code Long.MAX_VALUE} is "to the end"
     * @return a plan without a target
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public static Transfer from(ReadableByteChannel source, long count) {
        Objects.requireNonNull(source, "source");
        requireNotNegative("count", count);
        return new Transfer(new TransferPlan(source, TransferPlan.OWN_POSITION, count));
    }

    private static void requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is negative: " + value);
        }
    }

    /**
     * To a channel. A file is written at its own position, which advances; one that was opened to append, at its end.
     *
     * @param target where the bytes go
     * @return a new plan
     */
    public Transfer to(WritableByteChannel target) {
        Objects.requireNonNull(target, "target");
        return new Transfer(plan.withTarget(target, TransferPlan.OWN_POSITION));
    }

    /**
     * To a part of a file. The file's own position is neither used nor changed. A file that was opened to append is
     * written at its end, whatever the position: so says pwrite(2) on Linux.
     *
     * @param target the file, open for writing
     * @param position where the first byte goes, the header's if there is one; past the file's end, that leaves a hole
     * @return a new plan
     * @throws IllegalArgumentException if {@code position} is negative
     */
    public Transfer to(FileChannel target, long position) {
        Objects.requireNonNull(target, "target");
        requireNotNegative("position", position);
        return new Transfer(plan.withTarget(target, position));
    }

    /**
     * What goes first, in place of an earlier header.
     *
     * @param buffers what is between position and limit now, one after the other; nothing, for no header
     * @return a new plan
     */
    public Transfer header(ByteBuffer... buffers) {
        return new Transfer(plan.withHeader(duplicates("header", buffers)));
    }

    /**
     * What goes last, in place of an earlier trailer. It is sent even if the source has ended before {@code count}
     * bytes.
     *
     * @param buffers what is between position and limit now, one after the other; nothing, for no trailer
     * @return a new plan
     */
    public Transfer trailer(ByteBuffer... buffers) {
        return new Transfer(plan.withTrailer(duplicates("trailer", buffers)));
    }

    private static ByteBuffer[] duplicates(String name, ByteBuffer[] buffers) {
        ByteBuffer[] duplicates = new ByteBuffer[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            int place = i;
            duplicates[i] = Objects.requireNonNull(buffers[i], () -> name + "[" + place + "]").duplicate();
        }
        return duplicates;
    }

    /**
     * The kernel reads so far ahead of the transfer, beyond what it does by itself: {@code POSIX_FADV_WILLNEED},
     * posix_fadvise(2), asked for piece by piece and not waited for. An interrupt or a close is noticed each 16 MiB.
     *
     * @param bytes how far; 0 leaves it to the kernel, and more than 64 MiB are taken for 64 MiB
     * @return a new plan
     * @throws IllegalArgumentException if {@code bytes} is negative
     * @throws IllegalStateException if the source is not a file
     */
    public Transfer readAhead(long bytes) {
        requireNotNegative("bytes", bytes);
        requireFile("readAhead");
        return new Transfer(plan.withAdvice(bytes, plan.dropBehind()));
    }

    /**
     * What has been sent leaves the page cache, by {@code POSIX_FADV_DONTNEED}, posix_fadvise(2): for large files that
     * nobody reads again soon, so that they do not drive out what others read.
     *
     * <p>Pages that wait in the queue of a socket or pipe cannot leave; they are asked for only when they are out of it
     * ({@code SIOCOUTQ}, tcp(7)). What is still queued when the run ends stays in the page cache, and so do pages
     * that are dirty, locked or mapped by somebody. The pages of a target that is a file are left alone.
     *
     * @return a new plan
     * @throws IllegalStateException if the source is not a file
     */
    public Transfer dropBehind() {
        requireFile("dropBehind");
        return new Transfer(plan.withAdvice(plan.readAhead(), true));
    }

    private void requireFile(String method) {
        if (!(plan.source() instanceof FileChannel)) {
            throw new IllegalStateException(method + " is for sources that are files: " + plan.source()
                    + " has no pages");
        }
    }

    /**
     * Told how far a run is: after the header, after each piece of at most 4 MiB, and after the trailer; after pieces
     * smaller than that where less was moved at once. The number counts what {@link TransferResult#bytes} counts. It is
     * called by the thread that runs, in place of an earlier one; what it throws ends the run.
     *
     * @param bytesSoFar gets the bytes delivered so far, more each time, unless one of the parts is empty
     * @return a new plan
     */
    public Transfer onProgress(LongConsumer bytesSoFar) {
        return new Transfer(plan.withProgress(Objects.requireNonNull(bytesSoFar, "bytesSoFar")));
    }

    /**
     * What ends a run before its end, in place of an earlier one. Progress is told once more then, and the run throws a
     * {@link TransferCancelledException}. The bytes move as without it, but for two things: a file that the JDK itself
     * would transfer is read and written, and a run looks every 4 MiB whether it is cancelled.
     *
     * @param cancellation cancelled to end it, before or meanwhile
     * @return a new plan
     */
    public Transfer cancelledBy(Cancellation cancellation) {
        Objects.requireNonNull(cancellation, "cancellation");
        return new Transfer(plan.withCancellation(Cancellation.signalOf(cancellation)));
    }

    /**
     * Runs the plan to its end: until the header, {@code count} bytes and the trailer have been delivered. A source
     * that ends before is no failure: {@link TransferResult#bytes} says it, which counts header and trailer, too.
     *
     * <p>Whoever gets an exception can know what was delivered before: if no bytes have been lost, it has a
     * {@link TransferException} among its suppressed exceptions that says how many bytes. If bytes were taken from a
     * stream and could not be delivered, the exception is a {@code TransferException} itself, and the failure its
     * cause. From a source that is a file nothing is ever lost. Only an interrupt, which closes the channel, may
     * leave more delivered than is said: NIO's own writes do not tell what the interrupted one has moved.
     *
     * <p>A target that is a file gets what the source holds at the beginning; elsewhere, what somebody appends
     * meanwhile is sent, too, up to {@code count}. What is sent by reference may still change: see {@link
     * Transfers#transferTo}.
     *
     * @return what was moved, and how
     * @throws IllegalStateException if the plan has no target
     * @throws IllegalArgumentException if both are the same file, and what is read overlaps what is written
     * @throws java.nio.channels.NonReadableChannelException if the source is not open for reading
     * @throws java.nio.channels.NonWritableChannelException if the target is not open for writing
     * @throws java.nio.channels.ClosedChannelException if either channel is closed
     * @throws java.nio.channels.AsynchronousCloseException if another thread closes either channel meanwhile; noticed
     *     within
     *     a second or two where the other end is waited for
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted; as everywhere in NIO, the
     *     channel
     *     that it works on is closed, perhaps both
     * @throws TransferCancelledException if it was {@linkplain #cancelledBy cancelled}, and not all had moved
     * @throws TransferException if bytes have been lost
     * @throws IOException as the kernel says
     */
    public TransferResult run() throws IOException {
        if (plan.target() == null) {
            throw new IllegalStateException("no target was given: " + this);
        }
        CancellableThread thread = CancellationSignal.enter(plan.cancellation());
        Trace trace = new Trace(thread);
        Trace.pair(trace, plan.source(), plan.target());
        TransferRun run = new TransferRun(plan, trace);
        Throwable failure = null;
        try {
            run.run();
            return new TransferResult(run.delivered(), trace);
        } catch (Cancelled e) {
            TransferCancelledException cancelled =
                    TransferCancelledException.of(e, run.delivered(), run.undelivered());
            failure = cancelled;
            throw cancelled;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            CancellationSignal.leave(thread);
            Trace.end(trace, run.delivered(), failure);
        }
    }

    /** Says the plan. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Transfer of ");
        text.append(plan.count() == Long.MAX_VALUE ? "all" : "up to " + plan.count()).append(" bytes from ")
                .append(plan.source());
        appendPosition(text, plan.position());
        text.append(" to ").append(plan.target() == null ? "(no target)" : plan.target());
        appendPosition(text, plan.targetPosition());
        appendLength(text, "header", plan.header());
        appendLength(text, "trailer", plan.trailer());
        if (plan.readAhead() > 0) {
            text.append(", reads ").append(plan.readAhead()).append(" bytes ahead");
        }
        if (plan.dropBehind()) {
            text.append(", drops behind");
        }
        return text.toString();
    }

    private static void appendPosition(StringBuilder text, long position) {
        if (position != TransferPlan.OWN_POSITION) {
            text.append(" at ").append(position);
        }
    }

    private static void appendLength(StringBuilder text, String what, ByteBuffer[] buffers) {
        if (buffers.length > 0) {
            text.append(", ").append(what).append(" of ").append(TransferPlan.remaining(buffers)).append(" bytes");
        }
    }
}
