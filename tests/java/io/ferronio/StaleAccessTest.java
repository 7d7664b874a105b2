package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Memory that goes away while it is read, in child JVMs: interpreted, and compiled by either compiler. The
 * JVM lives, and nobody sees anything but the mapping's own bytes and zeros.
 */
class StaleAccessTest {

    @ParameterizedTest
    @CsvSource({"-XX:+TieredCompilation, 200, 200", "-XX:TieredStopAtLevel=1, 200, 100", "-Xint, 20, 1"})
    void unmappedUnderReaders(String compiler, String rounds, String warmUp) {
        String output = ChildJvm.run(StaleReaders.class, List.of(compiler), rounds, warmUp).succeeded();
        assertTrue(output.matches("(?s)\\d+ readers got an error, [1-9]\\d* only zeros\n.*"), output);
    }

    /** A program may preload libjsig, the JDK's own means of chaining signal handlers. */
    @Test
    void unmappedUnderReadersWithChainedSignalHandlers() {
        Path libjsig = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        Assumptions.assumeTrue(Files.exists(libjsig), "this runtime image has no libjsig");
        List<String> preload = List.of("env", "LD_PRELOAD=" + libjsig);
        ChildJvm.runThrough(preload, StaleReaders.class, List.of(), "40", "200").succeeded();
        ChildJvm.runThrough(preload, TruncatedFileReaders.class, List.of(), "200").succeeded();
    }

    @ParameterizedTest
    @CsvSource({"-XX:+TieredCompilation, 200", "-XX:TieredStopAtLevel=1, 100", "-Xint, 1"})
    void truncatedUnderReaders(String compiler, String warmUp) {
        String output = ChildJvm.run(TruncatedFileReaders.class, List.of(compiler), warmUp).succeeded();
        assertTrue(output.matches("(?s)\\d+ readers got an error\n.*"), output);
    }
}
