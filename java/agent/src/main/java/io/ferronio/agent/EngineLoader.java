package io.ferronio.agent;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Loads the agent's own copy of the library, which nobody else sees, from a folder of the agent's jar where no other class
 * loader looks: so no version of anything on the application's class path meets it.
 *
 * <p>A {@code URLClassLoader} could do the same. It would cost a JVM that starts twice the time.
 */
final class EngineLoader extends ClassLoader {

    private static final String FOLDER = "META-INF/ferronio-agent/";
    /** All packages in there. */
    static final Set<String> PACKAGES = Set.of("io.ferronio.agent.engine", "io.ferronio", "io.ferronio.internal",
            "org.objectweb.asm", "org.objectweb.asm.signature");

    static {
        registerAsParallelCapable();
    }

    /** The agent's jar, whatever kind of URL that is: it may lie in another jar. */
    private final String root;
    /** The same, if it is a file. Never closed: classes are loaded until the JVM ends. */
    private final JarFile jar;
    private final ProtectionDomain domain;

    EngineLoader() throws IOException {
        super("ferronio-agent", ClassLoader.getPlatformClassLoader());
        String thisClass = EngineLoader.class.getName().replace('.', '/') + ".class";
        URL url = EngineLoader.class.getResource("EngineLoader.class");
        String path = url.toString();
        root = path.substring(0, path.length() - thisClass.length());
        CodeSource source = EngineLoader.class.getProtectionDomain().getCodeSource();
        boolean isFile = root.equals("jar:" + source.getLocation() + "!/") && source.getLocation().getProtocol().equals("file");
        jar = isFile ? new JarFile(new File(URI.create(source.getLocation().toString()))) : null;
        // Under a security manager the application's policy does not know this code, which is as trusted as the JDK's.
        Permissions all = new Permissions();
        all.add(new AllPermission());
        domain = new ProtectionDomain(new CodeSource(source.getLocation(), (Certificate[]) null), all);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try (InputStream in = open(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] classFile = in.readAllBytes();
            return defineClass(name, classFile, 0, classFile.length, domain);
        } catch (IOException e) {
            throw new ClassNotFoundException(name + ", from " + root, e);
        }
    }

    /** A class or resource of the folder, or null. */
    private InputStream open(String name) throws IOException {
        if (jar != null) {
            ZipEntry entry = jar.getEntry(FOLDER + name);
            return entry == null ? null : jar.getInputStream(entry);
        }
        URL resource = findResource(name);
        return resource == null ? null : resource.openStream();
    }

    @Override
    protected URL findResource(String name) {
        try {
            if (jar != null) {
                return jar.getEntry(FOLDER + name) == null ? null : new URL(root + FOLDER + name);
            }
            URL resource = new URL(root + FOLDER + name);
            URLConnection connection = resource.openConnection();
            connection.getInputStream().close();
            return resource;
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        URL resource = findResource(name);
        return resource == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(resource));
    }

    /** The resources of a module of its are where all are. */
    @Override
    protected URL findResource(String moduleName, String name) {
        return findResource(name);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        try {
            return open(name);
        } catch (IOException e) {
            return null;
        }
    }
}
