package io.ferronio.internal;

/** The door to java.management, a module that need not be there. */
public final class Management {

    private Management() {
    }

    private static boolean isPresent() {
        return OptionalModules.provide("javax.management.MBeanServer");
    }

    /**
     * Registers {@link io.ferronio.CountersMXBean}.
     *
     * @return its object name
     * @throws UnsupportedOperationException if there is no module java.management
     */
    public static String register() {
        if (!isPresent()) {
            throw new UnsupportedOperationException("the bean of the counters needs the module java.management, which "
                    + Management.class.getModule() + " does not find in this runtime: name it in jlink's or java's"
                    + " --add-modules java.management");
        }
        return CountersBean.register();
    }

    /** Takes it out again, if it is registered. */
    public static void unregister() {
        if (isPresent()) {
            CountersBean.unregister();
        }
    }

    /**
     * Registers it if this JVM was started to be looked at, so that the platform's MBean server is there already, and
     * if it is not in the way of a class loader that should go: what is registered stays reachable.
     */
    static void registerIfWatched() {
        if (isWatched() && isHereForGood() && isPresent()) {
            try {
                CountersBean.register();
            } catch (RuntimeException | LinkageError e) {
                System.getLogger(Management.class.getName())
                        .log(System.Logger.Level.WARNING, "the bean of the counters is not registered", e);
            }
        }
    }

    /** The two properties that start the JVM's management agent. */
    private static boolean isWatched() {
        return System.getProperty("com.sun.management.jmxremote") != null
                || System.getProperty("com.sun.management.jmxremote.port") != null;
    }

    private static boolean isHereForGood() {
        ClassLoader loader = Management.class.getClassLoader();
        return loader == null || loader == ClassLoader.getSystemClassLoader();
    }
}
