// Mapped files: for the time of a block, and with operators.

package io.ferronio.kotlin

import io.ferronio.MapOptions
import io.ferronio.MappedRegion
import java.io.IOException
import java.nio.channels.FileChannel.MapMode
import java.nio.file.Path
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind
import kotlin.contracts.contract

/**
 * Maps this file while [block] runs, all of it, and unmaps it at its end, at once and whoever still reads: a later
 * access to the region is an [IllegalStateException], never another mapping's memory.
 *
 * @param mode [MapMode.READ_ONLY] by default; with [MapMode.READ_WRITE] a file that is not there is made
 * @param options room to grow, byte order, advice
 * @param block gets the region, of 64-bit length and offsets; any thread may use it
 * @return what [block] returns
 * @throws IOException if the file cannot be opened or mapped: see [MappedRegion.map]
 */
@OptIn(ExperimentalContracts::class)
@Throws(IOException::class)
public inline fun <T> Path.useMapped(
    mode: MapMode = MapMode.READ_ONLY,
    options: MapOptions = MapOptions.defaults(),
    block: (MappedRegion) -> T,
): T {
    contract { callsInPlace(block, InvocationKind.EXACTLY_ONCE) }
    return MappedRegion.map(this, mode, options).use(block)
}

/** The indices of the bytes of this region, at this moment: it may be resized. */
public val MappedRegion.indices: LongRange
    get() = 0L until size()

/**
 * `region[index] = value`, one byte. (`region[index]` is [MappedRegion.get].)
 *
 * @param index in bytes from the start of the region
 * @param value the byte
 * @throws IndexOutOfBoundsException if [index] is not in the region
 * @throws IllegalStateException if the region is closed
 * @throws java.nio.ReadOnlyBufferException if the region is read-only
 */
public operator fun MappedRegion.set(index: Long, value: Byte) {
    put(index, value)
}

/**
 * `region[10L..19L]`: a slice, the same memory with the same life.
 *
 * @param range indices of bytes, in steps of 1; an empty one gives an empty slice
 * @return the slice: [MappedRegion.slice]
 * @throws IndexOutOfBoundsException if [range] is not in the region
 * @throws IllegalStateException if the region is closed
 */
public operator fun MappedRegion.get(range: LongRange): MappedRegion =
    if (range.isEmpty()) slice(0, 0) else slice(range.first, lengthOf(range))

/**
 * `region[10L..19L] = bytes`.
 *
 * @param range indices of bytes, in steps of 1
 * @param bytes as many as the range has
 * @throws IllegalArgumentException if there are more or fewer; nothing was written
 * @throws IndexOutOfBoundsException if [range] is not in the region
 * @throws IllegalStateException if the region is closed
 * @throws java.nio.ReadOnlyBufferException if the region is read-only
 */
public operator fun MappedRegion.set(range: LongRange, bytes: ByteArray) {
    val length = if (range.isEmpty()) 0 else lengthOf(range)
    require(length == bytes.size.toLong()) { "${bytes.size} bytes for $range, which has $length" }
    if (length > 0) put(range.first, bytes, 0, bytes.size)
}

/**
 * The bytes of a range, or of all of the region, copied into an array.
 *
 * @param range indices of bytes, in steps of 1; by default all
 * @return a new array
 * @throws IllegalArgumentException if that is more than an array can have
 * @throws IndexOutOfBoundsException if [range] is not in the region
 * @throws IllegalStateException if the region is closed
 */
public fun MappedRegion.toByteArray(range: LongRange = indices): ByteArray {
    val length = if (range.isEmpty()) 0 else lengthOf(range)
    require(length <= Int.MAX_VALUE - 8) { "$length bytes do not fit into an array: take a part of them" }
    val bytes = ByteArray(length.toInt())
    if (length > 0) get(range.first, bytes, 0, bytes.size)
    return bytes
}

/** How many indices a range has that is not empty and that a region may have. */
private fun lengthOf(range: LongRange): Long {
    if (range.first < 0 || range.last == Long.MAX_VALUE) throw IndexOutOfBoundsException("$range is in no region")
    return range.last - range.first + 1
}
