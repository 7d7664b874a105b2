package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import java.io.PrintWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What goes through buffers can be cancelled as well. */
class CancellationRouteTest {

    @Test
    void withoutTheKernelsWaysEverythingHolds() {
        String output = ChildJvm.run(Buffered.class, List.of("-Dio.ferronio.disable=sendfile,splice,copy_file_range",
                "-Djunit.jupiter.extensions.autodetection.enabled=true")).succeeded();
        assertTrue(output.contains("everything holds in buffers"), output);
    }

    /** Runs the tests where only buffers are left. */
    static final class Buffered {
        private Buffered() {
        }

        public static void main(String[] args) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(CancellationTest.class))
                    .filters(EngineFilter.includeEngines("junit-jupiter")).build(), listener);
            listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
            assertEquals(0, listener.getSummary().getTotalFailureCount());
            assertTrue(listener.getSummary().getTestsSucceededCount() > 0);
            assertEquals(0, Counters.snapshot().transfers(Route.SENDFILE) + Counters.snapshot().transfers(Route.SPLICE));
            System.out.println("everything holds in buffers");
        }
    }
}
