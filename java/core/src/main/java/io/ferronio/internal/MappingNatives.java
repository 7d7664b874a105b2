package io.ferronio.internal;

/**
 * Natives on mappings, all hot but {@link #release} and {@link #sizeOfFile}. A handle is a native object: released
 * once, after its last use.
 */
final class MappingNatives {

    private MappingNatives() {
    }

    /** fstat(2): bytes, or {@code -errno}. */
    static native long fileSize(int file);

    /** ftruncate(2): 0, or {@code -errno}. */
    static native long setFileSize(int file, long size);

    /** fallocate(2): 0, or {@code -errno}. */
    static native long allocate(int file, long position, long length);

    /**
     * mmap(2) of {@code size} bytes and the addresses after them, {@code room} in all if that is more: a handle, or
     * {@code -errno}; {@code -ENODATA} if the file ends before {@code size}, and then nothing has happened. Modes: 0
     * READ_ONLY, 1 READ_WRITE, 2 PRIVATE.
     */
    static native long map(int file, int mode, long position, long size, long room);

    /** Takes over a mapping that the JDK made: a handle, or {@code -errno}. */
    static native long adopt(long start, long length);

    /** The address of the first byte. */
    static native long address(long handle);

    /** Gives file and memory back, keeps the addresses: 1 if this call did it, 0 if done before, or {@code -errno}. */
    static native long retire(long handle);

    /** munmap(2) of many: the handles are gone. */
    static native void release(long[] handles);

    /** msync(2) with MS_SYNC: 0, or {@code -errno}. */
    static native long force(long handle, long offset, long length);

    /** Touches pages, or madvise(2) with MADV_POPULATE_READ: 0, or {@code -errno}. */
    static native long load(long handle, long offset, long length);

    /** madvise(2): 0, or {@code -errno}. The advice is its place in {@code Advice}. */
    static native long advise(long handle, long offset, long length, int advice);

    /** msync(2), then madvise(2) with MADV_PAGEOUT of whole pages: 0, or {@code -errno}. */
    static native long evict(long handle, long offset, long length);

    /** mlock(2): 0, or {@code -errno}, and nothing of the range is locked then. */
    static native long lock(long handle, long offset, long length);

    /** munlock(2): 0, or {@code -errno}. */
    static native long unlock(long handle, long offset, long length);

    /** RLIMIT_MEMLOCK: bytes that the process may lock; {@code Long.MAX_VALUE} for any number. */
    static native long lockLimit();

    /** Pages that an access could not have so far, in either life. */
    static native long faults(long handle);

    /**
     * Puts back what the guard has replaced: {@link #faults} until then, or {@code -errno} if zeros are still in place.
     * If that many are all the faults later, what was read meanwhile was the file's.
     */
    static native long settle(long handle);

    /**
     * Where in the file (in the mapping, if it was adopted) the page begins that was missed last, in bytes; or
     * {@code -ENODATA}.
     */
    static native long latestFault(long handle);

    /** Whether some of its pages cannot come back: 1 or 0. */
    static native long lost(long handle);

    /**
     * Whether mincore(2) surely tells this user what is in memory: 1 or 0; {@code -EOPNOTSUPP} where it cannot know
     * (hugetlbfs).
     */
    static native long isTold(long handle);

    /** {@link #faults}, if nobody has reported yet that there were any: to one caller. 0 to all others. */
    static native long takeReport(long handle);

    /** The size of the mapped file in bytes, if the path still leads to it; else -1. Cold. */
    static native long sizeOfFile(long handle, String path);
}
