package io.ferronio.internal;

/** Cold natives that ask the kernel. */
final class KernelNatives {

    private KernelNatives() {
    }

    /** The name of a kernel facility; null past the last one. */
    static native String facility(int index);

    /** Tries a facility for real: null if it works, else why not. */
    static native String tryFacility(int index);

    /** strerror(3). */
    static native String errorText(int errno);
}
