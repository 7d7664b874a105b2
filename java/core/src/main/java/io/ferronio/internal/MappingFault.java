package io.ferronio.internal;

import io.ferronio.MappedFileChangedException;

/**
 * What is known of pages that could not be had.
 *
 * @param file its path, or words for it
 * @param offset where the page begins that was missed last
 * @param pages how many could not be had
 * @param size bytes mapped
 * @param cause why, as far as can be told
 */
record MappingFault(String file, long offset, long pages, long size, String cause) {

    /** Looks. The life's owner must be reachable, or be kept from being released by other means. */
    static MappingFault of(MappingLife life, long pages) {
        long handle = life.handle();
        long offset = Math.max(MappingNatives.latestFault(handle), 0);
        return new MappingFault(life.file(), offset, pages, life.size(), cause(life, offset));
    }

    private static String cause(MappingLife life, long offset) {
        long handle = life.handle();
        if (life.isStale(MappingNatives.faults(handle))) {
            return "it was unmapped before: a use after unmap";
        }
        return cause(MappingNatives.sizeOfFile(handle, life.file()), offset, MappingNatives.lost(handle) != 0);
    }

    /**
     * Of a mapping that the JDK made.
     *
     * @param file its name in the memory map, or null
     * @param fileSize in bytes, -1 if the name does not lead to it any more
     */
    static MappingFault ofTheJdk(String file, long offset, long pages, long size, long fileSize, boolean isLost) {
        return new MappingFault(file == null ? "a mapping made by the JDK" : file, offset, pages, size,
                cause(fileSize, offset, isLost));
    }

    private static String cause(long size, long offset, boolean isLost) {
        String cause = size < 0
                ? "the file was truncated, or its disk is full or has an I/O error; its name does not lead to it any more"
                : size <= offset ? "the file was truncated to " + size + " bytes"
                : "its disk is full or has an I/O error, or it was cut and has grown again";
        return !isLost ? cause : cause + "; such pages do not come back to this mapping";
    }

    /** For who has tried something that needs these pages. */
    MappedFileChangedException exception(String tried, String advice, Throwable failure) {
        return new MappedFileChangedException(tried + " of " + this + "; " + advice, offset, pages, failure);
    }

    @Override
    public String toString() {
        return file + ", " + size + " bytes mapped: " + (pages == 1 ? "a page" : pages + " pages") + " could not be had, "
                + (pages == 1 ? "at" : "the last at") + " offset " + offset + ": " + cause;
    }
}
