package io.ferronio.apps;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A JVM in which an application runs: its output, its processor time, its mappings, its end. */
public final class ApplicationJvm {

    /** Much longer than anything takes. */
    private static final long LIMIT_SECONDS = 180;
    /** Of a JVM that ends because of SIGTERM, after its shutdown hooks. */
    private static final int TERMINATED = 128 + 15;
    private static final Pattern MAPPINGS =
            Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +io\\.ferronio\\.internal\\.MappedMemory( |$)");
    private static final int LINES_SHOWN = 40;

    private final String name;
    private final Path log;
    private final Path report;
    private final Process process;
    private final long started = System.nanoTime();
    private final Thread reader;
    /** Guarded by itself. */
    private final List<String> output = new ArrayList<>();

    ApplicationJvm(String name, List<String> command, Path directory, Path log, Path report) throws IOException {
        this.name = name;
        this.log = log;
        this.report = report;
        Files.deleteIfExists(report);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        process = builder.start();
        reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter copy = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.write(line);
                copy.newLine();
                copy.flush();
                synchronized (output) {
                    output.add(line);
                    output.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for a line of its output.
     *
     * @param text what the line holds; it may have been written before
     * @return the line
     * @throws InterruptedException if this thread is interrupted
     */
    public String await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        synchronized (output) {
            for (int next = 0;; next++) {
                while (next == output.size()) {
                    Trial.require(reader.isAlive(), this + " has ended before it said: " + text);
                    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    Trial.require(left > 0, this + " has not said in " + LIMIT_SECONDS + " s: " + text);
                    output.wait(Math.min(left, 100)); // The reader's end wakes nobody.
                }
                if (output.get(next).contains(text)) {
                    return output.get(next);
                }
            }
        }
    }

    /**
     * Writes a line to its standard input.
     *
     * @param line the line
     * @throws IOException if it cannot be written
     */
    public void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /**
     * Time since its start.
     *
     * @return in seconds
     */
    public double age() {
        return (System.nanoTime() - started) / 1e9;
    }

    /**
     * Processor time that it has used, of all threads, in the kernel and outside.
     *
     * @return in seconds; the kernel tells hundredths
     */
    public double processorTime() {
        return process.info().totalCpuDuration().map(Duration::toMillis).orElseThrow() / 1e3;
    }

    /**
     * Bytes of files that are mapped into it at the moment.
     *
     * @param path how the files' paths begin
     * @return bytes, in whole pages
     * @throws IOException if the kernel does not tell
     */
    public long mappedBytes(String path) throws IOException {
        try (Stream<String> mappings = Files.lines(Path.of("/proc/" + process.pid() + "/maps"))) {
            return mappings.filter(mapping -> mapping.contains(" " + path)).mapToLong(mapping -> {
                String[] range = mapping.substring(0, mapping.indexOf(' ')).split("-");
                return Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16);
            }).sum();
        }
    }

    /**
     * Waits until files are not mapped any more. Some mappings may wait for the garbage collector, so that runs.
     *
     * @param path how the files' paths begin
     * @throws IOException if the kernel or the JVM does not tell
     * @throws InterruptedException if this thread is interrupted
     */
    public void awaitUnmapped(String path) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (mappedBytes(path) > 0) {
            Trial.require(System.nanoTime() < end,
                    "%,d bytes of %s... are still mapped in %s".formatted(mappedBytes(path), path, this));
            Management.collectGarbage(process.pid());
        }
    }

    /**
     * Mappings of files that exist at the moment, by the JDK's own count: it counts the agent's as its own.
     *
     * @return their number
     * @throws IOException if the JVM does not tell
     */
    public long mappings() throws IOException {
        return attribute("java.nio:type=BufferPool,name=mapped", "Count");
    }

    /**
     * Those of them that FerroNIO has made: each is an object of its own in the heap. Collects garbage.
     *
     * @return their number
     * @throws IOException if the JVM does not tell
     */
    public long mappingsByFerronio() throws IOException {
        Matcher line = MAPPINGS.matcher(Management.classHistogram(process.pid()));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /**
     * A number that the JVM or the application shows to JMX.
     *
     * @param bean the bean's name
     * @param attribute the attribute
     * @return its value
     * @throws IOException if the JVM does not tell
     */
    public long attribute(String bean, String attribute) throws IOException {
        return Management.attribute(process.pid(), bean, attribute);
    }

    /**
     * Asks it to end (SIGTERM), and waits.
     *
     * @return what the agent reports, nothing if there is none
     * @throws IOException if the report cannot be read
     * @throws InterruptedException if this thread is interrupted
     */
    public AgentReport stop() throws IOException, InterruptedException {
        process.toHandle().destroy(); // Process.destroy would also close its output, which has more to say.
        return end(TERMINATED);
    }

    /**
     * Waits until it ends by itself.
     *
     * @return what the agent reports, nothing if there is none
     * @throws IOException if the report cannot be read
     * @throws InterruptedException if this thread is interrupted
     */
    public AgentReport end() throws IOException, InterruptedException {
        return end(0);
    }

    private AgentReport end(int expected) throws IOException, InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).inheritIO().start().waitFor();
            process.waitFor(2, TimeUnit.SECONDS); // Its threads are in its log then.
            throw new IllegalStateException(this + " has not ended in " + LIMIT_SECONDS + " s");
        }
        reader.join();
        Trial.require(process.exitValue() == expected, this + " has ended with exit status " + process.exitValue());
        return AgentReport.read(report);
    }

    /** Ends it at once (SIGKILL), and waits. */
    public void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public String toString() {
        synchronized (output) {
            List<String> last = output.subList(Math.max(0, output.size() - LINES_SHOWN), output.size());
            return "JVM " + name + " (log: " + log + "; its last lines:\n    | " + String.join("\n    | ", last) + "\n)";
        }
    }
}
