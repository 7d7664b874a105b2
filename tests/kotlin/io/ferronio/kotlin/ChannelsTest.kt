// The functions on channels, beside what they stand for in Java.

package io.ferronio.kotlin

import io.ferronio.Transfer
import io.ferronio.testing.ChannelBytes
import io.ferronio.testing.ChannelPair
import io.ferronio.testing.TestFiles
import io.ferronio.testing.TransferTask
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer
import java.nio.channels.Channels
import java.nio.channels.FileChannel
import java.nio.channels.NonReadableChannelException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.WRITE
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource

private const val SIZE = ChannelPair.MORE_THAN_FITS
private val FILE: Path = TestFiles.newFile(SIZE.toLong())

class ChannelsTest {
    @ParameterizedTest
    @EnumSource
    fun `a file arrives as Transfer sends it`(kind: ChannelPair.Kind) {
        FileChannel.open(FILE).use { file ->
            val arrived = listOf<(ChannelPair) -> Long>(
                { file.zeroCopyTo(it.sink()) },
                { Transfer.from(file, 0, Long.MAX_VALUE).to(it.sink()).run().bytes() },
            ).map { send ->
                ChannelPair.open(kind).use { pair ->
                    val reader = TransferTask.start { ChannelBytes.readAll(pair.source()) }
                    assertEquals(SIZE.toLong(), send(pair))
                    pair.sink().close()
                    reader.result()
                }
            }
            assertArrayEquals(arrived[1], arrived[0])
            assertArrayEquals(TestFiles.content(0, SIZE), arrived[0])
            assertEquals(0, file.position())
        }
    }

    @Test
    fun `a part of a file goes to any channel`() {
        FileChannel.open(FILE).use { file ->
            val bytes = ByteArrayOutputStream()
            assertEquals(1000, file.zeroCopyTo(Channels.newChannel(bytes), position = 4097, count = 1000))
            assertArrayEquals(TestFiles.content(4097, 1000), bytes.toByteArray())
            bytes.reset()
            assertEquals(10, file.zeroCopyTo(Channels.newChannel(bytes), position = SIZE - 10L))
            assertArrayEquals(TestFiles.content(SIZE - 10L, 10), bytes.toByteArray())
            assertEquals(0, file.zeroCopyTo(Channels.newChannel(bytes), position = SIZE + 10L))
        }
    }

    @ParameterizedTest
    @EnumSource
    fun `a file receives what a stream has, to its end`(kind: ChannelPair.Kind) {
        val file = TestFiles.newFile(0)
        FileChannel.open(file, READ, WRITE).use { channel ->
            ChannelPair.open(kind).use { pair ->
                val writer = TransferTask.start {
                    val bytes = ByteBuffer.wrap(TestFiles.content(0, SIZE))
                    while (bytes.hasRemaining()) pair.sink().write(bytes)
                    pair.sink().close()
                }
                assertEquals(1000, channel.zeroCopyFrom(pair.source(), position = 5, count = 1000))
                assertEquals(SIZE - 1000L, channel.zeroCopyFrom(pair.source(), 1005))
                writer.result()
            }
            assertEquals(0, channel.position())
        }
        assertArrayEquals(ByteArray(5) + TestFiles.content(0, SIZE), Files.readAllBytes(file))
    }

    @Test
    fun `what is wrong is refused as in Java`() {
        FileChannel.open(FILE).use { file ->
            val sink = Channels.newChannel(ByteArrayOutputStream())
            assertThrows(IllegalArgumentException::class.java) { file.zeroCopyTo(sink, position = -1) }
            assertThrows(IllegalArgumentException::class.java) { file.zeroCopyTo(sink, count = -1) }
            val source = Channels.newChannel(ByteArrayInputStream(ByteArray(1)))
            assertThrows(IllegalArgumentException::class.java) { file.zeroCopyFrom(source, position = -1) }
        }
        FileChannel.open(TestFiles.newFile(10), WRITE).use { file ->
            assertThrows(NonReadableChannelException::class.java) {
                file.zeroCopyTo(Channels.newChannel(ByteArrayOutputStream()))
            }
        }
    }
}
