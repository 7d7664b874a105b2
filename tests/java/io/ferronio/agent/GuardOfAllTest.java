package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.agent.GuardedMappings.Part;
import io.ferronio.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The option {@code guard=all}: mappings that the JDK makes end the JVM no more, and are let go of before they go. */
class GuardOfAllTest {

    private static final String JAR = System.getProperty("ferronio.test.agent");
    private static final String FLAG = "-javaagent:" + JAR + "=";

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = {"NONE", "SEGMENT", "EARLIER", "MEANWHILE"})
    void mappingsOfTheJdk(Part part) {
        run(part, FLAG + GuardedMappings.OPTIONS);
    }

    @Test
    void memorySegments() {
        Assumptions.assumeTrue(Runtime.version().feature() >= 22, "before JDK 22 files are not mapped to memory segments");
        run(Part.SEGMENT, FLAG + GuardedMappings.OPTIONS);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = {"EARLIER", "MEANWHILE"})
    void anAgentThatComesLater(Part part) {
        run(part, "-cp", System.getProperty("java.class.path") + ":" + JAR);
    }

    @Test
    void withoutAGuardTheRestWorks() {
        ChildJvm.Result result = ChildJvm.run(GuardedMappings.class, List.of(FLAG + "guard=all",
                "-Dio.ferronio.disable=guard"), "NONE");
        assertTrue(result.output().contains("ferronio: guard=all is not possible: "), result::output);
        assertTrue(result.succeeded().contains("mappings watched 0, 0 now"), result::output);
    }

    private static String run(Part part, String... options) {
        String output = ChildJvm.run(GuardedMappings.class, List.of(options), part.name()).succeeded();
        assertTrue(output.contains("survived"), output);
        return output;
    }
}
