// Relays: for the time of a block, and to the end of a stream.

package io.ferronio.kotlin

import io.ferronio.Relay
import java.io.IOException
import java.nio.channels.ReadableByteChannel
import java.nio.channels.WritableByteChannel
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract

/**
 * A relay from this channel to another while [block] runs; it is closed at its end, and the channels are not.
 *
 * @param target where the bytes go
 * @param copy where they go, too; `null` for nowhere
 * @param block gets the relay, for one thread at a time
 * @return what [block] returns
 * @throws IOException if a channel is closed: see [Relay.open]
 */
@OptIn(ExperimentalContracts::class)
@Throws(IOException::class)
public inline fun <T> ReadableByteChannel.useRelay(
    target: WritableByteChannel,
    copy: WritableByteChannel? = null,
    block: (Relay) -> T,
): T {
    contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
    val relay = if (copy == null) Relay.open(this, target) else Relay.open(this, target, copy)
    return relay.use(block)
}

/**
 * Passes everything on, up to the end of the stream. For channels in blocking mode: blocks until then; on a virtual
 * thread it parks.
 *
 * @param onProgress told after each piece how many bytes this call has delivered; by the thread that calls
 * @return bytes that this call has delivered
 * @throws IllegalStateException if an end is in non-blocking mode and would have to be waited for: there a selector
 *   decides when [Relay.transfer] is called; or if the relay is closed or used by another thread
 * @throws IOException as [Relay.transfer]; what could not be delivered is still [Relay.pending]
 */
@Throws(IOException::class)
public fun Relay.transferAll(onProgress: (Long) -> Unit = {}): Long = passAllOn(onProgress) { transfer(PIECE) }

/** Up to the end that [piece] finds. */
internal inline fun passAllOn(onProgress: (Long) -> Unit, piece: () -> Long): Long {
    var delivered = 0L
    while (true) {
        val n = piece()
        if (n < 0) return delivered
        check(n > 0) { "an end is in non-blocking mode and not ready, after $delivered bytes: call transfer when it is" }
        delivered += n
        onProgress(delivered)
    }
}

/** What is passed on between two looks at progress. */
internal const val PIECE: Long = 4L shl 20
