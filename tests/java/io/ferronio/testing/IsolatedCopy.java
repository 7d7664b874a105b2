package io.ferronio.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/**
 * A second copy of all classes, FerroNIO's and the tests', in a class loader of its own: as in an
 * application server with the library in two applications. Closing it closes the jars, not the classes.
 */
public final class IsolatedCopy implements AutoCloseable {

    private final URLClassLoader loader;

    /** Makes a copy of what is on this JVM's class path. */
    public IsolatedCopy() {
        loader = new URLClassLoader(urls(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] urls() {
        List<URL> urls = new ArrayList<>();
        try {
            for (var entry : ChildJvm.classPathEntries()) {
                urls.add(entry.toUri().toURL());
            }
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
        return urls.toArray(URL[]::new);
    }

    /**
     * The loader of the copy.
     *
     * @return a class loader
     */
    public ClassLoader loader() {
        return loader;
    }

    /**
     * Calls a static method with one parameter of the copy of a class.
     *
     * @param owner the original of the class
     * @param method the method
     * @param argument its argument
     * @return what it returns
     * @throws Exception what it throws
     */
    public Object call(Class<?> owner, String method, Object argument) throws Exception {
        for (var candidate : loader.loadClass(owner.getName()).getDeclaredMethods()) {
            if (candidate.getName().equals(method) && candidate.getParameterCount() == 1) {
                candidate.setAccessible(true);
                try {
                    return candidate.invoke(null, argument);
                } catch (InvocationTargetException e) {
                    if (e.getCause() instanceof Exception cause) {
                        throw cause;
                    }
                    throw new AssertionError(e.getCause());
                }
            }
        }
        throw new NoSuchMethodException(owner + "." + method);
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
