package io.ferronio.internal;

/** Hot natives for leases, and for the thread that is told when somebody wants a file: a value, or {@code -errno}. */
final class LeaseNatives {

    /** Of {@link #await}: nothing has happened, there is an errand. */
    static final long WOKEN = 1L << 32;
    /** Of {@link #await}: somebody wants a file, and the kernel could not say which. */
    static final long OVERFLOW = 1L << 33;

    private LeaseNatives() {
    }

    /**
     * Makes this thread the one that is told: from now on it keeps the signal, SIGIO, and the one by which the JDK
     * interrupts a thread whose channel is closed, for {@link #await}.
     *
     * @return its number, as gettid(2) has it; or {@code -errno}, {@code -EUSERS} if no real-time signal is free
     */
    static native long begin();

    /**
     * Ends what {@link #begin} began, when no lease is left that could tell the thread anything: its signal is free for
     * others again.
     *
     * @return 0
     */
    static native long end();

    /**
     * Lets the signals of {@link #begin} through again, in a thread that was started by that one and has inherited its
     * mask: the processes that it starts would, too.
     *
     * @return 0, or {@code -errno}
     */
    static native long unblock();

    /**
     * Waits to be told.
     *
     * @param milliseconds how long
     * @return a descriptor whose lease is being broken, or was when it was open on another file; {@link #WOKEN};
     *     {@link #OVERFLOW}; or {@code -errno}, {@code -EAGAIN} when the time is up, {@code -EINTR} when a channel is
     *     closed, perhaps
     */
    static native long await(int milliseconds);

    /**
     * Ends the other thread's {@link #await}.
     *
     * @param thread its number
     * @return 0, or {@code -errno}
     */
    static native long wake(int thread);

    /**
     * F_SETLEASE, after F_SETOWN_EX and F_SETSIG.
     *
     * @param file descriptor of a file
     * @param write whether it is a write lease
     * @param thread who is to be told
     * @return 0, or {@code -errno}, {@code -EBUSY} if the open file has a lease
     */
    static native long take(int file, boolean write, int thread);

    /**
     * F_GETLEASE: whether there is the lease, and nobody wants the file.
     *
     * @param file descriptor of a file
     * @param write whether it is a write lease
     * @return 1, 0, or {@code -errno}
     */
    static native long isWhole(int file, boolean write);

    /**
     * F_SETLEASE to F_UNLCK.
     *
     * @param file descriptor of a file
     * @return 0, or {@code -errno}
     */
    static native long giveBack(int file);

    /**
     * The user whose file it is.
     *
     * @param file its descriptor
     * @return his number, or {@code -errno}
     */
    static native long owner(int file);

    /** The number of the user as whom this process runs. */
    static native long user();

    /** Takes a lease on a file of its own and gives it back: 0, or {@code -errno} where there are none. */
    static native long tryOut();
}
