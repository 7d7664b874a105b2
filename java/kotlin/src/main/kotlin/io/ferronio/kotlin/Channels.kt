// File channels: bytes to and from any other channel, to the end.

package io.ferronio.kotlin

import io.ferronio.Transfer
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.channels.ReadableByteChannel
import java.nio.channels.WritableByteChannel

/**
 * Sends a part of this file to its end: a [Transfer] with nothing but a source and a target. For a header, progress and
 * the rest there is [transfer]; for the JDK's contract, call for call, [io.ferronio.Transfers.transferTo].
 *
 * Blocks until all is delivered, also if [target] is in non-blocking mode; on a virtual thread it parks. This file's
 * own position is neither used nor changed; a target that is a file is written at its own, which advances. Any thread
 * may call it.
 *
 * @param target where the bytes go
 * @param position where to begin, in bytes from the start of the file; may be past its end
 * @param count the most bytes to send; by default up to the end
 * @return bytes delivered: fewer than [count] only if the file ends before
 * @throws IllegalArgumentException if [position] or [count] is negative
 * @throws IOException as [Transfer.run], which also says what else it throws
 */
@Throws(IOException::class)
public fun FileChannel.zeroCopyTo(
    target: WritableByteChannel,
    position: Long = 0,
    count: Long = Long.MAX_VALUE,
): Long = Transfer.from(this, position, count).to(target).run().bytes()

/**
 * Receives from [source] into this file, to the end of the source or of [count].
 *
 * Blocks until then, also if [source] is in non-blocking mode; on a virtual thread it parks. This file's own position
 * is neither used nor changed; a source that is a file is read from its own, which advances. Any thread may call it.
 *
 * @param source where the bytes come from: a socket, a pipe, a file or any other channel
 * @param position where in this file the first byte goes, in bytes from its start
 * @param count the most bytes to take; by default up to the end of the source
 * @return bytes written: fewer than [count] only if the source ends before
 * @throws IllegalArgumentException if [position] or [count] is negative
 * @throws io.ferronio.TransferException if bytes were taken that could not be written
 * @throws IOException as [Transfer.run], which also says what else it throws
 */
@Throws(IOException::class)
public fun FileChannel.zeroCopyFrom(
    source: ReadableByteChannel,
    position: Long = 0,
    count: Long = Long.MAX_VALUE,
): Long = Transfer.from(source, count).to(this, position).run().bytes()
