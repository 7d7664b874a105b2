package io.ferronio.internal;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link io.ferronio.CountersMXBean} in the platform's MBean server, each time in a JVM of its own. */
class CountersBeanTest {

    private final String file = TestFiles.newFile(3000).toString();

    @Test
    void registeredByTheProgram() {
        ChildJvm.run(CountersThroughJmx.class, List.of(), "registered", file).succeeded();
    }

    @Test
    void registeredBySeveralCopies() {
        ChildJvm.run(CountersThroughJmx.class, List.of(), "copies", file).succeeded();
    }

    @Test
    void thereByItselfWhereTheJvmWasStartedForIt() {
        ChildJvm.run(CountersThroughJmx.class, List.of("-Dcom.sun.management.jmxremote"), "watched", file).succeeded();
    }
}
