package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Regions that are resized and closed while eight threads use them, in child JVMs: interpreted, and compiled by either
 * compiler. The system property {@code ferronio.test.rounds} says how often instead: 10000 takes many minutes, for which
 * {@code ferronio.test.limitSeconds} is to be raised.
 */
class MappedRegionConcurrencyTest {

    @ParameterizedTest
    @CsvSource({"-XX:+TieredCompilation, 600, 20", "-XX:TieredStopAtLevel=1, 300, 10", "-Xint, 60, 4",
        "-XX:+TieredCompilation, 300, 300"})
    void resizedAndClosedUnderReaders(String compiler, String resizes, String closes) {
        String rounds = System.getProperty("ferronio.test.rounds");
        String output = rounds == null ? ChildJvm.run(ResizedReaders.class, List.of(compiler), resizes, closes).succeeded()
                : ChildJvm.run(ResizedReaders.class, List.of(compiler), rounds, rounds).succeeded();
        assertTrue(output.matches("(?s)[1-9]\\d* resizes, [1-9]\\d* right, [1-9]\\d* closed, .*"), output);
    }
}
