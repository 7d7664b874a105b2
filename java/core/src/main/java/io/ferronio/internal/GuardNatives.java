package io.ferronio.internal;

/** Natives of the guard. All but {@link #faults} are cold. */
final class GuardNatives {

    private GuardNatives() {
    }

    /** Puts the SIGBUS handler in place; idempotent. Null, or why it cannot work here. */
    static native String install();

    /** Whether SIGBUS still comes to our handler first. */
    static native boolean isInstalled();

    /** Pages that an access could not have, in all mappings so far. */
    static native long faults();
}
