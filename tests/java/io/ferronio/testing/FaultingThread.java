package io.ferronio.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs what may meet a page that cannot be had, in a thread of its own: HotSpot's error for such an access may come any
 * time later in the thread that made it.
 */
public final class FaultingThread {

    private FaultingThread() {
    }

    /**
     * Runs an action to its end.
     *
     * @param action what to run; an {@link InternalError} of HotSpot's may end it
     * @return whether it did
     * @throws AssertionError if anything else ends it
     */
    public static boolean run(Callable<?> action) {
        AtomicBoolean faulted = new AtomicBoolean();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                action.call();
            } catch (Throwable e) {
                note(e, faulted, thrown);
            }
        });
        // The error may come even between these.
        thread.setUncaughtExceptionHandler((t, e) -> note(e, faulted, thrown));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (thrown.get() != null) {
            throw new AssertionError(thrown.get());
        }
        return faulted.get();
    }

    private static void note(Throwable e, AtomicBoolean faulted, AtomicReference<Throwable> thrown) {
        if (e instanceof InternalError) {
            faulted.set(true);
        } else {
            thrown.set(e);
        }
    }
}
