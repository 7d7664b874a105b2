package io.ferronio.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;

/**
 * Finds and loads libferronio.so: {@code io.ferronio.library}, then {@code java.library.path}, then the
 * copy inside the jar. The first one that exists must load: a library that somebody put there on purpose is
 * not silently passed over.
 *
 * <p>Never throws: {@link #cause()} says why nothing was loaded.
 */
public final class NativeLibrary {

    private static final String FILE_NAME = "libferronio.so";
    /** To find a name that no file has. */
    private static final int MOST_ATTEMPTS = 100;

    private static final Throwable CAUSE;
    private static final String ORIGIN;

    static {
        String origin = null;
        Throwable cause = null;
        try {
            origin = find();
        } catch (Throwable e) {
            cause = e;
        }
        ORIGIN = origin;
        CAUSE = cause;
    }

    private NativeLibrary() {
    }

    /**
     * Whether natives can be called.
     *
     * @return whether natives can be called
     */
    public static boolean isLoaded() {
        return CAUSE == null;
    }

    /**
     * Why natives cannot be called.
     *
     * @return what went wrong, or null
     */
    public static Throwable cause() {
        return CAUSE;
    }

    /**
     * Where the library came from.
     *
     * @return a path or a resource, or null if there is none
     */
    public static String origin() {
        return ORIGIN;
    }

    /** The version of the loaded library. */
    private static native String version();

    private static String find() throws IOException {
        String platform = platform();
        String property = System.getProperty("io.ferronio.library");
        if (property != null) {
            Path file = Path.of(property).toAbsolutePath();
            load(file, "named by -Dio.ferronio.library");
            return file.toString();
        }
        for (String folder : System.getProperty("java.library.path", "").split(":")) {
            Path file = Path.of(folder).resolve(FILE_NAME).toAbsolutePath();
            if (!folder.isEmpty() && Files.exists(file)) {
                load(file, "found on java.library.path");
                return file.toString();
            }
        }
        String name = "META-INF/native/" + platform + "/" + FILE_NAME;
        URL resource = resource(name, platform);
        loadCopy(open(name), "unpacked from " + resource, resource);
        return resource.toString();
    }

    /** The folder name of this platform's library. */
    private static String platform() {
        String system = System.getProperty("os.name", "?");
        String machine = System.getProperty("os.arch", "?").toLowerCase(Locale.ROOT);
        if (!system.equals("Linux")) {
            throw failure("FerroNIO's native library exists for Linux; this is " + system, null);
        }
        switch (machine) {
            case "amd64":
            case "x86_64":
                return "linux-x86_64";
            case "aarch64":
                return "linux-aarch_64";
            default:
                throw failure("FerroNIO's native library exists for x86-64 and AArch64; this is " + machine, null);
        }
    }

    /** The one library of this platform on the class path; an error if there are two that differ. */
    private static URL resource(String name, String platform) throws IOException {
        ClassLoader loader = NativeLibrary.class.getClassLoader();
        List<URL> found = loader == null ? Collections.list(ClassLoader.getSystemResources(name))
                : new ArrayList<>(Collections.list(loader.getResources(name)));
        if (found.isEmpty()) {
            throw failure("no " + name + " on the class path or module path: this jar was built without the library"
                    + " for " + platform + "; name one with -Dio.ferronio.library", null);
        }
        for (URL other : found.subList(1, found.size())) {
            if (!Arrays.equals(read(found.get(0)), read(other))) {
                throw failure("two different copies of the native library: " + found.get(0) + " and " + other
                        + "; remove one of the jars, or name the library with -Dio.ferronio.library", null);
            }
        }
        return found.get(0);
    }

    /** A resource beside this class, or null. By the class loader: by a URL, or by a class in a module, the jar is opened once more. */
    private static InputStream open(String name) {
        ClassLoader loader = NativeLibrary.class.getClassLoader();
        return loader == null ? ClassLoader.getSystemResourceAsStream(name) : loader.getResourceAsStream(name);
    }

    private static byte[] read(URL resource) throws IOException {
        try (InputStream in = resource.openStream()) {
            return in.readAllBytes();
        }
    }

    /** Loads a library from a file of its own, which is deleted once the JVM has it mapped. */
    private static void loadCopy(InputStream library, String origin, Object what) {
        String property = System.getProperty("io.ferronio.workdir");
        Path folder = Path.of(property != null ? property : System.getProperty("java.io.tmpdir")).toAbsolutePath();
        Path copy = null;
        try (InputStream in = library) {
            copy = copy(in, folder);
            load(copy, origin);
        } catch (IOException e) {
            throw failure("cannot unpack " + what + " into " + folder
                    + "; name a folder that can be written to with -Dio.ferronio.workdir", e);
        } finally {
            delete(copy);
        }
    }

    /**
     * Copies into a new file, for the owner alone. {@code Files.createTempFile} makes its name from a secure random number, and
     * the classes for that cost a JVM that starts tens of milliseconds; O_EXCL is as good.
     */
    private static Path copy(InputStream in, Path folder) throws IOException {
        byte[] library = in.readAllBytes();
        for (int attempt = 1; ; attempt++) {
            Path file = folder.resolve("libferronio-" + System.nanoTime() + ".so");
            try {
                write(library, file);
                return file;
            } catch (FileAlreadyExistsException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void write(byte[] library, Path newFile) throws IOException {
        try (FileChannel out = FileChannel.open(newFile, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            boolean done = false;
            try {
                ByteBuffer bytes = ByteBuffer.wrap(library);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                done = true;
            } finally {
                if (!done) {
                    delete(newFile);
                }
            }
        }
    }

    private static void delete(Path copy) {
        if (copy != null) {
            try {
                Files.deleteIfExists(copy);
            } catch (IOException e) {
                // Only disk space is lost; the next start makes a file of its own.
                System.getLogger(NativeLibrary.class.getName()).log(System.Logger.Level.DEBUG, "left behind: " + copy, e);
            }
        }
    }

    private static void load(Path file, String origin) {
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            if (isLoadedElsewhere(e)) {
                loadPrivateCopy(file, origin);
                return;
            }
            throw failure(SharedLibrary.whyNotLoadable(file, origin, e.getMessage()), e);
        }
        checkVersion(file, origin);
    }

    /** The JVM gives a library file to one class loader only, and says so in these words (JDK 8 to 25). */
    private static boolean isLoadedElsewhere(UnsatisfiedLinkError e) {
        return String.valueOf(e.getMessage()).contains("already loaded in another classloader");
    }

    private static void loadPrivateCopy(Path file, String origin) {
        try {
            loadCopy(Files.newInputStream(file), origin + ", copied for a second class loader", file);
        } catch (IOException e) {
            throw failure("cannot copy " + file, e);
        }
    }

    private static void checkVersion(Path file, String origin) {
        String library;
        try {
            library = version();
        } catch (UnsatisfiedLinkError e) {
            throw failure(file + " (" + origin + ") was loaded, but it is no FerroNIO library", e);
        }
        String jar = jarVersion();
        if (!Objects.equals(library, jar)) {
            throw failure(file + " (" + origin + ") is FerroNIO " + library + ", but the jar is " + jar
                    + ": use the library that came with the jar", null);
        }
    }

    private static String jarVersion() {
        try (InputStream in = open("META-INF/ferronio.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "of unknown version (no META-INF/ferronio.properties)");
        } catch (IOException e) {
            throw failure("cannot read META-INF/ferronio.properties", e);
        }
    }

    private static UnsatisfiedLinkError failure(String message, Throwable cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
        error.initCause(cause);
        return error;
    }
}
