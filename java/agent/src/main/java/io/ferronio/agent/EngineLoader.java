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
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

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
    private final ZipFile jar;
    private final ProtectionDomain domain;

    EngineLoader() throws IOException {
        super("ferronio-agent", ClassLoader.getPlatformClassLoader());
        CodeSource source = EngineLoader.class.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        jar = open(location);
        root = jar == null ? root() : "jar:" + location + "!/";
        // Under a security manager the application's policy does not know this code, which is as trusted as the JDK's.
        Permissions all = new Permissions();
        all.add(new AllPermission());
        domain = new ProtectionDomain(new CodeSource(location, (Certificate[]) null), all);
    }

    /** The agent's jar, if it is that file; else null. */
    private static ZipFile open(URL location) throws IOException {
        File file = location == null || !location.getProtocol().equals("file") ? null : new File(URI.create(location.toString()));
        if (file == null || !file.isFile()) {
            return null;
        }
        ZipFile jar = new ZipFile(file);
        if (jar.getEntry(FOLDER + Engine.CONTROL.replace('.', '/') + ".class") != null) {
            return jar;
        }
        jar.close();
        return null;
    }

    /** Where this class was loaded from. Asked only if need be: to look for a resource, the JDK opens its own image first. */
    private static String root() {
        String thisClass = EngineLoader.class.getName().replace('.', '/') + ".class";
        String url = EngineLoader.class.getResource("EngineLoader.class").toString();
        return url.substring(0, url.length() - thisClass.length());
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
