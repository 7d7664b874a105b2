package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.agent.app.UnmodifiedProgram;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Where the agent cannot work the application runs as without it, and one line says why. */
class AgentFailuresTest {

    private static final int STATUS = 3;

    private final String file = TestFiles.newFile(3000).toString();

    private ChildJvm.Result run(String... options) {
        ChildJvm.Result result = ChildJvm.run(UnmodifiedProgram.class, AgentJvm.alone(options), file,
                Integer.toString(STATUS));
        assertEquals(STATUS, result.exitStatus(), result::output);
        return result;
    }

    private static List<String> linesOfTheAgent(ChildJvm.Result result) {
        return result.output().lines().filter(line -> line.startsWith("ferronio: ")).toList();
    }

    private static String withoutTheAgent(ChildJvm.Result result) {
        return String.join("\n", result.output().lines().filter(line -> !line.startsWith("ferronio: ")).toList());
    }

    private void assertRunsAsWithout(String line, String... options) {
        ChildJvm.Result result = run(options);
        assertEquals(run().output().strip(), withoutTheAgent(result));
        List<String> lines = linesOfTheAgent(result);
        assertEquals(1, lines.size(), result::output);
        assertTrue(lines.get(0).startsWith("ferronio: not in place, all is as without the agent: "), lines::toString);
        assertTrue(lines.get(0).contains(line), lines::toString);
    }

    @Test
    void noLibrary() {
        assertRunsAsWithout("cannot load /nonexistent (named by -Dio.ferronio.library): there is no such file",
                AgentJvm.FLAG, "-Dio.ferronio.library=/nonexistent");
    }

    @Test
    void anUnknownOption() {
        assertRunsAsWithout("no option of the FerroNIO agent: 'nonsense' in 'log,nonsense'", AgentJvm.FLAG + "=log,nonsense");
    }

    /** What a routine does not know how to do is the JDK's, one method at a time. */
    @Test
    void noGuard() {
        ChildJvm.Result result = run(AgentJvm.FLAG + "=report", "-Dio.ferronio.disable=guard");
        assertEquals(new Totals(1, 3000, 0, 0, 1, 0), Totals.in(result.output()), result::output);
    }

    @Test
    void aReportThatCannotBeWritten() {
        ChildJvm.Result result = run(AgentJvm.FLAG + "=report=/nonexistent/report");
        assertTrue(linesOfTheAgent(result).get(0).startsWith("ferronio: cannot write the report to /nonexistent/report: "),
                result::output);
        assertEquals(new Totals(1, 3000, 0, 1, 0, 0), Totals.in(result.output()), result::output);
    }

    /** Each JVM with its own file, and in one file, where both have their lines. */
    @Test
    void reportsInFiles() throws IOException {
        Path folder = TestFiles.newFolder();
        for (int i = 0; i < 2; i++) {
            assertEquals(List.of(), linesOfTheAgent(run(AgentJvm.FLAG + "=report=" + folder + "/one-%p")));
            assertEquals(List.of(), linesOfTheAgent(run(AgentJvm.FLAG + "=report=" + folder + "/all")));
        }
        try (var files = Files.list(folder)) {
            assertEquals(3, files.count());
        }
        List<String> lines = Files.readAllLines(folder.resolve("all"));
        assertEquals(lines.subList(0, lines.size() / 2), lines.subList(lines.size() / 2, lines.size()));
    }

    @Test
    void optionsAreTold() {
        ChildJvm.run(Options.class, List.of()).succeeded();
    }

    /** A program: which options there are, and what is said of others. Nothing is installed by those. */
    static final class Options {
        private Options() {
        }

        private static void refused(String options, String... words) {
            try {
                FerronioAgent.install(options);
                throw new AssertionError("installed with " + options);
            } catch (IllegalArgumentException e) {
                for (String word : words) {
                    if (!e.getMessage().contains(word)) {
                        throw new AssertionError("no '" + word + "'", e);
                    }
                }
            }
            if (FerronioAgent.isInstalled()) {
                throw new AssertionError("installed with " + options);
            }
        }

        private static void taken(String options) {
            if (!FerronioAgent.install(options) || !FerronioAgent.uninstall()) {
                throw new AssertionError(options);
            }
        }

        public static void main(String[] args) {
            FerronioAgent.report(); // There is one before anything is installed.
            String known = "methods=transferTo,transferFrom,map";
            refused("x", "'x' in 'x'", known, "report", "log");
            refused("log,Report", "'Report' in 'log,Report'", known);
            refused("report=", "'report='");
            refused("methods=", "methods=: FileChannel has no such method to take", "there are transferTo,transferFrom,map");
            refused("methods=read", "methods=read");
            refused("methods=map,read", "'read' in 'methods=map,read'");
            refused("transferTo", "'transferTo'");
            refused("guard=some", "'guard=some'");
            for (String options : new String[] {null, "", ",", " log , methods = map".replace(" = ", "="), "methods=map, transferTo,log",
                "methods=transferFrom", "log"}) {
                taken(options);
            }
        }
    }

    /** Deprecated since 17; what the agent may do, its own code source is granted. */
    @Test
    void underASecurityManager() throws IOException {
        Assumptions.assumeTrue(Runtime.version().feature() < 24, "a JDK that has no security manager");
        String few = "grant { permission java.io.FilePermission \"" + file + "\", \"read\";\n"
                + "permission java.lang.RuntimePermission \"exitVM.*\"; };\n";
        String agent = "grant codeBase \"file:" + AgentJvm.JAR + "\" { permission java.security.AllPermission; };\n";
        ChildJvm.Result trusted = run(underPolicy(few + agent, "report").toArray(String[]::new));
        assertEquals(new Totals(1, 3000, 0, 1, 0, 0), Totals.in(trusted.output()), trusted::output);
        ChildJvm.Result untrusted = run(underPolicy(few, "report").toArray(String[]::new));
        assertEquals(1, linesOfTheAgent(untrusted).size(), untrusted::output);
        assertTrue(linesOfTheAgent(untrusted).get(0).contains("AccessControlException"), untrusted::output);
    }

    private static List<String> underPolicy(String text, String options) throws IOException {
        Path policy = Files.writeString(TestFiles.newPath(".policy"), text);
        return new ArrayList<>(List.of(AgentJvm.FLAG + "=" + options, "-Djava.security.manager",
                "-Djava.security.policy==" + policy));
    }
}
