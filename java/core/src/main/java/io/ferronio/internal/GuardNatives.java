package io.ferronio.internal;

/** Cold natives of the guard. */
final class GuardNatives {

    private GuardNatives() {
    }

    /** Puts the SIGBUS handler in place; idempotent. Null, or why it cannot work here. */
    static native String install();

    /** Whether SIGBUS still comes to our handler first. */
    static native boolean isInstalled();
}
