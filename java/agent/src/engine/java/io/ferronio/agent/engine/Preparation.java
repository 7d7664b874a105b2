package io.ferronio.agent.engine;

import io.ferronio.internal.MappedMemory;
import io.ferronio.internal.TransferEngine;

/**
 * Loads and initializes what transfers and mappings need, on a thread of its own, while the application starts. Its calls wait
 * for that in {@link Door}; so none of it happens in the middle of one, with the application's locks, rights and what is left
 * of its stack.
 */
final class Preparation extends Thread {

    private static Preparation begun;

    private volatile Throwable failure;

    private Preparation() {
        super("FerroNIO preparation");
        setDaemon(true);
        setContextClassLoader(null);
    }

    /** Begins, at the first call. */
    static synchronized Preparation begin() {
        if (begun == null) {
            begun = new Preparation();
            begun.start();
        }
        return begun;
    }

    @Override
    public void run() {
        OwnRights.run(new Runnable() {
            @Override
            public void run() {
                prepare();
            }
        });
    }

    private void prepare() {
        try {
            TransferEngine.initialize();
            MappedMemory.initialize();
        } catch (Throwable e) {
            failure = e;
        }
    }

    /**
     * Waits until all is there.
     *
     * @return whether it is; if not, the JDK's methods have to do, and that was said
     */
    static boolean await() {
        Preparation preparation = begin(); // Who asks for a report before anything is installed comes first.
        boolean interrupted = false;
        while (Thread.currentThread() != preparation) {
            try {
                preparation.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (preparation.failure != null) {
            Log.line("all transfers and mappings are the JDK's: " + preparation.failure);
        }
        return preparation.failure == null;
    }
}
