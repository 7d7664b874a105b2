// Mapped files, beside MappedRegion's own methods.

package io.ferronio.kotlin

import io.ferronio.MapOptions
import io.ferronio.MappedRegion
import io.ferronio.testing.TestFiles
import java.nio.ReadOnlyBufferException
import java.nio.channels.FileChannel.MapMode
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class MappingTest {
    @Test
    fun `a file is mapped while the block runs`() {
        lateinit var later: MappedRegion
        val sum: Long
        TestFiles.newFile(10_000).useMapped { region ->
            later = region
            assertEquals(0L..9_999L, region.indices)
            assertTrue(region.isReadOnly)
            sum = region.indices.sumOf { region[it].toLong() }
        }
        assertEquals(TestFiles.content(0, 10_000).sumOf { it.toLong() }, sum)
        assertThrows(IllegalStateException::class.java) { later[0] }
    }

    @Test
    fun `what the block throws comes out, and nothing stays mapped`() {
        val file = TestFiles.newFile(10)
        val failure = IllegalArgumentException("the block's")
        assertEquals(failure, assertThrows(IllegalArgumentException::class.java) { file.useMapped { throw failure } })
        assertThrows(NoSuchFileException::class.java) { TestFiles.newPath(".none").useMapped { it.size() } }
    }

    @Test
    fun `operators read and write`() {
        val file = TestFiles.newFile(1000)
        file.useMapped(MapMode.READ_WRITE, MapOptions.defaults().maxSize(1 shl 20)) { region ->
            region[3] = 42
            assertEquals(42, region.get(3))
            region[10L..12L] = byteArrayOf(1, 2, 3)
            assertArrayEquals(byteArrayOf(1, 2, 3), region.toByteArray(10L until 13L))
            val slice = region[10L..12L]
            assertEquals(3, slice.size())
            slice[0] = 9
            assertEquals(9, region[10])
            assertEquals(0, region[LongRange.EMPTY].size())
            assertEquals(0, region[7L..6L].size())
            region[LongRange.EMPTY] = ByteArray(0)
            assertEquals(0, region.toByteArray(5L until 5L).size)
            region.resize(2000)
            assertEquals(1999, region.indices.last)
            assertEquals(2000, region.toByteArray().size)
        }
        assertEquals(listOf<Byte>(9, 2, 3), Files.readAllBytes(file).slice(10..12))
    }

    @Test
    fun `what is wrong is refused, and nothing written`() {
        val file = TestFiles.newFile(100)
        file.useMapped(MapMode.READ_WRITE) { region ->
            for (range in listOf(-1L..3L, 90L..100L, 100L..100L, Long.MIN_VALUE..Long.MAX_VALUE, 0L..Long.MAX_VALUE)) {
                assertThrows(IndexOutOfBoundsException::class.java, { region[range] }, range.toString())
            }
            assertThrows(IndexOutOfBoundsException::class.java) { region[90L..100L] = ByteArray(11) }
            assertThrows(IndexOutOfBoundsException::class.java) { region[100] = 1 }
            assertEquals("4 bytes for 0..4, which has 5",
                assertThrows(IllegalArgumentException::class.java) { region[0L..4L] = ByteArray(4) }.message)
            assertThrows(IllegalArgumentException::class.java) { region[LongRange.EMPTY] = ByteArray(1) }
            assertThrows(IllegalArgumentException::class.java) { region.toByteArray(0L..Int.MAX_VALUE) }
        }
        file.useMapped { region -> assertThrows(ReadOnlyBufferException::class.java) { region[0] = 1 } }
        assertArrayEquals(TestFiles.content(0, 100), Files.readAllBytes(file))
    }
}
