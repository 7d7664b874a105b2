package io.ferronio.agent;

import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.PermissionCollection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Loads the agent's own copy of the library, which nobody else sees, from a folder of the agent's jar where no other class
 * loader looks: so no version of anything on the application's class path meets it.
 *
 * <p>What it loads is a module: native access (JEP 472) is given to a module, and to all that is in none at once.
 */
final class EngineLoader extends URLClassLoader {

    private static final String FOLDER = "META-INF/ferronio-agent/";
    private static final String MODULE = "io.ferronio.agent.engine";
    /** The packages that others have to find: the agent, and JMX. */
    private static final Set<String> EXPORTED = Set.of("io.ferronio.agent.engine", "io.ferronio");
    private static final Set<String> PACKAGES = Set.of("io.ferronio.agent.engine", "io.ferronio", "io.ferronio.internal",
            "org.objectweb.asm", "org.objectweb.asm.commons", "org.objectweb.asm.signature", "org.objectweb.asm.tree");

    static {
        registerAsParallelCapable();
    }

    private EngineLoader() {
        super("ferronio-agent", new URL[] {folder()}, ClassLoader.getPlatformClassLoader());
    }

    /** A new copy, in a layer of its own. */
    static ModuleLayer.Controller newLayer() {
        ModuleDescriptor.Builder module = ModuleDescriptor.newModule(MODULE).packages(PACKAGES)
                .requires(Set.of(ModuleDescriptor.Requires.Modifier.STATIC), "jdk.jfr")
                .requires(Set.of(ModuleDescriptor.Requires.Modifier.STATIC), "java.management");
        EXPORTED.forEach(module::exports);
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration()
                .resolve(finder(module.build()), ModuleFinder.of(), Set.of(MODULE));
        EngineLoader loader = new EngineLoader();
        return ModuleLayer.defineModules(configuration, List.of(boot), name -> loader);
    }

    static Module module(ModuleLayer layer) {
        return layer.findModule(MODULE).orElseThrow();
    }

    private static ModuleFinder finder(ModuleDescriptor descriptor) {
        ModuleReference reference = new ModuleReference(descriptor, URI.create("ferronio-agent:/" + MODULE)) {
            @Override
            public ModuleReader open() {
                throw new UnsupportedOperationException("by its class loader alone");
            }
        };
        return new ModuleFinder() {
            @Override
            public Optional<ModuleReference> find(String name) {
                return name.equals(MODULE) ? Optional.of(reference) : Optional.empty();
            }

            @Override
            public Set<ModuleReference> findAll() {
                return Set.of(reference);
            }
        };
    }

    /** Beside this class, whatever kind of URL that is. */
    private static URL folder() {
        String file = EngineLoader.class.getName().replace('.', '/') + ".class";
        String url = EngineLoader.class.getResource("EngineLoader.class").toString();
        try {
            return new URL(url.substring(0, url.length() - file.length()) + FOLDER);
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e); // It has just been made from one.
        }
    }

    /** Its module's resources are where all are. */
    @Override
    protected URL findResource(String moduleName, String name) {
        return findResource(name);
    }

    /** Under a security manager the application's policy does not know this code, which is as trusted as the JDK's. */
    @Override
    protected PermissionCollection getPermissions(CodeSource source) {
        PermissionCollection permissions = super.getPermissions(source);
        permissions.add(new AllPermission());
        return permissions;
    }
}
