package io.ferronio.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;

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
            Engine.start(module -> enableNativeAccess(module, instrumentation));
            FerronioAgent.install(options);
        } catch (Throwable e) {
            System.err.println("ferronio: not in place, all is as without the agent: " + e);
        }
    }

    /**
     * Does what {@code --enable-native-access} does, for a module that a command line cannot name. Who starts an agent lets it
     * do anything, so the JVM need not warn of it.
     */
    private static void enableNativeAccess(Module module, Instrumentation instrumentation)
            throws ReflectiveOperationException {
        instrumentation.redefineModule(Object.class.getModule(), Set.of(), Map.of(),
                Map.of("java.lang", Set.of(Startup.class.getModule())), Set.of(), Map.of());
        Method enable = Module.class.getDeclaredMethod("implAddEnableNativeAccess");
        enable.setAccessible(true);
        enable.invoke(module);
    }
}
