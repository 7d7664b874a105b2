package io.ferronio.internal;

/** Natives that panic on purpose, so that a test can show that a panic becomes an exception. */
final class BoundaryNatives {

    private BoundaryNatives() {
    }

    /** A hot native. */
    static native long panicInHotNative(long number);

    /** A cold native. */
    static native String panicInColdNative(String text);
}
