package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every access of Java code to a page that cannot be had gets an error, also those that follow each other at once. */
class RepeatedAccessTest {

    private static String guard() {
        return Capabilities.all().stream().filter(capability -> capability.name().equals("guard")).findFirst()
                .orElseThrow().reason();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
    void everyAccessGetsItsError(String compiler) {
        Assumptions.assumeTrue(guard().contains("each access"), guard());
        ChildJvm.run(RepeatedAccess.class, List.of(compiler)).succeeded();
    }

    /** A class whose initialiser HotSpot's error strikes can never be used again. */
    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
    void anErrorDoesNotStrikeTheFirstBoxing(String compiler) {
        String output = ChildJvm.run(FirstBoxing.class, List.of(compiler)).succeeded();
        assertTrue(output.contains("7 boxes"), output);
    }

    /** Then some of the accesses share an error. */
    @Test
    void singleStepsCanBeSwitchedOff() {
        ChildJvm.Result result =
                ChildJvm.run(RepeatedAccess.class, List.of("-Dio.ferronio.disable=single-steps"));
        assertTrue(result.output().contains("get, truncated: "), result::output);
    }
}
