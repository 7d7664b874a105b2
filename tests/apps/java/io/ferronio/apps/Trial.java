package io.ferronio.apps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One run of an application on one JDK, without or with the agent: its folder, its JVMs, its figures. When it is closed,
 * neither the folder nor a JVM is left.
 */
public final class Trial implements AutoCloseable {

    private static final double MEGABYTE = 1e6;
    private static final double GIGABYTE = 1e9;
    /** What may be missing to all of the bytes, in percent: rounding. */
    private static final double TOLERANCE = 0.05;
    /** How often to collect until both counts of mappings have seen the same go. */
    private static final int MOST_COLLECTIONS = 20;

    private final Jdk jdk;
    private final Path agent;
    private final Path folder;
    private final Path logs;
    private final Map<String, Double> figures;
    private final Deque<ApplicationJvm> jvms = new ArrayDeque<>();
    private final Thread endOfAll = new Thread(this::cleanUp);

    /**
     * @param jdk what it runs on
     * @param agent the agent's jar, or null: without it
     * @param folder for the application's files; made here
     * @param logs the folder for what its JVMs write and for the agent's reports; made here
     * @param figures gets the figures
     */
    Trial(Jdk jdk, Path agent, Path folder, Path logs, Map<String, Double> figures) throws IOException {
        this.jdk = jdk;
        this.agent = agent;
        this.figures = figures;
        this.folder = folder;
        this.logs = logs;
        Runtime.getRuntime().addShutdownHook(endOfAll); // Refused if this JVM is ending: then there is nothing to clean up.
        Files.createDirectories(folder);
        Files.createDirectories(logs);
    }

    /**
     * Where the application's files are.
     *
     * @return an empty folder that is deleted afterwards
     */
    public Path folder() {
        return folder;
    }

    /**
     * The JDK that the application runs on.
     *
     * @return the feature version, such as 17
     */
    public int jdk() {
        return jdk.version();
    }

    /**
     * Starts a JVM of the application.
     *
     * @param name its name in the logs; once in a trial
     * @param options the JVM's, beside the agent
     * @param mainClass the class, on this JVM's class path
     * @param args the program's arguments
     * @return the JVM, started
     * @throws IOException if it cannot be started
     */
    public ApplicationJvm start(String name, List<String> options, String mainClass, String... args)
            throws IOException {
        Path report = logs.resolve(name + ".report");
        List<String> command = new ArrayList<>(List.of(jdk.java(), "-cp", System.getProperty("java.class.path"),
                "-Xmx1g", "-XX:+ErrorFileToStdout", "-XX:-CreateCoredumpOnCrash"));
        if (agent != null) {
            command.add("-javaagent:" + agent + "=report=" + report);
        }
        command.addAll(options);
        command.add(mainClass);
        command.addAll(List.of(args));
        ApplicationJvm jvm = new ApplicationJvm(name, command, folder, logs.resolve(name + ".log"), report);
        jvms.push(jvm);
        return jvm;
    }

    /**
     * Takes down a figure.
     *
     * @param name what it is, with its unit; not what differs from run to run
     * @param value the figure
     */
    public void figure(String name, double value) {
        figures.put(name, value);
    }

    /**
     * Does something and takes down how fast it was, and what processor time it took.
     *
     * @param name what is done
     * @param jvm whose processor time counts
     * @param bytes how much is moved
     * @param work does it
     * @throws Exception if that fails
     */
    public void measure(String name, ApplicationJvm jvm, long bytes, Concurrently.Task work) throws Exception {
        double processor = jvm.processorTime();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        figure(name + ", MB/s", bytes / MEGABYTE / seconds);
        figure(name + ", processor, s/GB", (jvm.processorTime() - processor) / (bytes / GIGABYTE));
    }

    /**
     * Takes down what was transferred, and how much of it by FerroNIO: with the agent it must be all.
     *
     * @param bytes what the application has moved with {@code FileChannel.transferTo} and {@code transferFrom}, as it
     *         says itself or as its clients got it
     * @param report the agent's
     */
    public void transferred(long bytes, AgentReport report) {
        figure("transferred, MB", bytes / MEGABYTE);
        share("transferred by FerroNIO, %", report.transferredByFerronio(), bytes);
    }

    /**
     * Takes down how much of some files is mapped at the moment, and which part of all mappings is FerroNIO's: with the agent
     * it must be all. One that was just dropped may be known to the one and not to the other, until it is collected.
     *
     * @param jvm the JVM that maps
     * @param path how the files' paths begin
     * @throws IOException if the JVM cannot be asked
     */
    public void mapped(ApplicationJvm jvm, String path) throws IOException {
        long bytes = jvm.mappedBytes(path);
        require(bytes > 0, "Nothing is mapped of " + path);
        figure("mapped, MB", bytes / MEGABYTE);
        long ferronio = jvm.mappingsByFerronio();
        long all = jvm.mappings();
        for (int i = 0; i < MOST_COLLECTIONS && agent != null && ferronio != all; i++) {
            ferronio = jvm.mappingsByFerronio();
            all = jvm.mappings();
        }
        share("mapped by FerroNIO, %", ferronio, all);
    }

    private void share(String name, long ferronio, long all) {
        double percent = 100.0 * ferronio / all;
        figure(name, percent);
        double expected = agent == null ? 0 : 100;
        require(Math.abs(percent - expected) <= TOLERANCE,
                "%s: %.3f (%,d of %,d), which must be %.0f".formatted(name, percent, ferronio, all, expected));
    }

    /**
     * Ends the run, as failed, unless something is as it must be.
     *
     * @param condition whether it is
     * @param otherwise what to say if not
     */
    public static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** Also when this JVM is ended from outside. */
    private void cleanUp() {
        jvms.forEach(ApplicationJvm::kill);
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Trial::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(endOfAll);
        cleanUp();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
