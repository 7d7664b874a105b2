package io.ferronio.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ferronio.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a user calls it: what it prints, and its exit status. */
class CommandLineTest {

    @TempDir
    private Path folder;

    @Test
    void doctorTellsMachineCapabilitiesAndFileSystem() {
        String output = ferronio("doctor", folder.toString()).succeeded();
        assertTrue(output.contains(System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version")), output);
        assertTrue(output.contains("Linux " + System.getProperty("os.version")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("yes +file to socket +sendfile, else buffered")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("yes +guard .*")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("yes +drop-in +the agent can .* transferTo, transferFrom, map")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("yes +send from its files +by sendfile64")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("yes +map its files +mapped, read and unmapped")), output);
        assertTrue(output.lines().count() < 60, "to be read in ten seconds:\n" + output);
        assertEquals(0, folder.toFile().list().length, "doctor left something behind");
    }

    @Test
    void doctorPrintsJson() {
        JsonObject report = json(ferronio("doctor", "--json", folder.toString()).succeeded());
        assertEquals(List.of("FerroNIO", "JDK", "kernel", "capabilities", "fileSystem", "fileSystemTrials"),
                new ArrayList<>(report.keySet()));
        JsonObject library = find(report, "native library");
        assertTrue(library.get("available").getAsBoolean());
        assertFalse(library.get("reason").getAsString().isEmpty());
    }

    @Test
    void doctorSaysWhyThereIsNoLibraryAndFails() {
        ChildJvm.Result result = ChildJvm.run(Main.class, List.of("-Dio.ferronio.library=/nonexistent.so"),
                "doctor", "--json", folder.toString());
        assertEquals(1, result.exitStatus(), result.output());
        JsonObject report = json(result.output());
        assertTrue(find(report, "native library").get("reason").getAsString().contains("there is no such file"));
        JsonObject socket = find(report, "file to socket");
        assertFalse(socket.get("available").getAsBoolean());
        assertEquals("no native library; instead: the JDK's method", socket.get("reason").getAsString());
    }

    @Test
    void doctorSaysWhatWasSwitchedOff() {
        JsonObject report = json(ChildJvm.run(Main.class, List.of("-Dio.ferronio.disable=guard"),
                "doctor", "--json", folder.toString()).succeeded());
        assertTrue(find(report, "guard").get("reason").getAsString()
                .startsWith("it is switched off by -Dio.ferronio.disable=guard"), report::toString);
        assertFalse(find(report, "mapped regions").get("available").getAsBoolean());
        assertTrue(find(report, "file to socket").get("available").getAsBoolean());
    }

    @Test
    void demoShowsThreeWaysAndAMappingThatIsGone() throws IOException {
        Path file = folder.resolve("input");
        byte[] bytes = new byte[3 << 20 | 12345];
        new Random(7).nextBytes(bytes);
        Files.write(file, bytes);
        String output = ferronio("demo", "--file", file.toString()).succeeded();
        assertEquals(3, output.lines().filter(line -> line.endsWith("agrees")).count(), output);
        assertTrue(output.lines().anyMatch(line -> line.startsWith("Transfers.transferTo") && line.contains("SENDFILE")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("mapped, digest agrees +3,0\\d\\d KiB .*")), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("after close\\(\\) +0 KiB .*")), output);
        assertTrue(output.contains("java.lang.InternalError") || output.contains("returned 0"), output);
        // The log's warning of the fault, from a thread of its own, may come before it or after it.
        assertTrue(output.lines().anyMatch("All digests agree, and the JVM is alive."::equals), output);
        assertTrue(Files.exists(file), "a user's file is not ours to delete");
    }

    @Test
    void wrongUseIsToldWithAnExitStatus() throws IOException {
        ChildJvm.Result result = ferronio("demo", "--file", folder.resolve("missing").toString());
        assertEquals(1, result.exitStatus(), result.output());
        assertTrue(result.output().contains("missing"), result.output());
        Path empty = Files.createFile(folder.resolve("empty"));
        for (Path useless : List.of(empty, folder)) {
            result = ferronio("demo", "--file", useless.toString());
            assertEquals(1, result.exitStatus(), result.output());
            assertEquals(1, result.output().lines().count(), result.output());
            assertTrue(result.output().contains(useless == folder ? "no regular file" : "is empty"), result.output());
        }
        assertEquals(2, ferronio("doctor", "--nonsense").exitStatus());
        assertTrue(ferronio("--help").succeeded().contains("doctor"));
    }

    @Test
    void theJarRunsByItselfAndWithoutAWarning() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar", System.getProperty("ferronio.test.cli"), "doctor", "--json", folder.toString())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.startsWith("{"), output);
        assertNotEquals("", json(output).get("FerroNIO").getAsString());
    }

    private static ChildJvm.Result ferronio(String... arguments) {
        return ChildJvm.run(Main.class, List.of(), arguments);
    }

    /** The report, behind what -Xcheck:jni may have printed before it. */
    private static JsonObject json(String output) {
        int start = output.startsWith("{") ? 0 : output.indexOf("\n{") + 1;
        return JsonParser.parseString(output.substring(start)).getAsJsonObject();
    }

    private static JsonObject find(JsonObject report, String name) {
        for (JsonElement capability : report.getAsJsonArray("capabilities")) {
            if (capability.getAsJsonObject().get("name").getAsString().equals(name)) {
                return capability.getAsJsonObject();
            }
        }
        throw new AssertionError("no capability " + name + " in " + report);
    }
}
