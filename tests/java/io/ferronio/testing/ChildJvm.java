package io.ferronio.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the main method of a class in a JVM of its own, on the JDK, the class path and the test properties of
 * this one, with {@code -Xcheck:jni}. A JVM that complains about JNI, or does not end, fails the test.
 *
 * <p>The JVM writes a crash report to its output instead of a file.
 */
public final class ChildJvm {

    private static final long LIMIT_SECONDS = Long.getLong("ferronio.test.limitSeconds", 180);
    private static final Path NO_FILE = Path.of("/dev/null");

    private ChildJvm() {
    }

    /**
     * What became of the JVM.
     *
     * @param exitStatus 0 if main returned, 1 if it threw, 128 + n for signal n
     * @param output what it wrote: standard output, then standard error
     */
    public record Result(int exitStatus, String output) {
        /**
         * Asserts that main returned, and shows the output otherwise.
         *
         * @return the output
         */
        public String succeeded() {
            assertEquals(0, exitStatus, () -> "the child JVM failed:\n" + output);
            return output;
        }
    }

    /**
     * Runs a class.
     *
     * @param main the class
     * @param jvmOptions options of the JVM; they come last and may override those given here, also {@code -cp}
     * @param args the program's arguments
     * @return what became of it
     */
    public static Result run(Class<?> main, List<String> jvmOptions, String... args) {
        return runThrough(List.of(), main, jvmOptions, args);
    }

    /**
     * Runs a class on another JDK or runtime.
     *
     * @param home where it is
     * @param main the class
     * @param jvmOptions as for {@link #run}
     * @param args the program's arguments
     * @return what became of it
     */
    public static Result runOn(Path home, Class<?> main, List<String> jvmOptions, String... args) {
        return run(command(home, main, jvmOptions, args));
    }

    /**
     * Runs a class by way of another program, such as {@code strace} or {@code unshare}.
     *
     * @param launcher the program and its arguments, to which the JVM's command is appended
     * @param main the class
     * @param jvmOptions as for {@link #run}
     * @param args the program's arguments
     * @return what became of it
     */
    public static Result runThrough(List<String> launcher, Class<?> main, List<String> jvmOptions, String... args) {
        return runThrough(launcher, Path.of(System.getProperty("java.home")), main, jvmOptions, args);
    }

    /**
     * Runs a class by way of another program, on another JDK or runtime.
     *
     * @param launcher as for {@link #runThrough(List, Class, List, String...)}
     * @param home where the runtime is
     * @param main the class
     * @param jvmOptions as for {@link #run}
     * @param args the program's arguments
     * @return what became of it
     */
    public static Result runThrough(List<String> launcher, Path home, Class<?> main, List<String> jvmOptions,
            String... args) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(command(home, main, jvmOptions, args));
        return run(command);
    }

    /**
     * Starts a class that is to be killed: nothing is checked of it.
     *
     * @param main the class
     * @param args the program's arguments
     * @return the process; its standard output is for the caller to read, its errors are this one's
     * @throws IOException if it cannot be started
     */
    public static Process start(Class<?> main, String... args) throws IOException {
        List<String> command = command(Path.of(System.getProperty("java.home")), main, List.of(), args);
        command.removeAll(List.of("-Xcheck:jni")); // Says that there is another SIGBUS handler.
        return new ProcessBuilder(command).redirectInput(NO_FILE.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static List<String> command(Path home, Class<?> main, List<String> jvmOptions, String... args) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "-ea", "-Xcheck:jni",
                "-XX:+ErrorFileToStdout", "-XX:-CreateCoredumpOnCrash", "-XX:+DisplayVMOutputToStderr"));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith("ferronio.test."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(jvmOptions);
        command.add(main.getName());
        command.addAll(List.of(args));
        return command;
    }

    /**
     * Runs a class as a user without privileges: as nobody if this JVM runs as root, else as it is. Nobody
     * gets a class path of copies, since he need not be able to read ours.
     *
     * @param main the class
     * @param jvmOptions as for {@link #run}
     * @param args the program's arguments
     * @return what became of it
     */
    public static Result runUnprivileged(Class<?> main, List<String> jvmOptions, String... args) {
        if (!Unprivileged.canSwitch()) {
            return run(main, jvmOptions, args);
        }
        List<String> options = new ArrayList<>(List.of("-cp", Unprivileged.classPath()));
        options.addAll(jvmOptions);
        return runThrough(Unprivileged.SWITCH, main, options, args);
    }

    private static Result run(List<String> command) {
        try {
            Path output = Files.createTempFile("ferronio-child-", ".out");
            Path errors = Files.createTempFile("ferronio-child-", ".err");
            try {
                Process process = new ProcessBuilder(command).redirectInput(NO_FILE.toFile())
                        .redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
                boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
                if (!ended) {
                    stop(process);
                }
                String text = Files.readString(output, StandardCharsets.ISO_8859_1)
                        + withoutSignalHandlers(Files.readString(errors, StandardCharsets.ISO_8859_1));
                if (!ended) {
                    fail("the child JVM did not end in " + LIMIT_SECONDS + " s: " + command + "\n" + text);
                }
                return new Result(process.exitValue(), text);
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks for a thread dump, then kills it. */
    private static void stop(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).inheritIO().start().waitFor();
        process.waitFor(2, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    private static final Pattern COMPLAINT = Pattern.compile("(WARNING|FATAL ERROR) in native method|WARNING: JNI "
            + "|WARNING: large String|Warning: Calling other JNI functions|Warning: (?!SIGBUS )\\w+ handler modified!");
    private static final Pattern SIGNAL_HANDLER = Pattern.compile("^ +(SIG\\w+): .*\\bmask=");
    private static final Pattern SIGNAL_HANDLERS = Pattern.compile(
            "Warning: SIGBUS handler modified!|Signal Handlers:|  \\*\\*\\* .*|Consider using jsig library\\.");

    /**
     * That the handler of SIGBUS is not the JVM's is meant to be so: its table of handlers is taken out.
     * Everything else that -Xcheck:jni says fails the test.
     */
    private static String withoutSignalHandlers(String errors) {
        StringBuilder others = new StringBuilder();
        String signal = null;
        for (String line : (Iterable<String>) errors.lines()::iterator) {
            Matcher handler = SIGNAL_HANDLER.matcher(line);
            if (handler.find()) {
                signal = handler.group(1);
            } else if (COMPLAINT.matcher(line).find()
                    || line.contains("*** Handler was modified!") && !"SIGBUS".equals(signal)) {
                fail("-Xcheck:jni in a child JVM: " + line.trim() + "\n" + errors);
            } else if (!SIGNAL_HANDLERS.matcher(line).matches()) {
                others.append(line).append('\n');
            }
        }
        return others.toString();
    }

    /** The class path as a list of files and folders. */
    static List<Path> classPathEntries() {
        List<Path> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.exists(path)) {
                entries.add(path);
            }
        }
        return entries;
    }
}
