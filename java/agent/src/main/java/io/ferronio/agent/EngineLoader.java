package io.ferronio.agent;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.PermissionCollection;
import java.util.Set;

/**
 * Loads the agent's own copy of the library, which nobody else sees, from a folder of the agent's jar where no other class
 * loader looks: so no version of anything on the application's class path meets it.
 */
final class EngineLoader extends URLClassLoader {

    private static final String FOLDER = "META-INF/ferronio-agent/";
    /** All packages in there. */
    static final Set<String> PACKAGES = Set.of("io.ferronio.agent.engine", "io.ferronio", "io.ferronio.internal",
            "org.objectweb.asm", "org.objectweb.asm.signature");

    static {
        registerAsParallelCapable();
    }

    EngineLoader() {
        super("ferronio-agent", new URL[] {folder()}, ClassLoader.getPlatformClassLoader());
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

    /** The resources of a module of its are where all are. */
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
