package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.OptionalParts;
import io.ferronio.testing.Probe;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The library on the class path and as a module, in runtimes with and without jdk.jfr and java.management. */
class SmallRuntimeTest {

    private static final Path HOME = Path.of(System.getProperty("java.home"));
    private static final String CORE = System.getProperty("ferronio.test.core");
    private static final String FILE = TestFiles.newFile(20_000).toString();

    private static void assertWorksWithout(Path home, String module, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        Map<String, String> report = Probe.parse(ChildJvm.runOn(home, Probe.class, all, FILE).succeeded());
        assertEquals(List.of("", "SENDFILE", "FerroNIO", "works"),
                List.of(report.get("cause"), report.get("socket"), report.get("map"), report.get("unmap")));
        all.add("-Xlog:class+load");
        String output = ChildJvm.runOn(home, OptionalParts.class, all, FILE).succeeded();
        assertTrue(output.contains("module=" + module + "\n"), output);
        assertTrue(output.contains("bean=java.lang.UnsupportedOperationException: "), output);
        assertTrue(output.contains("--add-modules java.management"), output);
        assertTrue(output.contains(" io.ferronio.internal.Trace "), output);
        assertTrue(output.contains("report=came\n"), output);
        for (String missing : List.of("TransferEvent", "MappingFaultEvent", "FlightRecording", "CountersBean")) {
            assertFalse(output.contains("io.ferronio.internal." + missing), missing);
        }
    }

    private static void assertWorksWith(String module, String... options) throws IOException {
        Path recording = TestFiles.newPath(".jfr");
        List<String> all = new ArrayList<>(List.of("-XX:StartFlightRecording:filename=" + recording));
        all.addAll(Arrays.asList(options));
        String output = ChildJvm.run(OptionalParts.class, all, FILE).succeeded();
        assertTrue(output.contains("module=" + module + "\n"), output);
        assertTrue(output.contains("bean=io.ferronio:type=Counters"), output);
        assertTrue(output.contains("report=came\n"), output);
        List<String> events = RecordingFile.readAllEvents(recording).stream()
                .map(event -> event.getEventType().getName()).filter(name -> name.startsWith("io.ferronio.")).sorted().toList();
        Files.delete(recording);
        assertEquals(List.of("io.ferronio.MappingFault", "io.ferronio.Transfer"), events);
    }

    @Test
    void onTheClassPath() throws IOException {
        assertWorksWith("null");
        assertWorksWithout(HOME, "null", "--limit-modules=java.base");
    }

    @Test
    void asAModule() throws IOException {
        assertWorksWith("io.ferronio", "-p", CORE, "--add-modules=io.ferronio");
        assertWorksWithout(HOME, "io.ferronio",
                "-p", CORE, "--add-modules=io.ferronio", "--limit-modules=java.base,io.ferronio");
    }

    @Test
    void linkedWithNothingElse() throws Exception {
        Path jlink = HOME.resolve("bin/jlink");
        Assumptions.assumeTrue(Files.exists(jlink), "a runtime without jlink");
        Path image = TestFiles.newPath(".image");
        Process process = new ProcessBuilder(jlink.toString(), "-p", CORE, "--add-modules", "io.ferronio",
                "--output", image.toString()).inheritIO().start();
        assertEquals(0, process.waitFor());
        assertWorksWithout(image, "io.ferronio", "--add-modules=io.ferronio");
    }
}
