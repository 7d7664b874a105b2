package io.ferronio.agent;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** The way from the classes that the application sees to those that do the work: see {@link EngineLoader}. */
final class Engine {

    private static final String CONTROL = "io.ferronio.agent.engine.Installation";
    /** The first JDK that asks who may call native code: JEP 472. */
    private static final int ASKS = 24;

    private static MethodHandle ask;

    private Engine() {
    }

    /** Gives a module native access, in a way that the JVM says nothing about. */
    interface NativeAccess {
        void enable(Module module) throws ReflectiveOperationException;
    }

    /** Calls {@code Installation.control}. */
    static Object[] ask(Object... request) {
        try {
            return (Object[]) start(null).invokeExact(request);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // It declares none.
        }
    }

    /**
     * Loads the classes, once.
     *
     * @param access from the JVM; null if it has given none
     */
    static synchronized MethodHandle start(NativeAccess access) {
        if (ask == null) {
            ModuleLayer.Controller controller = EngineLoader.newLayer();
            Module module = EngineLoader.module(controller.layer());
            if (Runtime.version().feature() >= ASKS && !isEnabledBy(access, module)) {
                enableNativeAccess(controller, module);
            }
            try {
                ask = MethodHandles.publicLookup().findStatic(module.getClassLoader().loadClass(CONTROL), "control",
                        MethodType.methodType(Object[].class, Object[].class));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the agent's jar is not complete, " + CONTROL + " is not in it", e);
            }
        }
        return ask;
    }

    private static boolean isEnabledBy(NativeAccess access, Module module) {
        try {
            if (access != null) {
                access.enable(module);
                return true;
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // A JDK that has it otherwise. The next way works, too, and perhaps says something.
        }
        return false;
    }

    /**
     * Passes the right that this class has on: {@code --enable-native-access} gave it, or the JVM warns of this call. By
     * reflection, since JDK 17 has no such method.
     */
    private static void enableNativeAccess(ModuleLayer.Controller controller, Module module) {
        try {
            Method enable = ModuleLayer.Controller.class.getMethod("enableNativeAccess", Module.class);
            enable.invoke(controller, module);
        } catch (InvocationTargetException e) {
            throw new UnsupportedOperationException("native code may not be called here: give the agent the right with"
                    + " --enable-native-access=ALL-UNNAMED", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // It is there since JDK 22.
        }
    }
}
