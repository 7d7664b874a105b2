package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.examples.CrashDrill;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example: a program whose mapped file is truncated ends the JVM, and with the agent it does not. */
class CrashDrillTest {

    @Test
    void endsTheJvmByItself() {
        // It leaves its file behind: nobody is left to delete it.
        ChildJvm.Result result = ChildJvm.run(CrashDrill.class, List.of("-Djava.io.tmpdir=" + TestFiles.newFolder()));
        assertNotEquals(0, result.exitStatus(), result::output);
        assertTrue(result.output().contains("truncated by another process: done"), result::output);
        assertTrue(result.output().contains("SIGBUS"), result::output);
        assertFalse(result.output().contains("alive"), result::output);
    }

    @Test
    void livesWithTheAgentAndIsTold() {
        String output = AgentJvm.run(CrashDrill.class, "report").succeeded();
        assertTrue(output.lines().anyMatch("alive"::equals), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("ferronio: fault in /.*/drill-.*, 67108864 bytes mapped: .*"
                + " could not be had, .*: the file was truncated to 0 bytes")), output);
        assertTrue(Totals.in(output).faults() > 0, output);
    }
}
