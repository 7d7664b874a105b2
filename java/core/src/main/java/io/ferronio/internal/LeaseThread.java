package io.ferronio.internal;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/**
 * The thread that all leases are in the hands of: it takes them, is told by the kernel when somebody wants a file, and
 * gives them back. Who wants one taken or given back sends it on an errand, so nothing can happen between the two
 * that it does not know of. It never waits for a holder: he is told by a thread of his own.
 *
 * <p>It is in the thread set of every channel that has a lease. So {@code close()} wakes it and waits until it has
 * given the lease back. Else a mapping would keep the open file, and the lease with it, when nobody has a descriptor
 * to give it back by any more; and the descriptor's number, by which the kernel names the lease, would be another
 * file's.
 *
 * <p>There is one while there are leases, and a moment longer. It is a daemon.
 */
final class LeaseThread {

    /**
     * How often it looks by itself whether a channel is closed: where the user's queue of signals is full, the JDK
     * cannot wake it.
     */
    private static final int LOOK_MILLISECONDS = 1000;
    /** How long it waits for more to do when there are no leases. */
    private static final int LINGER_MILLISECONDS = 100;

    private static final Object LOCK = new Object();
    /** Guarded by {@link #LOCK}, as is all that is static. */
    private static final Queue<Runnable> ERRANDS = new ArrayDeque<>();
    private static LeaseThread running;

    /** The kernel's number of the thread, or {@code -errno}; 0 before it has one. Written under {@link #LOCK}. */
    private int number;
    /** By the numbers of their descriptors. */
    private final Map<Integer, HeldLease> leases = new HashMap<>();

    private LeaseThread() {
    }

    /**
     * Has the thread do something, and waits for it; an interrupt does not end that. Not for the thread itself.
     *
     * @return what the errand returns
     * @throws OutOfMemoryError if the thread cannot be started
     */
    static long call(ToLongFunction<LeaseThread> errand) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        synchronized (LOCK) {
            if (running == null) {
                running = start();
            }
            LeaseThread thread = running;
            ERRANDS.add(() -> complete(result, errand, thread));
            if (thread.number > 0) {
                LeaseNatives.wake(thread.number);
            }
        }
        return result.join();
    }

    private static void complete(CompletableFuture<Long> result, ToLongFunction<LeaseThread> errand,
            LeaseThread thread) {
        try {
            result.complete(errand.applyAsLong(thread));
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    private static LeaseThread start() {
        LeaseThread leases = new LeaseThread();
        newThread("FerroNIO leases", leases::run).start();
        return leases;
    }

    /** A thread that inherits as little as can be from the one that happens to start it. */
    private static Thread newThread(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        return thread;
    }

    private void run() {
        begin();
        while (true) {
            try {
                runErrands();
                int milliseconds = leases.isEmpty() ? LINGER_MILLISECONDS : LOOK_MILLISECONDS;
                long event = number > 0 ? LeaseNatives.await(milliseconds) : -Errno.EAGAIN;
                handle(event);
                if (event == -Errno.EAGAIN && leases.isEmpty() && end()) {
                    return;
                }
            } catch (Throwable e) {
                FaultReports.warn("leases go on after what should not have happened", e);
            }
        }
    }

    private void begin() {
        long begun = -Errno.EIO;
        try {
            begun = LeaseNatives.begin();
        } catch (Throwable e) {
            FaultReports.warn("no leases can be had", e);
        }
        synchronized (LOCK) {
            number = (int) begun;
        }
    }

    /** False if there is something to do. */
    private static boolean end() {
        synchronized (LOCK) {
            boolean ends = ERRANDS.isEmpty();
            if (ends) {
                LeaseNatives.end();
                running = null;
            }
            return ends;
        }
    }

    private static void runErrands() {
        Runnable errand;
        while ((errand = nextErrand()) != null) {
            errand.run();
        }
    }

    private static Runnable nextErrand() {
        synchronized (LOCK) {
            return ERRANDS.poll();
        }
    }

    private void handle(long event) {
        if (event == LeaseNatives.WOKEN) {
            return;
        }
        if (event == LeaseNatives.OVERFLOW) {
            lookAtAll();
        } else if (event >= 0) {
            look(leases.get((int) event));
        } else if (event == -Errno.EINTR || event == -Errno.EAGAIN) {
            lookForOthers();
        } else {
            // It may not wait, says a filter of system calls: it looks from time to time.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLISECONDS));
            lookAtAll();
            lookForOthers();
        }
    }

    // Errands.

    /** Takes a lease: 0, or {@code -errno}; {@code -EBADF} if the channel is closed. */
    long take(HeldLease lease) {
        if (number < 0) {
            return number;
        }
        int index = FileChannelAccess.addThread(lease.file());
        boolean taken = false;
        try {
            if (!lease.file().isOpen()) {
                return -Errno.EBADF;
            }
            int descriptor = FileChannelAccess.descriptor(lease.file());
            HeldLease other = leases.get(descriptor);
            if (other != null && FileChannelAccess.descriptor(other.file()) == descriptor) {
                return -Errno.EBUSY;
            }
            if (other != null) {
                giveBack(other); // Somebody has closed the descriptor, and not the channel.
            }
            lease.isAt(descriptor, index);
            leases.put(descriptor, lease);
            long result = LeaseNatives.take(descriptor, lease.isWrite(), number);
            taken = result == 0;
            return result;
        } finally {
            if (!taken) {
                leases.remove(lease.descriptor(), lease);
                FileChannelAccess.removeThread(lease.file(), index);
            }
        }
    }

    /** Gives a lease back, if it was not yet: 0. */
    long giveBack(HeldLease lease) {
        if (leases.remove(lease.descriptor(), lease)) {
            leave(lease);
        }
        return 0;
    }

    // What happens to leases.

    private void leave(HeldLease lease) {
        try {
            if (FileChannelAccess.descriptor(lease.file()) == lease.descriptor()) {
                LeaseNatives.giveBack(lease.descriptor()); // Else it went with the descriptor.
            }
        } finally {
            lease.isGone();
            FileChannelAccess.removeThread(lease.file(), lease.index());
        }
    }

    /** Those whose channels are closed, and those whose holders could not be told. */
    private void lookForOthers() {
        leases.values().removeIf(lease -> {
            boolean closed = !lease.file().isOpen();
            if (closed) {
                leave(lease);
            } else if (lease.isUntold()) {
                tell(lease);
            }
            return closed;
        });
    }

    private void lookAtAll() {
        leases.values().forEach(this::look);
    }

    /** The kernel is asked: a signal may be of a lease that was given back, and whose descriptor is another's. */
    private void look(HeldLease lease) {
        if (lease != null && !lease.isBroken() && LeaseNatives.isWhole(lease.descriptor(), lease.isWrite()) == 0) {
            lease.isWanted();
            tell(lease);
        }
    }

    private static void tell(HeldLease lease) {
        try {
            newThread("FerroNIO lease break", lease::tellHolder).start();
            lease.isTold();
        } catch (OutOfMemoryError e) {
            return; // No thread can be had. There is time: at the next look.
        }
    }
}
