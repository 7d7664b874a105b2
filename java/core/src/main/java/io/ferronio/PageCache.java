package io.ferronio;

import io.ferronio.internal.PageCacheEngine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * What of a file is in memory, and a say in it. Nothing here changes what a file holds or what is read from it.
 *
 * <p>Positions and lengths are in bytes, 0 or more, and need not be aligned. What of a range lies behind the end of the
 * file does not count: {@code Long.MAX_VALUE} from position 0 is the whole file.
 *
 * <p>All methods take the JDK's own file channels on regular files and block devices, open for whatever. They may be
 * called by any thread, and neither use nor move the channel's position. An interrupt, or a close by another thread,
 * ends them as it ends the channel's own methods, between two system calls. A virtual thread keeps its carrier
 * meanwhile, as with all file I/O.
 */
public final class PageCache {

    private PageCache() {
    }

    /**
     * Counts the pages of a range, and those that are in the page cache: cachestat(2). Reads nothing, changes nothing,
     * and does not wait for a device. The time grows with the pieces that are cached, not with the range: for a
     * gigabyte tenths of a millisecond where the kernel keeps it in large folios (ext4, XFS), some ten milliseconds in
     * single pages (tmpfs).
     *
     * <p>Where the kernel has no cachestat (before Linux 6.5), or it cannot serve (a seccomp filter, overlayfs), the
     * range is mapped, a gigabyte at a time, and mincore(2) is asked: slower, only where the channel is open for
     * reading, and without the number of dirty pages.
     *
     * <p>The kernel tells only who owns the file, may write to it, or has the capability CAP_FOWNER; older kernels tell
     * everybody. Where it does not tell, and on filesystems that have no such numbers (hugetlbfs), the numbers are
     * unknown. In a filesystem that lives in memory (tmpfs), all that was written is resident, unless swapped out, and
     * none is dirty.
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes
     * @return the numbers; {@link Residency#pages()} is that of the pages with at least one byte that is in the range
     *     and in the file
     * @throws NullPointerException if {@code file} is null
     * @throws IllegalArgumentException if a number is negative or the range ends beyond {@code Long.MAX_VALUE}, or the
     *     channel is not one of the JDK's
     * @throws UnsupportedOperationException without the native library; see {@link Capabilities}
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, or is meanwhile
     * @throws IOException if it is neither a regular file nor a block device, or the kernel says what is wrong
     */
    public static Residency residency(FileChannel file, long position, long length) throws IOException {
        return new Residency(PageCacheEngine.residency(Objects.requireNonNull(file, "file"), position, length));
    }

    /**
     * Has the kernel begin to read a range that is not in the page cache: all of it, which one posix_fadvise(2) with
     * POSIX_FADV_WILLNEED does not do (it stops at what the device reads at once), and so one is made for every 128
     * KiB. Does not wait for the data, but may wait for room in the device's queue; whoever reads meanwhile waits for
     * the rest.
     *
     * <p>More than there is free memory for pushes other things out of the cache, at last the beginning of the range.
     * Holes are read, too. Nothing happens in a filesystem that lives in memory (tmpfs). A range that cannot be read is
     * no error here: reading it is one.
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes
     * @throws NullPointerException as {@link #residency}
     * @throws IllegalArgumentException as {@link #residency}
     * @throws UnsupportedOperationException as {@link #residency}
     * @throws java.nio.channels.ClosedChannelException as {@link #residency}
     * @throws IOException as {@link #residency}
     */
    public static void readAhead(FileChannel file, long position, long length) throws IOException {
        PageCacheEngine.readAhead(Objects.requireNonNull(file, "file"), position, length);
    }

    /**
     * Takes a range out of the page cache: writes its dirty pages to the device, waits for that, then posix_fadvise(2)
     * with POSIX_FADV_DONTNEED. What is dropped is read from the device when it is wanted again.
     *
     * <p>Only whole pages leave: of a page that begins before the range, or goes on behind it, the other bytes may be
     * wanted; it is written and stays. The last page of the file is whole if the range goes to the end of the file. The
     * kernel keeps pages that somebody uses just now, and all that lie in one large unit (a large folio, on XFS for
     * example) with pages outside of the range; pages that a process has mapped and touched; and all of a filesystem
     * that lives in memory (tmpfs), where this does nothing. {@link #residency} tells.
     *
     * <p>The pages are written with sync_file_range(2), of the range alone and without the journal and the flush of the
     * device that fsync(2) adds: dropping needs them clean, not safe. So this is <b>no force</b>: after a crash of the
     * machine what was written may be gone. On overlayfs, which knows only that, it is fdatasync(2).
     *
     * @param file the file; open for reading is enough
     * @param position where the range begins
     * @param length its bytes
     * @throws NullPointerException as {@link #residency}
     * @throws IllegalArgumentException as {@link #residency}
     * @throws UnsupportedOperationException as {@link #residency}
     * @throws java.nio.channels.ClosedChannelException as {@link #residency}
     * @throws IOException as {@link #residency}; also if pages cannot be written, such as "No space left on device":
     *     changes may be lost then, nothing was dropped, and the kernel tells this once, so that a later {@code force}
     *     of the same channel may succeed all the same
     */
    public static void drop(FileChannel file, long position, long length) throws IOException {
        PageCacheEngine.drop(Objects.requireNonNull(file, "file"), position, length);
    }

    /**
     * Tells the kernel what a range is going to be used for. See posix_fadvise(2).
     *
     * <ul>
     *   <li>{@link Advice#NORMAL}, {@link Advice#SEQUENTIAL}, {@link Advice#RANDOM}: how far the kernel reads ahead of
     *       reads. Linux has this for an open file as a whole: advice on any range that is not empty holds for all that
     *       is read through this channel, until there is other advice.
     *   <li>{@link Advice#WILL_NEED}: {@link #readAhead}.
     *   <li>The others are for mappings.
     * </ul>
     *
     * @param file the file
     * @param position where the range begins
     * @param length its bytes; with 0 nothing is done
     * @param advice what to tell
     * @throws NullPointerException if {@code file} or {@code advice} is null
     * @throws IllegalArgumentException as {@link #residency}; also for advice that only a mapping can take
     * @throws UnsupportedOperationException as {@link #residency}
     * @throws java.nio.channels.ClosedChannelException as {@link #residency}
     * @throws IOException as {@link #residency}
     */
    public static void advise(FileChannel file, long position, long length, Advice advice) throws IOException {
        PageCacheEngine.advise(Objects.requireNonNull(file, "file"), position, length,
                Objects.requireNonNull(advice, "advice"));
    }
}
