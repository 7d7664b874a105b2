package io.ferronio.internal;

import io.ferronio.Advice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;

/**
 * What is asked of the kernel for the pages of a mapping: to load them, write them back, keep them, give them up. Ranges
 * are offsets and lengths in bytes, within the mapping, and count with whatever shares their pages.
 */
public final class MappedPages {

    private MappedPages() {
    }

    /** A native on a range. */
    private interface Call {
        long of(long handle, long offset, long length);
    }

    /** Calls until no signal interrupts. */
    private static long call(MappedMemory memory, Call call, long offset, long length) {
        try {
            long result;
            do {
                result = call.of(memory.life().handle(), offset, length);
            } while (result == -Errno.EINTR);
            if (result < 0 && memory.life().isRetired()) {
                throw new IllegalStateException("the memory was unmapped meanwhile");
            }
            return result;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private static String range(long offset, long length) {
        return length + " bytes at offset " + offset;
    }

    /** Writes changes back to the file and waits: msync(2). */
    static void writeBack(MappedMemory memory, long offset, long length) throws IOException {
        long result = call(memory, MappingNatives::force, offset, length);
        if (result < 0) {
            throw Errno.exception(result, "msync of " + range(offset, length));
        }
    }

    /**
     * Brings pages into memory.
     *
     * @param memory the mapping
     * @param offset of the first byte
     * @param length bytes
     * @return whether it was done: false on a kernel that cannot (before Linux 5.14)
     * @throws IOException if a page cannot be read from the file
     * @throws IllegalStateException if the memory is retired
     */
    public static boolean load(MappedMemory memory, long offset, long length) throws IOException {
        long result = call(memory, MappingNatives::load, offset, length);
        if (result == -Errno.EFAULT) {
            throw new IOException("cannot load " + range(offset, length) + ": a page cannot be read from the file, which"
                    + " was truncated or has an I/O error");
        }
        if (result < 0 && result != -Errno.EINVAL) {
            throw Errno.exception(result, "madvise(MADV_POPULATE_READ) of " + range(offset, length));
        }
        return result >= 0;
    }

    /**
     * Says how pages will be used: madvise(2).
     *
     * @param memory the mapping
     * @param advice what will be done with them
     * @param offset of the first byte
     * @param length bytes
     * @throws UnsupportedOperationException if the kernel has no such advice for this mapping
     * @throws UncheckedIOException if it has no mapping to spare (vm.max_map_count)
     * @throws IllegalStateException if the memory is retired
     */
    public static void advise(MappedMemory memory, Advice advice, long offset, long length) {
        Call call = (handle, from, bytes) -> MappingNatives.advise(handle, from, bytes, advice.ordinal());
        long result = call(memory, call, offset, length);
        if (result == -Errno.EINVAL) {
            throw new UnsupportedOperationException("this kernel has no advice " + advice + " for this mapping",
                    Errno.exception(result, "madvise of " + range(offset, length)));
        }
        if (result < 0) {
            throw new UncheckedIOException(Errno.exception(result, "madvise of " + range(offset, length) + ", " + advice));
        }
    }

    /**
     * Writes changes back, and gives up the memory of whole pages: msync(2), madvise(2) with {@code MADV_PAGEOUT}.
     *
     * @param memory the mapping
     * @param offset of the first byte
     * @param length bytes
     * @throws IOException if writing back fails
     * @throws UnsupportedOperationException if pages are locked, or of hugetlbfs; on a kernel before Linux 5.4
     * @throws IllegalStateException if the memory is retired
     */
    public static void evict(MappedMemory memory, long offset, long length) throws IOException {
        long result = call(memory, MappingNatives::evict, offset, length);
        if (result == -Errno.EINVAL) {
            throw new UnsupportedOperationException("cannot give up " + range(offset, length) + ": they are locked, or huge"
                    + " pages of hugetlbfs, or the kernel has no MADV_PAGEOUT (Linux 5.4)",
                    Errno.exception(result, "madvise of " + range(offset, length)));
        }
        if (result < 0) {
            throw Errno.exception(result, "msync, then madvise(MADV_PAGEOUT) of " + range(offset, length));
        }
    }

    /**
     * Counts pages, and those that are in memory: mincore(2).
     *
     * @param memory the mapping
     * @param offset of the first byte
     * @param length bytes, over 0
     * @return the numbers
     */
    public static ResidentPages resident(MappedMemory memory, long offset, long length) {
        try {
            long start = memory.address() + offset;
            long told = MappingNatives.isTold(memory.life().handle());
            return told < 0 ? ResidentPages.unknown(ResidentPages.pages(start, length))
                    : ResidentPages.ofMemory(start, length, told == 1);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /**
     * Brings pages into memory, and keeps them there: mlock(2).
     *
     * @param memory the mapping
     * @param offset of the first byte
     * @param length bytes
     * @throws IOException if the process may not lock so much, or a page cannot be had; no page of the range is locked
     *     then
     * @throws IllegalStateException if the memory is retired
     */
    public static void lock(MappedMemory memory, long offset, long length) throws IOException {
        long result = call(memory, MappingNatives::lock, offset, length);
        if (result < 0) {
            long limit = MappingNatives.lockLimit();
            String most = limit < 0 || limit == Long.MAX_VALUE ? "any number of bytes" : limit + " bytes in all";
            throw new IOException("cannot lock " + range(offset, length) + ": " + Errno.text(result) + ". Without"
                    + " CAP_IPC_LOCK this process may lock " + most + " (RLIMIT_MEMLOCK): raise that (ulimit -l) or lock less."
                    + " Pages that the file does not have cannot be locked either",
                    Errno.exception(result, "mlock of " + range(offset, length)));
        }
    }

    /**
     * Ends {@link #lock}: munlock(2).
     *
     * @param memory the mapping
     * @param offset of the first byte
     * @param length bytes
     * @throws UncheckedIOException if the kernel has no mapping to spare (vm.max_map_count)
     * @throws IllegalStateException if the memory is retired
     */
    public static void unlock(MappedMemory memory, long offset, long length) {
        long result = call(memory, MappingNatives::unlock, offset, length);
        if (result < 0) {
            throw new UncheckedIOException(Errno.exception(result, "munlock of " + range(offset, length)));
        }
    }
}
