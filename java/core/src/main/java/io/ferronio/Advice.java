package io.ferronio;

/**
 * What a program is going to do with a range of a file or of a mapping, so that the kernel can prepare for it. Advice
 * changes how fast things go and how much memory they take, never what is read or written.
 *
 * <p>Of a file: {@link PageCache#advise}, posix_fadvise(2). Of a mapping: madvise(2).
 */
public enum Advice {
    /** Nothing special: the kernel reads ahead as it sees fit, and forgets earlier advice on the order of reads. */
    NORMAL,
    /** From the start to the end: the kernel reads further ahead. */
    SEQUENTIAL,
    /** Here and there: the kernel reads nothing ahead. */
    RANDOM,
    /** Soon, all of it: the kernel begins to read it now. */
    WILL_NEED,
    /** Of a mapping only: huge pages, where kernel and filesystem have them for it. MADV_HUGEPAGE. */
    HUGE_PAGES,
    /** Of a mapping only: no huge pages. MADV_NOHUGEPAGE. */
    NO_HUGE_PAGES,
    /** Of a mapping only: not to be part of a core dump. MADV_DONTDUMP. */
    DONT_DUMP
}
