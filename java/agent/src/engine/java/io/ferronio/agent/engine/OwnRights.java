package io.ferronio.agent.engine;

import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * Runs what is ours with our rights alone. Under a security manager those of whoever has started the thread count as well, and
 * that is the agent's starter, which the application's policy does not know.
 */
final class OwnRights {

    /** From then on there are no security managers (JEP 486), and one day no class to ask. */
    private static final int WITHOUT_SECURITY_MANAGER = 24;

    private OwnRights() {
    }

    @SuppressWarnings("removal") // JDK 17 and 21 still obey it.
    static void run(Runnable action) {
        if (Runtime.version().feature() >= WITHOUT_SECURITY_MANAGER) {
            action.run();
        } else {
            AccessController.doPrivileged(new PrivilegedAction<Void>() { // no lambda: the first of a JVM is slow
                @Override
                public Void run() {
                    action.run();
                    return null;
                }
            });
        }
    }
}
