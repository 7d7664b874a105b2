// Relays and copies of whole files, beside Java's.

package io.ferronio.kotlin

import io.ferronio.FileCopy
import io.ferronio.Relay
import io.ferronio.testing.ChannelPair
import io.ferronio.testing.RelaySource
import io.ferronio.testing.RelayTarget
import io.ferronio.testing.TestFiles
import io.ferronio.testing.TransferTask
import java.nio.ByteBuffer
import java.nio.channels.SelectableChannel
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.attribute.FileTime
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource

private const val SIZE = 700_001

class RelaysAndCopiesTest {
    @ParameterizedTest
    @EnumSource
    fun `a relay passes everything on, and is closed`(kind: RelaySource.Kind) {
        lateinit var later: Relay
        RelaySource.of(kind, SIZE).use { source ->
            RelayTarget.of(RelayTarget.Kind.TCP).use { target ->
                RelayTarget.of(RelayTarget.Kind.PIPE).use { copy ->
                    val told = mutableListOf<Long>()
                    val delivered = TransferTask.start {
                        source.channel().useRelay(target.channel(), copy = copy.channel()) { relay ->
                            later = relay
                            relay.transferAll { told += it }
                        }
                    }.result()
                    assertEquals(SIZE.toLong(), delivered)
                    assertEquals(SIZE.toLong(), told.last())
                    assertEquals(told.distinct().sorted(), told)
                    assertArrayEquals(TestFiles.content(0, SIZE), target.arrived())
                    assertArrayEquals(TestFiles.content(0, SIZE), copy.arrived())
                    assertThrows(IllegalStateException::class.java) { later.transfer(1) }
                }
            }
        }
    }

    @Test
    fun `to the end is not for channels that a selector waits for`() {
        ChannelPair.open(ChannelPair.Kind.PIPE).use { from ->
            ChannelPair.open(ChannelPair.Kind.PIPE).use { to ->
                from.sink().write(ByteBuffer.wrap(ByteArray(7)))
                (from.source() as SelectableChannel).configureBlocking(false)
                from.source().useRelay(to.sink()) { relay ->
                    assertEquals("an end is in non-blocking mode and not ready, after 7 bytes: call transfer when it is",
                        assertThrows(IllegalStateException::class.java) { relay.transferAll() }.message)
                }
            }
        }
    }

    @Test
    fun `a copy is as FileCopy's`() {
        val source = TestFiles.newFile(5 shl 20)
        Files.setLastModifiedTime(source, FileTime.fromMillis(1_000_000))
        val (ours, java) = TestFiles.newPath(".copy") to TestFiles.newPath(".copy")
        val told = mutableListOf<Long>()
        assertEquals(FileCopy.copy(source, java).bytes(), source.zeroCopyTo(ours) { told += it }.bytes())
        assertEquals(5L shl 20, told.last())
        assertEquals(-1, Files.mismatch(java, ours))
        assertThrows(FileAlreadyExistsException::class.java) { source.zeroCopyTo(ours) }
        assertTrue(Files.getLastModifiedTime(ours).toMillis() > 1_000_000)
        source.zeroCopyTo(ours, overwrite = true, attributes = true)
        assertEquals(1_000_000, Files.getLastModifiedTime(ours).toMillis())
    }
}
