package io.ferronio.agent;

import static java.lang.invoke.MethodType.methodType;

import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.module.ModuleDescriptor;
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
            // Handles called with their own types: to call by reflection, the JVM would first have to make classes.
            Class<?> modules = Class.forName("jdk.internal.module.Modules");
            MethodHandle define = allRightsIn(modules).findStatic(modules, "defineModule",
                    methodType(Module.class, ClassLoader.class, ModuleDescriptor.class, URI.class));
            MethodHandle enable = allRightsIn(Module.class).findVirtual(Module.class, "implAddEnableNativeAccess",
                    methodType(Module.class));
            ModuleDescriptor descriptor = ModuleDescriptor.newOpenModule(MODULE).packages(EngineLoader.PACKAGES).build();
            Module module = (Module) define.invokeExact((ClassLoader) loader, descriptor, (URI) null);
            instrumentation.redefineModule(module, read(base), Map.of(), Map.of(), Set.of(), Map.of());
            Module enabled = (Module) enable.invokeExact(module); // By its exact type, which has a result.
        } catch (Throwable e) {
            // Said above.
        }
    }

    private static MethodHandles.Lookup allRightsIn(Class<?> type) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
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
