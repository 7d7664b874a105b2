package io.ferronio.internal;

/** Hot natives that tell the page cache what of a file it should hold: 0, or {@code -errno}. */
final class AdviceNatives {

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
}
