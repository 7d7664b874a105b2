// Transfers, said in a block: from what to what, what goes before and after.

package io.ferronio.kotlin

import io.ferronio.Cancellation
import io.ferronio.Transfer
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.ReadableByteChannel
import java.nio.channels.WritableByteChannel

/**
 * Plans a transfer:
 *
 * ```
 * val plan = transfer {
 *     from(file, position = 1_000)
 *     to(socket)
 *     header(head)
 *     dropBehind = true
 * }
 * plan.run()
 * ```
 *
 * The plan is a [Transfer] like any other: immutable, to be run any number of times, here by [Transfer.run] or
 * suspending by [await]. Nothing is moved yet. In whatever order the block says things, the last one of a kind counts.
 *
 * @param plan says the source, the target and the rest
 * @return the plan
 * @throws IllegalStateException if the block names no source or no target, or wants `readAhead` or `dropBehind` of a
 *   source that is not a file
 * @throws IllegalArgumentException if a position, a count or `readAhead` is negative
 */
public fun transfer(plan: TransferBuilder.() -> Unit): Transfer = TransferBuilder().apply(plan).build()

/** What the block of [transfer] says. For one thread. */
public class TransferBuilder internal constructor() {
    private var source: (() -> Transfer)? = null
    private var target: ((Transfer) -> Transfer)? = null
    private var header: Array<out ByteBuffer> = emptyArray()
    private var trailer: Array<out ByteBuffer> = emptyArray()
    private var progress: ((Long) -> Unit)? = null

    /**
     * How far the kernel reads ahead, in bytes, for a source that is a file; 0 leaves it to the kernel:
     * [Transfer.readAhead].
     */
    public var readAhead: Long = 0

    /** Whether what has been sent leaves the page cache, for a source that is a file: [Transfer.dropBehind]. */
    public var dropBehind: Boolean = false

    /** What ends a run before its end; `null` for nothing: [Transfer.cancelledBy]. */
    public var cancelledBy: Cancellation? = null

    /**
     * From a part of a file, whose own position is neither used nor changed.
     *
     * @param file open for reading
     * @param position where to begin, in bytes from its start; may be past its end
     * @param count the most bytes to take; by default up to the end
     */
    public fun from(file: FileChannel, position: Long = 0, count: Long = Long.MAX_VALUE) {
        source = { Transfer.from(file, position, count) }
    }

    /**
     * From a stream: a socket, a pipe, or any other channel; a file that is only known as such a channel is read from
     * its own position.
     *
     * @param stream where the bytes come from
     * @param count the most bytes to take; by default up to the end
     */
    public fun from(stream: ReadableByteChannel, count: Long = Long.MAX_VALUE) {
        source = { Transfer.from(stream, count) }
    }

    /**
     * To a channel. A file is written at its own position, which advances.
     *
     * @param channel where the bytes go
     */
    public fun to(channel: WritableByteChannel) {
        target = { it.to(channel) }
    }

    /**
     * To a part of a file, whose own position is neither used nor changed.
     *
     * @param file open for writing
     * @param position where the first byte goes, the header's if there is one
     */
    public fun to(file: FileChannel, position: Long) {
        target = { it.to(file, position) }
    }

    /**
     * What goes first; on TCP, header, file and trailer leave as one train of full segments.
     *
     * @param buffers what is between position and limit now; never consumed
     */
    public fun header(vararg buffers: ByteBuffer) {
        header = buffers
    }

    /**
     * What goes last, also if the source has ended early.
     *
     * @param buffers what is between position and limit now; never consumed
     */
    public fun trailer(vararg buffers: ByteBuffer) {
        trailer = buffers
    }

    /**
     * Told how far a run is, by the thread that runs, after pieces of at most 4 MiB: [Transfer.onProgress].
     *
     * @param bytesSoFar gets the bytes delivered so far, header and trailer included
     */
    public fun onProgress(bytesSoFar: (Long) -> Unit) {
        progress = bytesSoFar
    }

    internal fun build(): Transfer {
        val from = checkNotNull(source) { "no source was given: from(...) names it" }
        val to = checkNotNull(target) { "no target was given: to(...) names it" }
        var plan = to(from()).header(*header).trailer(*trailer)
        if (readAhead != 0L) plan = plan.readAhead(readAhead)
        if (dropBehind) plan = plan.dropBehind()
        progress?.let { plan = plan.onProgress(it) }
        cancelledBy?.let { plan = plan.cancelledBy(it) }
        return plan
    }
}
