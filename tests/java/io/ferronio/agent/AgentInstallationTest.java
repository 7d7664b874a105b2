package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.agent.app.SelfInstallingProgram;
import io.ferronio.agent.app.UnmodifiedProgram;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The ways to put the agent in place, once or several times, beside other agents and other copies. */
class AgentInstallationTest {

    private static final Path HOME = Path.of(System.getProperty("java.home"));
    private static final String APPLICATION = "io.ferronio.agent.app";

    private final String file = TestFiles.newFile(3000).toString();

    private static void assertIsTaken(ChildJvm.Result result) {
        assertIsTaken(result.succeeded());
    }

    private static void assertIsTaken(String output) {
        assertTrue(output.contains("sent 3000, "), output);
        assertEquals(new Totals(1, 3000, 0, 1, 0, 0), Totals.in(output), output);
    }

    /** The program has no class of FerroNIO's on its class path, before and after. */
    @Test
    void byTheFlag() {
        assertIsTaken(ChildJvm.run(UnmodifiedProgram.class, AgentJvm.alone(AgentJvm.FLAG + "=report"), file, "0"));
    }

    @Test
    void byTheEnvironment() {
        assertIsTaken(ChildJvm.runThrough(List.of("env", "JAVA_TOOL_OPTIONS=" + AgentJvm.FLAG + "=report"),
                UnmodifiedProgram.class, AgentJvm.alone(), file, "0"));
    }

    /** The flag twice, and the program does it, too: the first one counts, and each of the others says so. */
    @Test
    void twiceIsOnce() {
        String output = ChildJvm.run(SelfInstallingProgram.class, List.of(AgentJvm.FLAG + "=methods=transferTo,report",
                AgentJvm.FLAG), "methods=map,report", file, "0").succeeded();
        assertEquals(new Totals(1, 3000, 0, 0, 0, 0), Totals.in(output), output);
        assertEquals(2, output.lines().filter(line -> line.startsWith("ferronio: in place already, with methods=transferTo,report;"))
                .count(), output);
    }

    @Test
    void byAttachingToAJvmThatRuns() throws Exception {
        Path report = TestFiles.newPath(".report");
        Process process = ChildJvm.start(AttachedProgram.class, file);
        try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            String before = output.readLine() + "\n" + output.readLine();
            String fifo = output.readLine();
            ChildJvm.run(Attaching.class, List.of(), Long.toString(process.pid()), "report=" + report).succeeded();
            Files.writeString(Path.of(fifo), "go on");
            assertEquals(before, String.join("\n", output.lines().toList()));
            assertEquals(0, process.waitFor());
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertEquals(new Totals(1, 3000, 0, 1, 0, 0), Totals.in(Files.readString(report)));
    }

    @Test
    void fromTheProgramItself() {
        assertIsTaken(ChildJvm.run(SelfInstallingProgram.class, List.of("-cp",
                AgentJvm.testClasses() + ":" + AgentJvm.JAR), "report", file, "0"));
    }

    @Test
    void inNamedModules() throws IOException {
        String program = AgentJvm.jarOfPackage(APPLICATION, "application").toString();
        List<String> module = List.of("-cp", "", "-p", program, "-m",
                "application/" + UnmodifiedProgram.class.getName());
        List<String> flag = new ArrayList<>(List.of(AgentJvm.FLAG + "=report"));
        flag.addAll(module);
        assertIsTaken(ChildJvm.run(UnmodifiedProgram.class, flag, file, "0"));

        List<String> both = List.of("-cp", "", "-p", program + ":" + AgentJvm.JAR,
                "--add-modules", "io.ferronio.agent", "-m", "application/" + SelfInstallingProgram.class.getName());
        assertIsTaken(ChildJvm.run(SelfInstallingProgram.class, both, "report", file, "0"));
    }

    /** Not even java.instrument: the program can still do it itself. */
    @Test
    void inARuntimeOfNothingButJavaBase() throws Exception {
        Path jlink = HOME.resolve("bin/jlink");
        Assumptions.assumeTrue(Files.exists(jlink), "a runtime without jlink");
        Path image = TestFiles.newPath(".image");
        assertEquals(0, new ProcessBuilder(jlink.toString(), "--add-modules", "java.base", "--output", image.toString())
                .inheritIO().start().waitFor());
        assertIsTaken(ChildJvm.runOn(image, SelfInstallingProgram.class, List.of("-cp",
                AgentJvm.testClasses() + ":" + AgentJvm.JAR), "report", file, "0"));
    }

    @Test
    void besideAnAgentThatComesBefore() throws IOException {
        String other = "-javaagent:" + AgentJvm.jarOfAgent(OtherAgent.class);
        ChildJvm.run(BesideAnotherAgent.class, List.of(other, AgentJvm.FLAG)).succeeded();
    }

    @Test
    void besideAnAgentThatComesAfter() throws IOException {
        String other = "-javaagent:" + AgentJvm.jarOfAgent(OtherAgent.class);
        ChildJvm.run(BesideAnotherAgent.class, List.of(AgentJvm.FLAG, other)).succeeded();
    }

    @Test
    void besideOtherCopies() {
        String output = AgentJvm.run(SeveralAgents.class, "").succeeded();
        assertFalse(output.contains("not in place"), output);
    }

    @Test
    void whileOtherThreadsTransferAndMap() {
        ChildJvm.run(InstallMeanwhile.class, List.of()).succeeded();
    }

    @Test
    void whatIsMappedCanBeUnmappedByHand() {
        AgentJvm.run(UnmappedByHand.class, "").succeeded();
    }
}
