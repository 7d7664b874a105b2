package io.ferronio.cli.explain;

/** What a run is for. */
enum Manner {
    /** The receiver computes a digest of what arrives; also warms the JVM up. */
    VERIFIED,
    /** System calls are counted, which makes each of them slower. */
    COUNTED,
    /** Everything else is measured, with nothing in the way: the receiver only reads. */
    TIMED
}
