package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The agent's own work needs none of the application's rights. */
@EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "JDK 24 has no security managers (JEP 486)")
class AgentSecurityManagerTest {

    @Test
    void anApplicationThatRestrictsItself() throws Exception {
        Path source = TestFiles.newFile(20_000);
        Path target = TestFiles.newFile(0);
        Path report = TestFiles.newPath(".report");
        Path policy = TestFiles.newPath(".policy");
        Files.writeString(policy, "grant {\n"
                + "  permission java.io.FilePermission \"" + source + "\", \"read\";\n"
                + "  permission java.io.FilePermission \"" + target + "\", \"read,write\";\n"
                + "  permission java.lang.RuntimePermission \"setSecurityManager\";\n};\n");
        List<String> options = List.of("-javaagent:" + System.getProperty("ferronio.test.agent") + "=report=" + report,
                "-Djava.security.manager=allow", "-Djava.security.policy==" + policy);

        String output = ChildJvm.run(RestrictedApplication.class, options, source.toString(), target.toString()).succeeded();

        assertEquals(List.of("transferTo 20000", "transferFrom 20000", "map true", "restricted"),
                output.lines().limit(4).toList(), output);
        String reported = Files.readString(report);
        assertTrue(reported.contains("\nferronio: mappings 2 40000 bytes\n"), reported);
        assertTrue(reported.contains("\nferronio: transfers left to the JDK 0 calls\n"), reported);
    }
}
