// Whole files.

package io.ferronio.kotlin

import io.ferronio.FileCopy
import io.ferronio.TransferResult
import java.io.IOException
import java.nio.file.CopyOption
import java.nio.file.Path
import java.nio.file.StandardCopyOption

/**
 * Copies this file: blocks are shared where the filesystem can, holes stay holes, and the copy has its name only when
 * it is complete and on the disk. Blocks until then.
 *
 * @param target the path of the copy
 * @param overwrite whether it takes the place of what is there
 * @param attributes whether times, owner, permissions and extended attributes are copied, too
 * @param onProgress told how far the content is copied, after pieces of at most 4 MiB; by the thread that calls
 * @return how it was done
 * @throws java.nio.file.FileAlreadyExistsException if the target exists and is not to be overwritten
 * @throws IOException as [FileCopy.copy]
 */
@Throws(IOException::class)
public fun Path.zeroCopyTo(
    target: Path,
    overwrite: Boolean = false,
    attributes: Boolean = false,
    onProgress: ((Long) -> Unit)? = null,
): TransferResult = copyPlan(this, target, overwrite, attributes, onProgress).run()

internal fun copyPlan(
    source: Path,
    target: Path,
    overwrite: Boolean,
    attributes: Boolean,
    onProgress: ((Long) -> Unit)?,
): FileCopy {
    val options = buildList<CopyOption> {
        if (overwrite) add(StandardCopyOption.REPLACE_EXISTING)
        if (attributes) add(StandardCopyOption.COPY_ATTRIBUTES)
    }
    val plan = FileCopy.of(source, target, *options.toTypedArray())
    return if (onProgress == null) plan else plan.onProgress(onProgress)
}
