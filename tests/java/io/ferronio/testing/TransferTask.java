package io.ferronio.testing;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/**
 * Something that runs on a thread of its own, platform or virtual, and that another thread waits for: a
 * transfer that is to be disturbed, or the reader at its other end.
 *
 * @param <T> its result
 */
public final class TransferTask<T> {

    /** A failsafe, far beyond what anything here takes. */
    private static final long LIMIT_SECONDS = 300;

    /** The natives that wait for a channel: ours, and the JDK's. */
    private static final Set<String> NATIVES = Set.of("sendfile", "sendfileUpToSize", "fill", "drain",
            "spliceToFile", "awaitReadable", "write", "transferTo0", "read0", "write0", "poll", "wait");

    /** What a task runs on. */
    public enum Carrier {
        /** A thread of the operating system's. */
        PLATFORM,
        /** A virtual thread, from JDK 21 on. */
        VIRTUAL;

        /** Skips the test on JDKs without such threads. */
        public void assume() {
            Assumptions.assumeTrue(this == PLATFORM || Runtime.version().feature() >= 21,
                    "this JDK has no virtual threads");
        }

        private Thread start(Runnable work) {
            if (this == PLATFORM) {
                Thread thread = new Thread(work);
                thread.setDaemon(true);
                thread.start();
                return thread;
            }
            try {
                return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final FutureTask<T> task;
    private final Thread thread;

    private TransferTask(Carrier carrier, Callable<T> work) {
        task = new FutureTask<>(work);
        thread = carrier.start(task);
    }

    /**
     * Starts a task on a platform thread.
     *
     * @param <T> its result
     * @param work what it does
     * @return the task
     */
    public static <T> TransferTask<T> start(Callable<T> work) {
        return start(Carrier.PLATFORM, work);
    }

    /**
     * Starts a task.
     *
     * @param <T> its result
     * @param carrier what it runs on
     * @param work what it does
     * @return the task
     */
    public static <T> TransferTask<T> start(Carrier carrier, Callable<T> work) {
        return new TransferTask<>(carrier, work);
    }

    /** Interrupts the thread. */
    public void interrupt() {
        thread.interrupt();
    }

    /**
     * Waits for its end.
     *
     * @return its result
     * @throws Exception what the task has thrown
     */
    public T result() throws Exception {
        try {
            return task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception) {
                throw (Exception) e.getCause();
            }
            throw e;
        }
    }

    /** Returns once the thread waits for a channel, in the kernel or parked, or has ended. */
    public void awaitWaiting() {
        awaitWaiting(() -> true);
    }

    /**
     * Returns once the thread waits for a channel and something else is the case, too, or it has ended.
     *
     * @param condition asked for time and again, before the thread is looked at
     */
    public void awaitWaiting(Callable<Boolean> condition) {
        await(() -> holds(condition) && (isParked() || isInNative()));
    }

    private static boolean holds(Callable<Boolean> condition) {
        try {
            return condition.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Whether it has ended.
     *
     * @return whether it has
     */
    public boolean isDone() {
        return task.isDone();
    }

    /** Returns once a virtual thread is off its carrier, or has ended. */
    public void awaitParked() {
        await(this::isParked);
    }

    private void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!task.isDone() && !condition.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new IllegalStateException(thread.getState() + " at " + Arrays.toString(thread.getStackTrace()));
            }
            Thread.yield();
        }
    }

    /** A virtual thread that waits in the kernel is RUNNABLE: it has its carrier with it. */
    private boolean isParked() {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    private boolean isInNative() {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod() && NATIVES.contains(stack[0].getMethodName());
    }
}
