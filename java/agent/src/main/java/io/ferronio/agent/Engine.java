package io.ferronio.agent;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** The way from the classes that the application sees to those that do the work: see {@link EngineLoader}. */
final class Engine {

    /** The class that does the work. */
    static final String CONTROL = "io.ferronio.agent.engine.Installation";

    private static MethodHandle ask;

    private Engine() {
    }

    /** Calls {@code Installation.control}. */
    static Object[] ask(Object... request) {
        if (!isStarted()) {
            start(newLoader());
        }
        try {
            return (Object[]) ask.invokeExact(request);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // It declares none.
        }
    }

    static EngineLoader newLoader() {
        try {
            return new EngineLoader();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the agent's jar", e);
        }
    }

    static synchronized boolean isStarted() {
        return ask != null;
    }

    /** Has the classes loaded, once. */
    static synchronized void start(EngineLoader loader) {
        if (ask != null) {
            return;
        }
        try {
            ask = MethodHandles.publicLookup().findStatic(loader.loadClass(CONTROL), "control",
                    MethodType.methodType(Object[].class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the agent's jar is not complete, " + CONTROL + " is not in it", e);
        }
    }
}
