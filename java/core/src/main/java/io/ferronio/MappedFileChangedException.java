package io.ferronio;

import java.io.IOException;

/**
 * Says that pages of a mapping could not be had: what was read is not what the file holds, or what was written does not
 * reach it.
 *
 * <p>The file was truncated, its disk is full or has an I/O error. The message names the file, the page and the likely
 * cause. In their place there were zeros for a moment: nothing that came from them is to be used.
 */
public final class MappedFileChangedException extends IOException {

    private static final long serialVersionUID = 1;

    /** Where in the file the page begins that was missed last. */
    private final long offset;
    /** Pages that could not be had. */
    private final long pages;

    /**
     * Makes the exception.
     *
     * @param message what was tried, and what is known
     * @param offset where in the file the page begins that was missed last, in bytes
     * @param pages pages that could not be had
     * @param cause what else has failed because of that, or null
     */
    public MappedFileChangedException(String message, long offset, long pages, Throwable cause) {
        super(message, cause);
        this.offset = offset;
        this.pages = pages;
    }

    /**
     * Where in the file the page begins that was missed last.
     *
     * @return bytes from the start of the file, a multiple of the page size; of a mapping of the JDK's own, from the
     *     start of the mapping
     */
    public long offset() {
        return offset;
    }

    /**
     * How many pages could not be had: during a validated read, or, after {@code force}, since the file was mapped. A
     * page counts each time that it is missed, and pages beside it that are missing, too, may be counted with it.
     *
     * @return pages
     */
    public long pages() {
        return pages;
    }
}
