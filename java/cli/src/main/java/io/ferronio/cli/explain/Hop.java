package io.ferronio.cli.explain;

/**
 * One step of a byte's way.
 *
 * @param kind what moves it
 * @param place where it is then
 * @param why what does that, and why
 */
record Hop(Kind kind, String place, String why) {

    /** What moves a byte to the next place. */
    enum Kind {
        /** Nothing: the way begins here. */
        START,
        /** The processor copies it. */
        CPU,
        /** A device copies it, by direct memory access. */
        DMA,
        /** Nothing: what is passed on is where it is. */
        REFERENCE,
        /** That is not known. */
        UNKNOWN
    }
}
