package io.ferronio.agent;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.InPlace;
import io.ferronio.testing.TestFiles;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.console.ConsoleLauncher;

/**
 * The tests that compare our methods with the JDK's, a sample of each: here the JDK's own method without the agent, and
 * then with it. So these also install and uninstall it a thousand times.
 */
class AgentContractTest {

    @ParameterizedTest
    @ValueSource(strings = {"TransferCombinationsTest", "TransferToDifferentialTest", "TransferFromDifferentialTest",
        "DisturbedTransferDifferentialTest", "MapContractTest"})
    void theJdksMethodsDoWhatTheyDidBefore(String test) {
        List<String> options = new ArrayList<>(List.of("-D" + InPlace.PROPERTY + "=true",
                "-Djunit.jupiter.extensions.autodetection.enabled=true"));
        if (System.getProperty("ferronio.test.tries") == null) { // else it is passed on
            options.add("-Dferronio.test.tries=40");
        }
        ChildJvm.run(ConsoleLauncher.class, options, "execute", "--select-class=io.ferronio." + test, "--disable-banner",
                "--disable-ansi-colors", "--details=tree", "--fail-if-no-tests",
                "--config=jqwik.database=" + TestFiles.newPath(".jqwik")).succeeded();
    }
}
