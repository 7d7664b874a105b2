package io.ferronio.internal;

/** Hot natives for threads that wait in the kernel, and may be woken: a value, or {@code -errno}, EINTR included. */
final class WaitingNatives {

    private WaitingNatives() {
    }

    /** The kernel's number of this thread. */
    static native long thread();

    /**
     * Ends the system call that a thread of this process waits in, by the signal that the JDK uses for that: tgkill(2).
     * In vain if the thread does not wait yet.
     *
     * @param thread the kernel's number of it
     * @return 0, or {@code -errno}; {@code -EOPNOTSUPP} if the JDK has not given the signal its handler
     */
    static native long interrupt(int thread);

    /**
     * One write(2).
     *
     * @param target descriptor of a socket or pipe
     * @param address where the bytes are
     * @param count the most bytes to write
     * @return bytes written, or {@code -errno}
     */
    static native long write(int target, long address, long count);
}
