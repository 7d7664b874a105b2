package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.internal.TransferPipes;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Which way a transfer takes, as the counters tell it. */
class TransferRouteTest {

    private static final int SIZE = 3000;
    private static final Path FILE = TestFiles.newFile(SIZE);

    private static void assertRoute(Route route, FileChannel source, TransferTarget target) throws Exception {
        long moved = assertRoute(route, () -> Transfers.transferTo(source, 0, 1000, target.channel()));
        assertTrue(target.arrived().length >= moved);
    }

    /** The counters' difference over a transfer. */
    private static long assertRoute(Route route, Callable<Long> transfer) throws Exception {
        Counters before = Counters.snapshot();
        long moved = transfer.call();
        Counters after = Counters.snapshot();
        assertTrue(moved > 0);
        for (Route each : Route.values()) {
            assertEquals(each == route ? 1 : 0, after.transfers(each) - before.transfers(each), each::toString);
            assertEquals(each == route ? moved : 0, after.bytes(each) - before.bytes(each), each::toString);
        }
        return moved;
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
    void toFilesItIsCopyFileRange() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); TransferTarget target = file(StandardOpenOption.WRITE)) {
            assertRoute(Route.COPY_FILE_RANGE, source, target);
        }
    }

    @Test
    void toAppendingFilesItIsABuffer() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); TransferTarget target = file(StandardOpenOption.APPEND)) {
            assertRoute(Route.BUFFERED, source, target);
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
    void toChannelsOfOthersItIsABufferUnlessOneOfTheJdksWouldDo() throws Exception {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(100_000));
                TransferTarget target = TransferTarget.foreign(Integer.MAX_VALUE)) {
            assertRoute(Route.JDK, () -> Transfers.transferTo(source, 0, 8192, target.channel()));
            assertRoute(Route.BUFFERED, () -> Transfers.transferTo(source, 0, 100_000, target.channel()));
            assertRoute(Route.JDK, () -> Transfers.transferTo(source, 95_000, 100_000, target.channel()));
        }
    }

    /** Across filesystems copy_file_range refuses; these two channels are not asked again. */
    @Test
    void acrossFileSystemsItIsSendfile() throws Exception {
        Path memory = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isWritable(memory)
                && !Files.getFileStore(memory).equals(Files.getFileStore(FILE)), "one filesystem only");
        Path file = Files.createTempFile(memory, "ferronio-", ".copy");
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 2; i++) {
                assertRoute(Route.SENDFILE, () -> Transfers.transferTo(source, 0, SIZE, target));
            }
            assertRoute(Route.BUFFERED, () -> Transfers.transferFrom(target, source, 0, SIZE));
        } finally {
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void fromSocketsAndPipesItIsSplice(ChannelPair.Kind kind) throws Exception {
        byte[] content = TestFiles.content(0, 50_000);
        for (StandardOpenOption option : List.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            Path file = TestFiles.newFile(0);
            try (ChannelPair pair = ChannelPair.open(kind); FileChannel target = FileChannel.open(file, option)) {
                pair.sink().write(ByteBuffer.wrap(content));
                pair.sink().close();
                assertRoute(option == StandardOpenOption.WRITE ? Route.SPLICE : Route.BUFFERED,
                        () -> Transfers.transferFrom(target, pair.source(), 0, Long.MAX_VALUE));
                assertArrayEquals(content, Files.readAllBytes(file));
            }
        }
    }

    @Test
    void fromFilesItIsCopyFileRange() throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE);
                FileChannel appending = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.APPEND)) {
            assertRoute(Route.COPY_FILE_RANGE, () -> Transfers.transferFrom(target, source, 0, 1000));
            assertRoute(Route.BUFFERED, () -> Transfers.transferFrom(appending, source, 0, 1000));
            assertEquals(2000, source.position());
        }
    }

    /** No descriptor is left for a pipe of ours: the bytes come all the same. */
    @Test
    void withoutDescriptorsItIsABuffer() throws Exception {
        String output = ChildJvm.run(WithoutDescriptors.class, List.of()).succeeded();
        assertTrue(output.contains("received without a pipe"), output);
    }

    /** Takes all descriptors that this process may have, and receives a file. */
    static final class WithoutDescriptors {
        private WithoutDescriptors() {
        }

        public static void main(String[] args) throws Exception {
            Path file = TestFiles.newFile(0);
            byte[] content = TestFiles.content(0, 50_000);
            assertTrue(Counters.snapshot().transfers(Route.SPLICE) == 0);
            try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP);
                    FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
                pair.sink().write(ByteBuffer.wrap(content));
                assertRoute(Route.SPLICE, () -> Transfers.transferFrom(target, pair.source(), 0, content.length));
                TransferPipes.closeIdle();
                pair.sink().write(ByteBuffer.wrap(content));
                List<FileChannel> all = new ArrayList<>();
                try {
                    while (true) {
                        all.add(FileChannel.open(FILE));
                    }
                } catch (IOException e) {
                    assertTrue(all.size() > 10, e::toString);
                }
                assertRoute(Route.BUFFERED, () -> Transfers.transferFrom(target, pair.source(), 0, content.length));
                for (FileChannel channel : all) {
                    channel.close();
                }
                pair.sink().write(ByteBuffer.wrap(content));
                assertRoute(Route.SPLICE, () -> Transfers.transferFrom(target, pair.source(), 0, content.length));
            }
            System.out.println("received without a pipe");
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

    /** Each route by itself, the two of a row, and all. */
    @ParameterizedTest
    @ValueSource(strings = {"sendfile", "splice", "copy_file_range", "buffered", "sendfile,copy_file_range",
            "sendfile,splice,copy_file_range", "sendfile,splice,copy_file_range,buffered"})
    void theContractHoldsWithoutIt(String routes) {
        String output = ChildJvm.run(Without.class, List.of("-Dio.ferronio.disable=" + routes,
                "-Dferronio.test.tries=60", "-Djunit.jupiter.extensions.autodetection.enabled=true"), routes).succeeded();
        assertTrue(output.contains("the contract holds without " + routes), output);
    }

    /** Runs the contract's tests in a JVM where some routes are switched off. */
    static final class Without {
        private Without() {
        }

        public static void main(String[] args) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(TransferContractTest.class),
                            DiscoverySelectors.selectClass(TransferToDifferentialTest.class),
                            DiscoverySelectors.selectClass(TransferFromDifferentialTest.class))
                    .build(), listener);
            listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
            assertEquals(0, listener.getSummary().getTotalFailureCount());
            assertTrue(listener.getSummary().getTestsSucceededCount() > 15);
            Counters counters = Counters.snapshot();
            for (Route route : Route.values()) {
                boolean isOff = List.of(args[0].split(",")).contains(route.property());
                assertTrue(!isOff || counters.transfers(route) == 0, route::toString);
            }
            assertTrue(counters.transfers(Route.JDK) > 0);
            System.out.println("the contract holds without " + args[0]);
        }
    }
}
