package io.ferronio.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same thing, or different things, in several threads that start at the same moment. */
public final class Concurrently {

    private Concurrently() {
    }

    /**
     * Runs each action in a thread of its own and waits for all.
     *
     * @param actions what to run
     * @throws Exception what one of them has thrown
     */
    public static void run(List<? extends Callable<?>> actions) throws Exception {
        CyclicBarrier start = new CyclicBarrier(actions.size());
        ExecutorService threads = Executors.newFixedThreadPool(actions.size());
        try {
            List<Future<Object>> results = new ArrayList<>();
            for (Callable<?> action : actions) {
                results.add(threads.submit(() -> {
                    start.await();
                    return action.call();
                }));
            }
            for (Future<Object> result : results) {
                result.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            threads.shutdown();
        }
    }

    /**
     * Runs one action in several threads and waits for all.
     *
     * @param times how many threads
     * @param action what to run
     * @throws Exception what one of them has thrown
     */
    public static void run(int times, Callable<?> action) throws Exception {
        run(Collections.nCopies(times, action));
    }
}
