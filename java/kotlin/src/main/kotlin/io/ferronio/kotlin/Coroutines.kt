// For coroutines: the same, suspending, and cancelled with their coroutine. Nothing else here needs kotlinx-coroutines.

package io.ferronio.kotlin

import io.ferronio.Cancellation
import io.ferronio.FileCopy
import io.ferronio.Relay
import io.ferronio.Transfer
import io.ferronio.TransferCancelledException
import io.ferronio.TransferResult
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.channels.ReadableByteChannel
import java.nio.channels.WritableByteChannel
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.resumeWithException
import kotlin.coroutines.suspendCoroutine
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.currentCoroutineContext

/**
 * Runs this plan to its end as [Transfer.run] does, and suspends meanwhile; a thread of [dispatcher] does the work, and
 * waits.
 *
 * When the coroutine is cancelled, the work ends at once, wherever it waits: see [Cancellation]. No channel is closed.
 * This function then returns only when the work has ended, so nobody uses the channels any more, and throws a
 * [TransferCancelledException], a `CancellationException` with the coroutine's as its cause, that says what was
 * delivered, and what is lost of a source that cannot be asked again; progress is told once more before. What had moved
 * completely by then is returned as ever, and the next suspending call finds the coroutine cancelled: so no byte goes
 * unreported.
 *
 * @param dispatcher whose threads may block; of virtual threads, as many as there are transfers
 * @return what was moved, and how
 * @throws TransferCancelledException if the coroutine was cancelled, and not all had moved
 * @throws IOException as [Transfer.run], which also says what else it throws
 */
@Throws(IOException::class)
public suspend fun Transfer.await(dispatcher: CoroutineDispatcher = Dispatchers.IO): TransferResult =
    cancellable(dispatcher) { cancelledBy(it).run() }

/**
 * Makes this copy as [FileCopy.run] does, and suspends meanwhile. When the coroutine is cancelled before the copy has
 * its name, its temporary file is deleted, and the target is what it was.
 *
 * @param dispatcher whose threads may block
 * @return how it was done
 * @throws TransferCancelledException if the coroutine was cancelled in time
 * @throws IOException as [FileCopy.copy]
 */
@Throws(IOException::class)
public suspend fun FileCopy.await(dispatcher: CoroutineDispatcher = Dispatchers.IO): TransferResult =
    cancellable(dispatcher) { cancelledBy(it).run() }

/**
 * Delivers as [Relay.transfer] does, and suspends meanwhile. When the coroutine is cancelled, what was delivered until
 * then is returned; what was taken and not delivered is still [Relay.pending], and the relay may be used further.
 *
 * @param count the most bytes to deliver
 * @param dispatcher whose threads may block
 * @return as there: bytes, 0 if an end in non-blocking mode would have to be waited for, -1 at the end of the stream
 * @throws TransferCancelledException if the coroutine was cancelled before anything was delivered
 * @throws IOException as [Relay.transfer]
 */
@Throws(IOException::class)
public suspend fun Relay.awaitTransfer(
    count: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = cancellable(dispatcher) { transfer(count, it) }

/**
 * Passes everything on as [transferAll] does, and suspends meanwhile. For channels in blocking mode.
 *
 * @param dispatcher whose threads may block
 * @param onProgress told after each piece how many bytes this call has delivered, by a thread of [dispatcher]
 * @return bytes that this call has delivered
 * @throws TransferCancelledException if the coroutine was cancelled before the end of the stream: says how many bytes
 *   this call has delivered, and how many are still [Relay.pending]
 * @throws IllegalStateException as [transferAll]
 * @throws IOException as [Relay.transfer]
 */
@Throws(IOException::class)
public suspend fun Relay.awaitTransferAll(
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    onProgress: (Long) -> Unit = {},
): Long = cancellable(dispatcher) { cancellation ->
    var delivered = 0L
    try {
        passAllOn({ delivered = it; onProgress(it) }) { transfer(PIECE, cancellation) }
    } catch (e: TransferCancelledException) {
        throw TransferCancelledException(delivered, e.undelivered())
    }
}

/**
 * [zeroCopyTo], suspending and cancelled as [Transfer.await].
 *
 * @param target where the bytes go
 * @param position where to begin, in bytes from the start of the file; may be past its end
 * @param count the most bytes to send; by default up to the end
 * @param dispatcher whose threads may block
 * @return bytes delivered: fewer than [count] only if the file ends before
 * @throws TransferCancelledException if the coroutine was cancelled, and not all had moved
 * @throws IOException as [Transfer.run]
 */
@Throws(IOException::class)
public suspend fun FileChannel.awaitZeroCopyTo(
    target: WritableByteChannel,
    position: Long = 0,
    count: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = Transfer.from(this, position, count).to(target).await(dispatcher).bytes()

/**
 * [zeroCopyFrom], suspending and cancelled as [Transfer.await].
 *
 * @param source where the bytes come from
 * @param position where in this file the first byte goes, in bytes from its start
 * @param count the most bytes to take; by default up to the end of the source
 * @param dispatcher whose threads may block
 * @return bytes written: fewer than [count] only if the source ends before
 * @throws TransferCancelledException if the coroutine was cancelled, and not all had moved
 * @throws IOException as [Transfer.run]
 */
@Throws(IOException::class)
public suspend fun FileChannel.awaitZeroCopyFrom(
    source: ReadableByteChannel,
    position: Long = 0,
    count: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = Transfer.from(source, count).to(this, position).await(dispatcher).bytes()

/**
 * [zeroCopyTo], suspending and cancelled as [FileCopy.await].
 *
 * @param target the path of the copy
 * @param overwrite whether it takes the place of what is there
 * @param attributes whether times, owner, permissions and extended attributes are copied, too
 * @param dispatcher whose threads may block
 * @param onProgress told how far the content is copied, after pieces of at most 4 MiB; by a thread of [dispatcher]
 * @return how it was done
 * @throws TransferCancelledException if the coroutine was cancelled in time: the target is what it was
 * @throws IOException as [FileCopy.copy]
 */
@Throws(IOException::class)
public suspend fun Path.awaitZeroCopyTo(
    target: Path,
    overwrite: Boolean = false,
    attributes: Boolean = false,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    onProgress: ((Long) -> Unit)? = null,
): TransferResult = copyPlan(this, target, overwrite, attributes, onProgress).await(dispatcher)

/**
 * Runs [work] on a thread of [dispatcher], with a cancellation that the coroutine's own pulls. Its result is this
 * function's, whatever has happened meanwhile: `withContext` and its like would throw away the result of a coroutine
 * that is cancelled, and with it the count of bytes. Work that no thread has begun by then ends here and now, without
 * one.
 *
 * A job stands in for the work: the coroutine's cancellation reaches it at once, on the thread that cancels, and the
 * coroutine cannot complete before it.
 */
private suspend fun <T> cancellable(dispatcher: CoroutineDispatcher, work: (Cancellation) -> T): T {
    val cancellation = Cancellation()
    val reason = AtomicReference<Throwable>()
    val begun = AtomicBoolean()
    val job = Job(currentCoroutineContext()[Job])
    return suspendCoroutine { continuation ->
        val task = Runnable {
            if (begun.compareAndSet(false, true)) {
                val result = runCatching { work(cancellation) }
                    .onFailure { if (it is TransferCancelledException) it.initCause(reason.get()) }
                job.complete()
                continuation.resumeWith(result)
            }
        }
        job.invokeOnCompletion { cause ->
            if (cause != null) {
                reason.set(cause)
                cancellation.cancel()
                task.run()
            }
        }
        try {
            if (dispatcher.isDispatchNeeded(EmptyCoroutineContext)) {
                dispatcher.dispatch(EmptyCoroutineContext, task)
            } else {
                task.run()
            }
        } catch (e: Throwable) {
            if (begun.compareAndSet(false, true)) {
                job.complete()
                continuation.resumeWithException(e)
            }
        }
    }
}
