package io.ferronio.agent;

import java.lang.instrument.Instrumentation;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Does for the agent what {@code --enable-native-access} does for others, which JDK 24 and later warn about if it is missing
 * (JEP 472). Who starts an agent lets it do anything; but no command line can name a class loader's classes, only all that are in
 * no module, the application's with them. So the agent's classes become a module, and that alone gets the right.
 */
final class NativeAccess {

    private static final String MODULE = "io.ferronio.agent.engine";

    private NativeAccess() {
    }

    /**
     * Whether the JDK asks for it.
     *
     * @return whether it does
     */
    static boolean isNeeded() {
        return Runtime.version().feature() >= 24;
    }

    /**
     * Makes a module of what a class loader is going to load. Where a JDK has this otherwise, nothing happens: then it warns, and
     * all works.
     */
    static void give(EngineLoader loader, Instrumentation instrumentation) {
        Module base = Object.class.getModule();
        Set<Module> us = Set.of(NativeAccess.class.getModule());
        try {
            instrumentation.redefineModule(base, Set.of(), Map.of(), Map.of("java.lang", us, "jdk.internal.module", us),
                    Set.of(), Map.of());
            Method define = Class.forName("jdk.internal.module.Modules")
                    .getMethod("defineModule", ClassLoader.class, ModuleDescriptor.class, URI.class);
            Method enable = Module.class.getDeclaredMethod("implAddEnableNativeAccess");
            define.setAccessible(true);
            enable.setAccessible(true);
            ModuleDescriptor descriptor = ModuleDescriptor.newOpenModule(MODULE).packages(EngineLoader.PACKAGES).build();
            Module module = (Module) define.invoke(null, loader, descriptor, null);
            instrumentation.redefineModule(module, read(base), Map.of(), Map.of(), Set.of(), Map.of());
            enable.invoke(module);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Said above.
        }
    }

    /** What the library uses, of which java.base is sure to be there. */
    private static Set<Module> read(Module base) {
        Set<Module> read = new HashSet<>();
        read.add(base);
        for (String name : new String[] {"jdk.jfr", "java.management"}) {
            Optional<Module> module = ModuleLayer.boot().findModule(name);
            if (module.isPresent()) {
                read.add(module.get());
            }
        }
        return read;
    }
}
