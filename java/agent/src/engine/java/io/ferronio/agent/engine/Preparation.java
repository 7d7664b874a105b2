package io.ferronio.agent.engine;

import io.ferronio.internal.MappedMemory;
import io.ferronio.internal.TransferEngine;

/**
 * Loads and initializes what is needed, on a thread of its own: the classes that change a class while the native library is
 * loaded, and then what transfers and mappings need while the application starts. Its calls wait for it in {@link Door}; so
 * none of this happens in the middle of one, with the application's locks, rights and what is left of its stack.
 */
final class Preparation extends Thread {

    private static Preparation begun;

    private volatile Throwable failure;

    private Preparation() {
        super(null, null, "FerroNIO preparation", 0, false);
        setDaemon(true);
        setContextClassLoader(null);
    }

    /** Begins, at the first call. */
    static synchronized void begin() {
        if (begun == null) {
            begun = new Preparation();
            begun.start();
        }
    }

    private static synchronized Preparation begun() {
        return begun;
    }

    @Override
    public void run() {
        try {
            Prologue.load();
            TransferEngine.initialize();
            MappedMemory.unavailable();
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
        Preparation preparation = begun();
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
