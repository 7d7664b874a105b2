package io.ferronio.internal;

/** Hot natives that tell the page cache what of a file it should hold, and what not: 0, or {@code -errno}. */
final class AdviceNatives {

    /** Orders for {@link #expect}. */
    static final int ANY_ORDER = 0;
    static final int SEQUENTIAL = 1;
    static final int RANDOM = 2;

    private AdviceNatives() {
    }

    /**
     * POSIX_FADV_WILLNEED, as often as it takes: begins to read, and does not wait.
     *
     * @param file descriptor of a file
     * @param position where in the file the range begins
     * @param length its bytes; nothing is done for 0
     * @return 0, or {@code -errno}
     */
    static native long willNeed(int file, long position, long length);

    /**
     * POSIX_FADV_DONTNEED: whole pages that nobody uses leave the page cache.
     *
     * @param file descriptor of a file
     * @param position where in the file the range begins
     * @param length its bytes; nothing is done for 0
     * @return 0, or {@code -errno}
     */
    static native long dontNeed(int file, long position, long length);

    /**
     * POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL or POSIX_FADV_RANDOM: in what order the file will be read.
     *
     * @param file descriptor of a file
     * @param order one of the numbers above
     * @param position where in the file the range begins; the kernel does not care
     * @param length its bytes; nothing is done for 0
     * @return 0, or {@code -errno}
     */
    static native long expect(int file, int order, long position, long length);

    /**
     * sync_file_range(2): writes the dirty pages of a range and waits until they are clean.
     *
     * @param file descriptor of a file
     * @param position where in the file the range begins
     * @param length its bytes; nothing is done for 0
     * @return 0, or {@code -errno}
     */
    static native long writeBack(int file, long position, long length);
}
