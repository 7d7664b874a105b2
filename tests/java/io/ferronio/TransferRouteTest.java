package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Which way a transfer takes, as the counters tell it. */
class TransferRouteTest {

    private static final int SIZE = 3000;
    private static final Path FILE = TestFiles.newFile(SIZE);

    /** The counters' difference over a transfer. */
    private static void assertRoute(Route route, FileChannel source, TransferTarget target) throws Exception {
        Counters before = Counters.snapshot();
        long moved = Transfers.transferTo(source, 0, 1000, target.channel());
        Counters after = Counters.snapshot();
        assertTrue(moved > 0);
        for (Route each : Route.values()) {
            assertEquals(each == route ? 1 : 0, after.transfers(each) - before.transfers(each), each::toString);
            assertEquals(each == route ? moved : 0, after.bytes(each) - before.bytes(each), each::toString);
        }
        assertTrue(target.arrived().length >= moved);
    }

    @ParameterizedTest
    @EnumSource
    void toSocketsAndPipesItIsSendfile(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                TransferTarget target = TransferTarget.readLater(ChannelPair.open(kind))) {
            assertRoute(Route.SENDFILE, source, target);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void inNonBlockingModeToo(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                TransferTarget target = TransferTarget.readLater(ChannelPair.open(kind).nonBlocking())) {
            assertRoute(Route.SENDFILE, source, target);
        }
    }

    private static TransferTarget file(StandardOpenOption option) throws IOException {
        Path file = TestFiles.newFile(0);
        return TransferTarget.file(FileChannel.open(file, option), file);
    }

    @Test
    void toFilesItIsSendfile() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); TransferTarget target = file(StandardOpenOption.WRITE)) {
            assertRoute(Route.SENDFILE, source, target);
        }
    }

    @Test
    void toAppendingFilesItIsTheJdk() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); TransferTarget target = file(StandardOpenOption.APPEND)) {
            assertRoute(Route.JDK, source, target);
        }
    }

    @Test
    void toTheSourceItselfItIsTheJdk() throws Exception {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                TransferTarget target = TransferTarget.file(source.position(SIZE), file)) {
            assertRoute(Route.JDK, source, target);
        }
    }

    @Test
    void toChannelsOfOthersItIsTheJdk() throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                TransferTarget target = TransferTarget.foreign(Integer.MAX_VALUE)) {
            assertRoute(Route.JDK, source, target);
        }
    }

    @Test
    void fromChannelsOfOthersItIsTheJdk() throws Exception {
        try (FileChannel source = new ChannelDelegate(FileChannel.open(FILE));
                TransferTarget target = TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.TCP))) {
            assertRoute(Route.JDK, source, target);
        }
    }

    @Test
    void callsThatFailAreNotCounted() throws IOException {
        Counters before = Counters.snapshot();
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.PIPE)) {
            assertThrows(IllegalArgumentException.class, () -> Transfers.transferTo(source, -1, 1, pair.sink()));
            pair.source().close();
            assertThrows(IOException.class, () -> Transfers.transferTo(source, 0, 1, pair.sink()));
            pair.sink().close();
            assertThrows(ClosedChannelException.class, () -> Transfers.transferTo(source, 0, 1, pair.sink()));
        }
        Counters after = Counters.snapshot();
        for (Route route : Route.values()) {
            assertEquals(before.transfers(route), after.transfers(route));
            assertEquals(before.bytes(route), after.bytes(route));
        }
    }

    @Test
    void messageIsTheKernelsTextAndTheCauseNamesTheCall() throws IOException {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.PIPE)) {
            pair.source().close();
            IOException e = assertThrows(IOException.class, () -> Transfers.transferTo(source, 7, 1000, pair.sink()));
            assertEquals("Broken pipe", e.getMessage());
            String call = e.getCause().getMessage();
            assertTrue(call.matches("sendfile.* position 7, 1000 bytes, .*Broken pipe \\(errno 32\\)"), call);
        }
    }

    @Test
    void switchedOffItIsAlwaysTheJdkAndTheContractHolds() {
        String output = ChildJvm.run(WithoutSendfile.class, List.of("-Dio.ferronio.disable=sendfile",
                "-Djunit.jupiter.extensions.autodetection.enabled=true")).succeeded();
        assertTrue(output.contains("the contract holds without sendfile"), output);
    }

    /** Runs the contract's tests in a JVM where sendfile is switched off. */
    static final class WithoutSendfile {
        private WithoutSendfile() {
        }

        public static void main(String[] args) throws IOException {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(TransferContractTest.class))
                    .filters(EngineFilter.includeEngines("junit-jupiter")).build(), listener);
            listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
            assertEquals(0, listener.getSummary().getTotalFailureCount());
            assertTrue(listener.getSummary().getTestsSucceededCount() > 0);

            try (FileChannel source = FileChannel.open(FILE);
                    ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
                assertEquals(1000, Transfers.transferTo(source, 0, 1000, pair.sink()));
                assertEquals(1000, ChannelBytes.read(pair.source(), 1000).length);
            }
            Counters counters = Counters.snapshot();
            assertEquals(0, counters.transfers(Route.SENDFILE));
            assertTrue(counters.transfers(Route.JDK) > 0);
            System.out.println("the contract holds without sendfile");
        }
    }
}
