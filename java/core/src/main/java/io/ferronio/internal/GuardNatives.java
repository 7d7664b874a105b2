package io.ferronio.internal;

/** Natives of the guard. All but {@link #faults} are cold. */
final class GuardNatives {

    private GuardNatives() {
    }

    /** Puts the handlers in place; idempotent. That for SIGTRAP only on demand. Null, or why it cannot work here. */
    static native String install(boolean singleSteps);

    /** Whether SIGBUS still comes to our handler first. */
    static native boolean isInstalled();

    /** Pages that an access could not have, in all mappings so far. */
    static native long faults();

    /** Whether zeros that an access of Java code has met go away when that has run. */
    static native boolean takesSingleSteps();
}
