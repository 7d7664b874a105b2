// The builder, beside the methods of Transfer that it stands for.

package io.ferronio.kotlin

import io.ferronio.Cancellation
import io.ferronio.Transfer
import io.ferronio.TransferCancelledException
import io.ferronio.testing.TestFiles
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.nio.channels.Channels
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.WRITE
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

private const val SIZE = 100_000
private val FILE: Path = TestFiles.newFile(SIZE.toLong())

class TransferBuilderTest {
    private fun ascii(text: String) = Charsets.US_ASCII.encode(text)

    @Test
    fun `a block says what Java's methods say`() {
        FileChannel.open(FILE).use { file ->
            val sink = Channels.newChannel(ByteArrayOutputStream())
            val plan = transfer {
                to(sink)
                from(file, position = 10, count = 20)
                header(ascii("head"), ascii("er"))
                trailer(ascii("trailer"))
                readAhead = 1 shl 20
                dropBehind = true
            }
            val inJava = Transfer.from(file, 10, 20).to(sink).header(ascii("head"), ascii("er")).trailer(ascii("trailer"))
                .readAhead(1 shl 20).dropBehind()
            assertEquals(inJava.toString(), plan.toString())
            assertEquals(Transfer.from(file, 0, Long.MAX_VALUE).to(sink).toString(), transfer { from(file); to(sink) }.toString())
        }
    }

    @Test
    fun `everything arrives, and progress is told`() {
        FileChannel.open(FILE).use { file ->
            val bytes = ByteArrayOutputStream()
            val told = mutableListOf<Long>()
            val plan = transfer {
                from(file, count = 50_000)
                to(Channels.newChannel(bytes))
                header(ascii("<"))
                trailer(ascii(">"))
                onProgress { told += it }
            }
            repeat(2) {
                bytes.reset()
                told.clear()
                assertEquals(50_002, plan.run().bytes())
                assertArrayEquals("<".toByteArray() + TestFiles.content(0, 50_000) + ">".toByteArray(), bytes.toByteArray())
                assertEquals(50_002, told.last())
            }
        }
    }

    @Test
    fun `from a stream to a position in a file`() {
        val target = TestFiles.newFile(0)
        FileChannel.open(target, WRITE).use { file ->
            val plan = transfer {
                from(Channels.newChannel(ByteArrayInputStream(TestFiles.content(0, 1000))), count = 600)
                to(file, position = 3)
            }
            assertEquals(600, plan.run().bytes())
        }
        assertArrayEquals(ByteArray(3) + TestFiles.content(0, 600), Files.readAllBytes(target))
    }

    @Test
    fun `it can be cancelled`() {
        val cancellation = Cancellation()
        FileChannel.open(FILE).use { file ->
            val plan = transfer {
                from(file)
                to(Channels.newChannel(ByteArrayOutputStream()))
                cancelledBy = cancellation
            }
            assertEquals(SIZE.toLong(), plan.run().bytes())
            cancellation.cancel()
            assertThrows(TransferCancelledException::class.java) { plan.run() }
        }
    }

    @Test
    fun `what is missing or wrong is said`() {
        FileChannel.open(FILE).use { file ->
            val sink = Channels.newChannel(ByteArrayOutputStream())
            val stream = Channels.newChannel(ByteArrayInputStream(ByteArray(1)))
            assertEquals("no source was given: from(...) names it",
                assertThrows(IllegalStateException::class.java) { transfer { to(sink) } }.message)
            assertEquals("no target was given: to(...) names it",
                assertThrows(IllegalStateException::class.java) { transfer { from(file) } }.message)
            assertThrows(IllegalArgumentException::class.java) { transfer { from(file, position = -1); to(sink) } }
            assertThrows(IllegalArgumentException::class.java) { transfer { from(file); to(sink); readAhead = -1 } }
            assertThrows(IllegalStateException::class.java) { transfer { from(stream); to(sink); dropBehind = true } }
        }
    }
}
