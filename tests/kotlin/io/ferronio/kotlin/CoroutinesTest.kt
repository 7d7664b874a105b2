// What suspends: cancelled with its coroutine at once, with every byte accounted for and nothing closed.

package io.ferronio.kotlin

import io.ferronio.FileCopy
import io.ferronio.Relay
import io.ferronio.Transfer
import io.ferronio.TransferCancelledException
import io.ferronio.testing.ChannelBytes
import io.ferronio.testing.ChannelPair
import io.ferronio.testing.Eventually
import io.ferronio.testing.RelaySource
import io.ferronio.testing.RelayTarget
import io.ferronio.testing.TestFiles
import io.ferronio.testing.TransferTask
import java.io.File
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.channels.NonReadableChannelException
import java.nio.channels.SelectableChannel
import java.nio.channels.WritableByteChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.WRITE
import java.security.MessageDigest
import java.util.concurrent.CancellationException
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource

private const val SIZE = ChannelPair.MORE_THAN_FITS
private val FILE: Path = TestFiles.newFile(SIZE.toLong())
private val CONTENT = TestFiles.content(0, SIZE)

/** Threads of one's own for what blocks. */
enum class Threads {
    PLATFORM, VIRTUAL;

    fun dispatcher(): ExecutorCoroutineDispatcher {
        if (this == PLATFORM) return Executors.newCachedThreadPool().asCoroutineDispatcher()
        assumeTrue(Runtime.version().feature() >= 21, "this JDK has no virtual threads")
        val executor = Executors::class.java.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
        return (executor as ExecutorService).asCoroutineDispatcher()
    }
}

class CoroutinesTest {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** What the coroutine itself has seen, which nobody outside can take from it. */
    private class Seen {
        @Volatile
        var exception: Throwable? = null

        suspend fun <T> of(block: suspend () -> T): T = try {
            block()
        } catch (e: Throwable) {
            exception = e
            throw e
        }

        fun cancelled() = exception as TransferCancelledException
    }

    private fun write(target: WritableByteChannel, bytes: ByteArray) {
        val buffer = ByteBuffer.wrap(bytes)
        while (buffer.hasRemaining()) target.write(buffer)
    }

    /** Until the other end has something to read: then the transfer runs, and it will be stuck, or is. */
    private fun awaitFirstByte(pair: ChannelPair): ByteArray = ChannelBytes.read(pair.source(), 1)

    @ParameterizedTest
    @EnumSource
    fun `a stuck send that is cancelled says what has arrived`(threads: Threads) {
        val header = TestFiles.content(7, 5000)
        val all = header + CONTENT
        threads.dispatcher().use { dispatcher ->
            for (kind in listOf(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE)) {
                for (blocking in listOf(true, false)) {
                    FileChannel.open(FILE).use { file ->
                        ChannelPair.open(kind).use { pair ->
                            (pair.sink() as SelectableChannel).configureBlocking(blocking)
                            val told = CopyOnWriteArrayList<Long>()
                            val seen = Seen()
                            val plan = transfer {
                                from(file)
                                to(pair.sink())
                                header(ByteBuffer.wrap(header))
                                onProgress { told += it }
                            }
                            val job = scope.launch { seen.of { plan.await(dispatcher) } }
                            val first = awaitFirstByte(pair)
                            val reason = CancellationException("enough")
                            job.cancel(reason)
                            runBlocking { job.join() }

                            val e = seen.cancelled()
                            assertTrue(file.isOpen && pair.sink().isOpen)
                            val causes = generateSequence<Throwable>(e) { it.cause }
                            assertTrue(causes.any { it.message == "enough" }, e.stackTraceToString())
                            assertEquals(e.delivered(), told.last())
                            assertEquals(0, e.undelivered())
                            val delivered = e.delivered().toInt()
                            assertTrue(delivered < all.size)
                            // The rest by the same channels: nothing twice, nothing missing.
                            val reader = TransferTask.start { ChannelBytes.readAll(pair.source()) }
                            (pair.sink() as SelectableChannel).configureBlocking(true)
                            write(pair.sink(), all.copyOfRange(delivered, all.size))
                            pair.sink().close()
                            assertArrayEquals(all, first + reader.result())
                        }
                    }
                }
            }
        }
    }

    /** Most transfers wait for a thread when their coroutines are cancelled, or are on their way to it. */
    @Test
    fun `a transfer that no thread has begun ends without one`() {
        val occupied = Executors.newSingleThreadExecutor().asCoroutineDispatcher()
        occupied.use {
            FileChannel.open(FILE).use { file ->
                ChannelPair.open(ChannelPair.Kind.UNIX).use { stuck ->
                    ChannelPair.open(ChannelPair.Kind.UNIX).use { queued ->
                        val first = scope.launch { file.awaitZeroCopyTo(stuck.sink(), dispatcher = occupied) }
                        awaitFirstByte(stuck)
                        val seen = Seen()
                        val second = scope.launch(start = CoroutineStart.UNDISPATCHED) {
                            seen.of { file.awaitZeroCopyTo(queued.sink(), dispatcher = occupied) }
                        }
                        second.cancel()
                        runBlocking { second.join() } // While the only thread is in the first.
                        assertEquals(0, seen.cancelled().delivered())
                        assertTrue(first.isActive)
                        first.cancel()
                        runBlocking { first.join() }
                        queued.sink().close()
                        assertEquals(0, ChannelBytes.readAll(queued.source()).size)
                    }
                }
            }
        }
    }

    @Test
    fun `a coroutine that is cancelled already moves nothing`() {
        FileChannel.open(FILE).use { file ->
            ChannelPair.open(ChannelPair.Kind.PIPE).use { pair ->
                val seen = Seen()
                val copy = TestFiles.newPath(".copy")
                val job = scope.launch(start = CoroutineStart.UNDISPATCHED) {
                    coroutineContext[Job]!!.cancel()
                    assertThrows(TransferCancelledException::class.java) { runBlockingHere { FILE.awaitZeroCopyTo(copy) } }
                    seen.of { file.awaitZeroCopyTo(pair.sink()) }
                }
                runBlocking { job.join() }
                assertEquals(0, seen.cancelled().delivered())
                pair.sink().close()
                assertEquals(0, ChannelBytes.readAll(pair.source()).size)
                assertFalse(Files.exists(copy))
            }
        }
    }

    /** In this coroutine's own job, which `runBlocking` alone would not see. */
    private fun <T> CoroutineScope.runBlockingHere(block: suspend () -> T): T {
        val job = coroutineContext[Job]!!
        var result: Result<T>? = null
        CoroutineScope(job + Dispatchers.Unconfined).launch(start = CoroutineStart.UNDISPATCHED) {
            result = runCatching { block() }
        }
        return result!!.getOrThrow()
    }

    /** At about the end: the result is returned although the coroutine is cancelled by then, or an exception says how far. */
    @ParameterizedTest
    @EnumSource
    fun `cancelled at about the end, no count is lost`(threads: Threads) {
        threads.dispatcher().use { dispatcher ->
            FileChannel.open(FILE).use { file ->
                for (round in 0 until 300) {
                    ChannelPair.open(ChannelPair.Kind.UNIX).use { pair ->
                        var said = -1L
                        val job = scope.launch {
                            said = try {
                                file.awaitZeroCopyTo(pair.sink(), count = 30_000, dispatcher = dispatcher)
                            } catch (e: TransferCancelledException) {
                                e.delivered()
                            }
                            ensureActive()
                        }
                        repeat(round * 20) { Thread.onSpinWait() }
                        job.cancel()
                        runBlocking { job.join() }
                        pair.sink().close()
                        val arrived = ChannelBytes.readAll(pair.source())
                        // A coroutine that was cancelled before it ran has moved nothing, and never said anything.
                        assertEquals(arrived.size.toLong(), maxOf(0, said))
                    }
                }
            }
        }
    }

    @Test
    fun `a hundred transfers, fifty of them cancelled`() {
        val descriptors = File("/proc/self/fd")
        fun digest(bytes: ByteArray) = MessageDigest.getInstance("SHA-256").digest(bytes).toList()
        val expected = digest(CONTENT)
        fun hundred() = runBlocking(Dispatchers.Default) {
            val pairs = List(100) { ChannelPair.open(ChannelPair.Kind.UNIX) }
            val digests = arrayOfNulls<List<Byte>>(100)
            val said = arrayOfNulls<TransferCancelledException>(100)
            FileChannel.open(FILE).use { file ->
                coroutineScope {
                    // The even ones first: nobody reads them, and together they have not all the threads.
                    val transfers = (0 until 100).sortedBy { it % 2 }.associateWith { i ->
                        launch {
                            try {
                                assertEquals(SIZE.toLong(), file.awaitZeroCopyTo(pairs[i].sink()))
                                pairs[i].sink().close()
                            } catch (e: TransferCancelledException) {
                                said[i] = e
                                throw e
                            }
                        }
                    }
                    val readers = (1 until 100 step 2).map { i ->
                        TransferTask.start {
                            digests[i] = digest(ChannelBytes.readAll(pairs[i].source()))
                        }
                    }
                    for (i in 0 until 100 step 2) {
                        awaitFirstByte(pairs[i])
                        transfers.getValue(i).cancel()
                    }
                    transfers.values.joinAll()
                    readers.forEach { it.result() }
                }
            }
            for (i in 0 until 100) {
                if (i % 2 == 1) {
                    assertEquals(expected, digests[i])
                } else {
                    assertTrue(pairs[i].sink().isOpen)
                    pairs[i].sink().close()
                    val arrived = ChannelBytes.readAll(pairs[i].source())
                    assertEquals(said[i]!!.delivered(), 1L + arrived.size)
                    assertArrayEquals(CONTENT.copyOfRange(1, 1 + arrived.size), arrived)
                }
            }
            pairs.forEach { it.close() }
        }
        hundred() // What the JDK opens once and keeps.
        val before = descriptors.list()!!.size
        hundred()
        assertTrue(Eventually.afterCollection { descriptors.list()!!.size <= before }, "$before, ${descriptors.list()!!.size}")
    }

    @ParameterizedTest
    @EnumSource
    fun `a relay keeps what is under way when it is cancelled`(threads: Threads) {
        threads.dispatcher().use { dispatcher ->
            ChannelPair.open(ChannelPair.Kind.TCP).use { from ->
                ChannelPair.open(ChannelPair.Kind.TCP).use { to ->
                    val writer = TransferTask.start {
                        write(from.sink(), CONTENT)
                        from.sink().close()
                    }
                    from.source().useRelay(to.sink()) { relay ->
                        val seen = Seen()
                        val told = CopyOnWriteArrayList<Long>()
                        val job = scope.launch { seen.of { relay.awaitTransferAll(dispatcher) { told += it } } }
                        val first = awaitFirstByte(to)
                        job.cancel()
                        runBlocking { job.join() }
                        val e = seen.cancelled()
                        assertEquals(relay.pending(), e.undelivered())
                        assertEquals(told.lastOrNull() ?: 0, e.delivered())
                        val reader = TransferTask.start { ChannelBytes.readAll(to.source()) }
                        assertEquals(SIZE - e.delivered(), runBlocking { relay.awaitTransferAll(dispatcher) })
                        assertEquals(-1, runBlocking { relay.awaitTransfer() })
                        writer.result()
                        to.sink().close()
                        assertArrayEquals(CONTENT, first + reader.result())
                    }
                }
            }
        }
    }

    @Test
    fun `a copy that is cancelled leaves its target as it was`() {
        val folder = TestFiles.newFolder()
        val source = TestFiles.newFile(40 shl 20)
        val target = Files.writeString(folder.resolve("target"), "what it was")
        val seen = Seen()
        val job = Job()
        scope.launch(job) {
            seen.of { source.awaitZeroCopyTo(target, overwrite = true) { job.cancel() } }
        }.let { runBlocking { it.join() } }
        assertEquals(0, seen.cancelled().delivered())
        assertEquals(listOf(target), Files.list(folder).use { it.toList() })
        assertEquals("what it was", Files.readString(target))
    }

    @Test
    fun `without a cancellation all is as in Java`() = runBlocking {
        val told = mutableListOf<Long>()
        val copy = TestFiles.newPath(".copy")
        assertEquals(SIZE.toLong(), FILE.awaitZeroCopyTo(copy) { told += it }.bytes())
        assertEquals(SIZE.toLong(), told.last())
        assertEquals(-1, Files.mismatch(FILE, copy))
        assertEquals(SIZE.toLong(), FileCopy.of(FILE, TestFiles.newPath(".copy")).await().bytes())
        RelaySource.of(RelaySource.Kind.TCP, 100_000).use { source ->
            RelayTarget.of(RelayTarget.Kind.TCP).use { target ->
                Relay.open(source.channel(), target.channel()).use { assertEquals(100_000, it.awaitTransferAll()) }
                assertArrayEquals(TestFiles.content(0, 100_000), target.arrived())
            }
        }
        val received = TestFiles.newFile(0)
        FileChannel.open(FILE).use { file ->
            FileChannel.open(received, WRITE).use { target ->
                ChannelPair.open(ChannelPair.Kind.TCP).use { pair ->
                    val sent = async { file.awaitZeroCopyTo(pair.sink(), position = 10).also { pair.sink().close() } }
                    assertEquals(SIZE - 10L, target.awaitZeroCopyFrom(pair.source(), position = 10))
                    assertEquals(SIZE - 10L, sent.await())
                }
            }
        }
        assertArrayEquals(ByteArray(10) + CONTENT.copyOfRange(10, SIZE), Files.readAllBytes(received))
    }

    @Test
    fun `exceptions are those of Java, and leave no job behind`() {
        FileChannel.open(TestFiles.newFile(10), WRITE).use { file ->
            ChannelPair.open(ChannelPair.Kind.PIPE).use { pair ->
                assertThrows(NonReadableChannelException::class.java) {
                    runBlocking { Transfer.from(file, 0, 10).to(pair.sink()).await() }
                }
                // Without a dispatch of its own, and by one that takes nothing more.
                assertThrows(NonReadableChannelException::class.java) {
                    runBlocking { Transfer.from(file, 0, 10).to(pair.sink()).await(Dispatchers.Unconfined) }
                }
                val refusal = RejectedExecutionException("full")
                val refusing = object : CoroutineDispatcher() {
                    override fun dispatch(context: CoroutineContext, block: Runnable) = throw refusal
                }
                val thrown = assertThrows(RejectedExecutionException::class.java) {
                    runBlocking { Transfer.from(file, 0, 10).to(pair.sink()).await(refusing) }
                }
                assertEquals(refusal.message, thrown.message)
                assertTrue(pair.sink().isOpen)
            }
        }
    }
}
