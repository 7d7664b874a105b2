package io.ferronio.testing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for what other threads bring about: the garbage collector and the cleaners behind it, for one. */
public final class Eventually {

    private static final long LIMIT = TimeUnit.SECONDS.toNanos(60);

    private Eventually() {
    }

    /**
     * Collects garbage until a condition holds.
     *
     * @param condition what is waited for
     * @return whether it came true within a minute
     */
    public static boolean afterCollection(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > LIMIT) {
                return false;
            }
            System.gc();
            // Cleaners run on threads of their own some time after a collection; nothing tells when.
            poll(condition, TimeUnit.MILLISECONDS.toNanos(20));
        }
        return true;
    }

    /**
     * Collects garbage once, and waits until a condition holds.
     *
     * @param condition what is waited for
     * @return whether it came true within a minute
     */
    public static boolean afterOneCollection(BooleanSupplier condition) {
        System.gc();
        return poll(condition, LIMIT);
    }

    /**
     * Waits until a condition holds that another thread brings about.
     *
     * @param condition what is waited for
     * @return whether it came true within a minute
     */
    public static boolean holds(BooleanSupplier condition) {
        return poll(condition, LIMIT);
    }

    private static boolean poll(BooleanSupplier condition, long limit) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        return true;
    }
}
