package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** A relay without pipes of its own keeps all its promises. */
class RelayRouteTest {

    @Test
    void switchedOffItIsABufferAndTheContractHolds() {
        String output = ChildJvm.run(WithoutSplice.class, List.of("-Dio.ferronio.disable=splice",
                "-Djunit.jupiter.extensions.autodetection.enabled=true")).succeeded();
        assertTrue(output.contains("the contract holds without splice"), output);
    }

    /** Runs the contract's tests in a JVM where splice is switched off. */
    static final class WithoutSplice {
        private WithoutSplice() {
        }

        public static void main(String[] args) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(RelayTest.class))
                    .filters(EngineFilter.includeEngines("junit-jupiter")).build(), listener);
            listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
            assertEquals(0, listener.getSummary().getTotalFailureCount());
            assertTrue(listener.getSummary().getTestsSucceededCount() > 0);
            assertEquals(0, Counters.snapshot().transfers(Route.SPLICE));
            System.out.println("the contract holds without splice");
        }
    }

    @Test
    void withoutDescriptorsForAPipeItIsABuffer() {
        String output = ChildJvm.runThrough(List.of("prlimit", "--nofile=120"), WithoutDescriptors.class,
                List.of(), TestFiles.newFile(10).toString()).succeeded();
        assertTrue(output.contains("SPLICE BUFFERED SPLICE"), output);
    }

    /** Relays before, while and after there are no descriptors left. */
    static final class WithoutDescriptors {
        private WithoutDescriptors() {
        }

        public static void main(String[] args) throws IOException {
            try (ChannelPair in = ChannelPair.open(ChannelPair.Kind.UNIX);
                    ChannelPair out = ChannelPair.open(ChannelPair.Kind.UNIX);
                    Relay relay = Relay.open(in.source(), out.sink())) {
                String routes = pass(in, relay, out);
                io.ferronio.internal.TransferPipes.closeIdle();
                List<FileChannel> channels = new ArrayList<>();
                try {
                    while (true) {
                        channels.add(FileChannel.open(Path.of(args[0])));
                    }
                } catch (IOException e) {
                    routes += " " + pass(in, relay, out);
                }
                for (FileChannel channel : channels) {
                    channel.close();
                }
                System.out.println(routes + " " + pass(in, relay, out));
            }
        }

        private static String pass(ChannelPair in, Relay relay, ChannelPair out) throws IOException {
            Counters before = Counters.snapshot();
            in.sink().write(ByteBuffer.wrap(new byte[100]));
            assertEquals(100, relay.transfer(1000));
            ChannelBytes.read(out.source(), 100);
            Counters after = Counters.snapshot();
            List<Route> routes = new ArrayList<>();
            for (Route route : Route.values()) {
                if (after.bytes(route) > before.bytes(route)) {
                    routes.add(route);
                }
            }
            assertEquals(1, routes.size());
            return routes.get(0).name();
        }
    }
}
