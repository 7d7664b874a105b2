package io.ferronio.internal;

/**
 * Which modules of the JDK are there: a runtime made by jlink may have java.base only. A class that mentions
 * one of the others is loaded only after this has been asked.
 */
final class OptionalModules {

    private OptionalModules() {
    }

    /**
     * Whether this code can use a public class. The class itself is asked for, not the name of its module: some
     * class loaders (OSGi's) hide what the JVM has.
     */
    static boolean provide(String className) {
        Class<?> self = OptionalModules.class;
        try {
            Class<?> found = Class.forName(className, false, self.getClassLoader());
            return self.getModule().canRead(found.getModule());
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
