package io.ferronio.internal;

/** Hot natives that ask what is in memory. */
final class ResidencyNatives {

    private ResidencyNatives() {
    }

    /** The size of a page in bytes, a power of two. */
    static native long pageSize();

    /**
     * The size of what the page cache can hold pages of.
     *
     * @param file descriptor of a file
     * @return bytes; {@code -EISDIR} for a directory, {@code -ESPIPE} for all else that is no regular file and no block
     *     device; or another {@code -errno}
     */
    static native long cacheableSize(int file);

    /**
     * cachestat(2): counts pages that are in the page cache.
     *
     * @param file descriptor of a file
     * @param position where in the file the range begins
     * @param length its bytes; there is nothing in 0
     * @return in the lower 32 bits the resident ones, in the upper the dirty ones of these; {@code -EOVERFLOW} if there
     *     are 2<sup>31</sup> or more; {@code -ENOSYS}, {@code -EPERM} or {@code -EOPNOTSUPP} if this cannot be asked;
     *     or another {@code -errno}
     */
    static native long cached(int file, long position, long length);

    /**
     * Whether mincore(2) tells this user of a file's pages; else it says of all that they are resident.
     *
     * @param file descriptor of a file
     * @return 1 or 0; {@code -errno} if that cannot be found out: {@code -EACCES} for a file that is not open for
     *     reading
     */
    static native long isTold(int file);

    /**
     * Counts pages that are in the page cache: mincore(2) on a mapping that is there for this call. To be used only
     * where {@link #isTold}.
     *
     * @param file descriptor of a file, open for reading
     * @param position where in the file the range begins
     * @param length its bytes
     * @return the number of resident pages, or {@code -errno}
     */
    static native long residentOfFile(int file, long position, long length);

    /**
     * mincore(2): counts pages that an access would find in memory. Of a mapped file these are the pages in the page
     * cache, touched or not; to be used only where {@link #isTold}.
     *
     * @param address of the first byte; need not be aligned
     * @param length bytes
     * @return the number of resident pages among those that hold a byte of the range, or {@code -errno}
     */
    static native long resident(long address, long length);
}
