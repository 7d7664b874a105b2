package io.ferronio.agent.engine;

/**
 * Lines on standard error. Not a logger's: the agent may be there before the application's logging is, and a logger that is
 * asked too early chooses its configuration for the whole process.
 */
final class Log {

    private Log() {
    }

    static void line(String text) {
        System.err.println("ferronio: " + text);
    }
}
