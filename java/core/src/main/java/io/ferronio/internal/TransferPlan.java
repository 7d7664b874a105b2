package io.ferronio.internal;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongConsumer;

/**
 * All that one {@link io.ferronio.Transfer} says. Checked there; the buffers are never written to or consumed.
 *
 * @param source where the bytes come from
 * @param position where in a source that is a file to begin, or {@link #OWN_POSITION}
 * @param count the most bytes to take
 * @param target where they go; null until that was said
 * @param targetPosition where in a target that is a file to begin, or {@link #OWN_POSITION}
 * @param header what goes before them
 * @param trailer what goes after them
 * @param readAhead how far the kernel reads ahead, in bytes
 * @param dropBehind whether what has been sent leaves the page cache
 * @param onProgress told how many bytes have been delivered; null if nobody wants to know
 * @param cancellation what ends a run before its end; null if nothing does
 */
public record TransferPlan(ReadableByteChannel source, long position, long count, WritableByteChannel target,
        long targetPosition, ByteBuffer[] header, ByteBuffer[] trailer, long readAhead, boolean dropBehind,
        LongConsumer onProgress, CancellationSignal cancellation) {

    /** The channel's own position, which advances. */
    public static final long OWN_POSITION = -1;

    private static final ByteBuffer[] NOTHING = {};

    /**
     * A plan that has only a source.
     *
     * @param source where the bytes come from
     * @param position where in it to begin, or {@link #OWN_POSITION}
     * @param count the most bytes to take
     */
    public TransferPlan(ReadableByteChannel source, long position, long count) {
        this(source, position, count, null, OWN_POSITION, NOTHING, NOTHING, 0, false, null, null);
    }

    /**
     * The same with a target.
     *
     * @param target where the bytes go
     * @param targetPosition where in it to begin, or {@link #OWN_POSITION}
     * @return a new plan
     */
    public TransferPlan withTarget(WritableByteChannel target, long targetPosition) {
        return new TransferPlan(source, position, count, target, targetPosition, header, trailer, readAhead,
                dropBehind, onProgress, cancellation);
    }

    /**
     * The same with another header.
     *
     * @param header what goes first
     * @return a new plan
     */
    public TransferPlan withHeader(ByteBuffer... header) {
        return new TransferPlan(source, position, count, target, targetPosition, header, trailer, readAhead,
                dropBehind, onProgress, cancellation);
    }

    /**
     * The same with another trailer.
     *
     * @param trailer what goes last
     * @return a new plan
     */
    public TransferPlan withTrailer(ByteBuffer... trailer) {
        return new TransferPlan(source, position, count, target, targetPosition, header, trailer, readAhead,
                dropBehind, onProgress, cancellation);
    }

    /**
     * The same with advice to the page cache.
     *
     * @param readAhead how far the kernel reads ahead, in bytes
     * @param dropBehind whether what has been sent leaves the page cache
     * @return a new plan
     */
    public TransferPlan withAdvice(long readAhead, boolean dropBehind) {
        return new TransferPlan(source, position, count, target, targetPosition, header, trailer, readAhead,
                dropBehind, onProgress, cancellation);
    }

    /**
     * The same with somebody who listens.
     *
     * @param onProgress told how many bytes have been delivered
     * @return a new plan
     */
    public TransferPlan withProgress(LongConsumer onProgress) {
        return new TransferPlan(source, position, count, target, targetPosition, header, trailer, readAhead,
                dropBehind, onProgress, cancellation);
    }

    /**
     * The same with what ends a run.
     *
     * @param cancellation raised to end it
     * @return a new plan
     */
    public TransferPlan withCancellation(CancellationSignal cancellation) {
        return new TransferPlan(source, position, count, target, targetPosition, header, trailer, readAhead,
                dropBehind, onProgress, cancellation);
    }

    /**
     * What is left in buffers.
     *
     * @param buffers some buffers
     * @return the sum of their remaining bytes
     */
    public static long remaining(ByteBuffer[] buffers) {
        long remaining = 0;
        for (ByteBuffer buffer : buffers) {
            remaining += buffer.remaining();
        }
        return remaining;
    }

    /** Whether header or trailer have anything in them. */
    boolean hasFrame() {
        return remaining(header) + remaining(trailer) > 0;
    }

    /** Whether the target is a file. */
    boolean isToFile() {
        return target instanceof FileChannel;
    }
}
