package io.ferronio.agent;

import java.lang.instrument.Instrumentation;

/**
 * What the JVM calls for {@code -javaagent}, and when an agent is attached. Whatever goes wrong, the application starts and
 * runs as it would without.
 */
public final class Startup {

    private Startup() {
    }

    /**
     * Before the application's {@code main}.
     *
     * @param options what follows the jar's name and a {@code =}
     * @param instrumentation used for native access alone; classes are changed without it
     */
    public static void premain(String options, Instrumentation instrumentation) {
        start(options, instrumentation);
    }

    /**
     * In a JVM that runs.
     *
     * @param options as for {@link #premain}
     * @param instrumentation as for {@link #premain}
     */
    public static void agentmain(String options, Instrumentation instrumentation) {
        start(options, instrumentation);
    }

    private static void start(String options, Instrumentation instrumentation) {
        try {
            if (!Engine.isStarted()) {
                EngineLoader loader = Engine.newLoader();
                if (NativeAccess.isNeeded()) {
                    NativeAccess.give(loader, instrumentation);
                }
                Engine.start(loader);
            }
            FerronioAgent.install(options);
        } catch (Throwable e) {
            System.err.println("ferronio: not in place, all is as without the agent: " + e);
        }
    }
}
