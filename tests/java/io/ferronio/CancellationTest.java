package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A cancellation ends what waits, closes nothing, and no byte is missing from the account.
 * {@link CancellationRouteTest} runs this without the kernel's own ways, too.
 */
class CancellationTest {

    /** More than fits between the ends of any pair. */
    private static final int SIZE = ChannelPair.MORE_THAN_FITS;
    private static final Path FILE = TestFiles.newFile(SIZE);
    private static final byte[] CONTENT = TestFiles.content(0, SIZE);
    private static final int SMALL = 100;

    /** Which part of a transfer does not fit into its target. */
    private enum Part { HEADER, FILE, TRAILER }

    private static Stream<Arguments> targets() {
        List<Arguments> targets = new ArrayList<>();
        for (Carrier carrier : Carrier.values()) {
            for (ChannelPair.Kind kind : List.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE)) {
                for (boolean blocking : new boolean[] {true, false}) {
                    targets.add(Arguments.of(carrier, kind, blocking));
                }
            }
        }
        return targets.stream();
    }

    private static Stream<Arguments> blockingTargets() {
        return targets().filter(arguments -> (boolean) arguments.get()[2])
                .map(arguments -> Arguments.of(arguments.get()[0], arguments.get()[1]));
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Stream.of(parts).mapToInt(part -> part.length).sum());
        Stream.of(parts).forEach(all::put);
        return all.array();
    }

    private static TransferCancelledException cancelled(TransferTask<?> task) {
        return assertThrows(TransferCancelledException.class, task::result);
    }

    /** What cannot be delivered is waited for until somebody cancels; then exactly what was said has arrived. */
    @ParameterizedTest
    @MethodSource("targets")
    void stuckTransferEndsAtOnceAndSaysWhatWasDelivered(Carrier carrier, ChannelPair.Kind kind, boolean blocking)
            throws Exception {
        carrier.assume();
        for (Part part : Part.values()) {
            byte[] header = TestFiles.content(7, part == Part.HEADER ? SIZE : SMALL);
            int count = part == Part.FILE ? SIZE : SMALL;
            byte[] trailer = TestFiles.content(9, part == Part.TRAILER ? SIZE : SMALL);
            byte[] all = concatenated(header, Arrays.copyOf(CONTENT, count), trailer);
            List<Long> told = new ArrayList<>();
            Cancellation cancellation = new Cancellation();
            try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(kind)) {
                ((SelectableChannel) pair.sink()).configureBlocking(blocking);
                Transfer plan = Transfer.from(source, 0, count).to(pair.sink()).header(ByteBuffer.wrap(header))
                        .trailer(ByteBuffer.wrap(trailer)).onProgress(told::add).cancelledBy(cancellation);
                boolean[] interrupted = new boolean[1];
                TransferTask<TransferResult> run = TransferTask.start(carrier, () -> {
                    try {
                        return plan.run();
                    } finally {
                        interrupted[0] = Thread.currentThread().isInterrupted();
                    }
                });
                run.awaitWaiting();
                cancellation.cancel();
                TransferCancelledException e = cancelled(run);

                assertFalse(interrupted[0]);
                assertTrue(source.isOpen() && pair.sink().isOpen());
                assertEquals(0, e.undelivered());
                int delivered = (int) e.delivered();
                assertTrue(delivered < all.length, e::getMessage);
                if (delivered > 0) {
                    assertEquals(delivered, told.get(told.size() - 1));
                }
                // The rest, by the same channels: nothing is there twice, nothing is missing.
                TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
                ((SelectableChannel) pair.sink()).configureBlocking(true);
                writeAll(pair.sink(), Arrays.copyOfRange(all, delivered, all.length));
                pair.sink().close();
                assertArrayEquals(all, reader.result());
            }
        }
    }

    private static void writeAll(WritableByteChannel target, byte[] bytes) throws IOException {
        for (ByteBuffer buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining();) {
            target.write(buffer);
        }
    }

    /** From a source that is silent after some bytes: they are in the file, and what comes later is not taken. */
    @ParameterizedTest
    @MethodSource("targets")
    void transferThatWaitsForItsSourceEndsAtOnce(Carrier carrier, ChannelPair.Kind kind, boolean blocking)
            throws Exception {
        carrier.assume();
        Path file = TestFiles.newFile(0);
        try (FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE);
                ChannelPair pair = ChannelPair.open(kind)) {
            ((SelectableChannel) pair.source()).configureBlocking(blocking);
            Cancellation cancellation = new Cancellation();
            TransferTask<TransferResult> run = TransferTask.start(carrier,
                    Transfer.from(pair.source(), Long.MAX_VALUE).to(target, 0).cancelledBy(cancellation)::run);
            writeAll(pair.sink(), Arrays.copyOf(CONTENT, 20_000));
            assertTrue(Eventually.afterOneCollection(() -> file.toFile().length() == 20_000));
            run.awaitWaiting();
            cancellation.cancel();
            TransferCancelledException e = cancelled(run);
            assertEquals(20_000, e.delivered());
            assertEquals(0, e.undelivered());
            ((SelectableChannel) pair.source()).configureBlocking(true);
            writeAll(pair.sink(), new byte[] {1, 2, 3});
            assertArrayEquals(new byte[] {1, 2, 3}, ChannelBytes.read(pair.source(), 3));
            assertTrue(target.isOpen());
        }
        assertArrayEquals(Arrays.copyOf(CONTENT, 20_000), Files.readAllBytes(file));
    }

    /** From stream to stream, one of them silent or full; and to a channel of somebody's. */
    @ParameterizedTest
    @MethodSource("targets")
    void everyByteBetweenTwoStreamsIsAccountedFor(Carrier carrier, ChannelPair.Kind kind, boolean blocking)
            throws Exception {
        carrier.assume();
        for (boolean full : new boolean[] {false, true}) {
            try (ChannelPair from = ChannelPair.open(kind); ChannelPair to = ChannelPair.open(kind)) {
                ((SelectableChannel) from.source()).configureBlocking(blocking);
                ((SelectableChannel) to.sink()).configureBlocking(blocking);
                TransferTask<Integer> writer = TransferTask.start(() -> {
                    ByteBuffer bytes = ByteBuffer.wrap(CONTENT, 0, full ? SIZE : SMALL);
                    while (bytes.hasRemaining()) {
                        from.sink().write(bytes);
                    }
                    return bytes.position();
                });
                Cancellation cancellation = new Cancellation();
                TransferTask<TransferResult> run = TransferTask.start(carrier,
                        Transfer.from(from.source(), Long.MAX_VALUE).to(to.sink()).cancelledBy(cancellation)::run);
                if (!full) {
                    assertArrayEquals(Arrays.copyOf(CONTENT, SMALL), ChannelBytes.read(to.source(), SMALL));
                }
                run.awaitWaiting();
                cancellation.cancel();
                TransferCancelledException e = cancelled(run);
                // What has arrived, what was lost, and what the source still has are everything.
                to.sink().close();
                int arrived = full ? ChannelBytes.readAll(to.source()).length : SMALL;
                assertEquals(arrived, e.delivered());
                ((SelectableChannel) from.source()).configureBlocking(true);
                TransferTask<byte[]> rest = TransferTask.start(() -> ChannelBytes.readAll(from.source()));
                int written = writer.result();
                from.sink().close();
                int next = (int) (e.delivered() + e.undelivered());
                assertArrayEquals(Arrays.copyOfRange(CONTENT, next, written), rest.result());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void silentSourceOfAnyOtherTargetIsNotReadFrom(Carrier carrier) throws Exception {
        carrier.assume();
        WritableByteChannel target = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer source) {
                throw new IllegalStateException("nothing was to be written");
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new IllegalStateException("nobody was to close it");
            }
        };
        try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            Cancellation cancellation = new Cancellation();
            TransferTask<TransferResult> run = TransferTask.start(carrier,
                    Transfer.from(pair.source(), 10).to(target).cancelledBy(cancellation)::run);
            run.awaitWaiting();
            cancellation.cancel();
            assertEquals(0, cancelled(run).delivered());
        }
    }

    @Test
    void cancelledBeforeItBeginsDoesNothing() throws Exception {
        Cancellation cancellation = new Cancellation();
        assertFalse(cancellation.isCancelled());
        cancellation.cancel();
        cancellation.cancel();
        assertTrue(cancellation.isCancelled());
        Path copy = TestFiles.newPath(".copy");
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.PIPE);
                Relay relay = Relay.open(pair.source(), pair.sink())) {
            writeAll(pair.sink(), new byte[] {5});
            List<Callable<?>> operations = List.of(
                    Transfer.from(source, 0, 1).to(pair.sink()).onProgress(bytes -> assertEquals(-1, bytes))
                            .cancelledBy(cancellation)::run,
                    Transfer.from(pair.source(), 1).to(pair.sink()).cancelledBy(cancellation)::run,
                    () -> relay.transfer(1, cancellation),
                    FileCopy.of(FILE, copy).cancelledBy(cancellation)::run);
            for (Callable<?> operation : operations) {
                TransferCancelledException e =
                        assertThrows(TransferCancelledException.class, operation::call);
                assertEquals("cancelled: 0 bytes were delivered", e.getMessage());
                assertEquals(0, e.delivered() + e.undelivered());
            }
            assertFalse(Files.exists(copy));
            assertArrayEquals(new byte[] {5}, ChannelBytes.read(pair.source(), 1));
            assertEquals(0, relay.transfer(0, cancellation));
        }
    }

    /** At about the end: it is complete and says so, or is not and says how far it has come. */
    @ParameterizedTest
    @EnumSource
    void cancelledJustAtTheEnd(Carrier carrier) throws Exception {
        carrier.assume();
        try (FileChannel source = FileChannel.open(FILE)) {
            for (int round = 0; round < 200; round++) {
                try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX)) {
                    int count = 40_000 + round;
                    Cancellation cancellation = new Cancellation();
                    Transfer plan = Transfer.from(source, 0, count).to(pair.sink()).cancelledBy(cancellation);
                    TransferTask<TransferResult> run = TransferTask.start(carrier, plan::run);
                    TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
                    for (int i = 0; i < round; i++) {
                        Thread.onSpinWait();
                    }
                    cancellation.cancel();
                    long delivered;
                    try {
                        delivered = run.result().bytes();
                        assertEquals(count, delivered);
                    } catch (TransferCancelledException e) {
                        delivered = e.delivered();
                    }
                    cancellation.cancel();
                    pair.sink().close();
                    assertArrayEquals(Arrays.copyOf(CONTENT, (int) delivered), reader.result());
                }
            }
        }
    }

    @Test
    void progressCanCancelAndIsToldOnceMore() throws Exception {
        Path file = TestFiles.newFile(20 << 20);
        Cancellation cancellation = new Cancellation();
        List<Long> told = new ArrayList<>();
        try (FileChannel source = FileChannel.open(file);
                FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
            Transfer plan = Transfer.from(source, 0, Long.MAX_VALUE).to(target, 0).cancelledBy(cancellation)
                    .onProgress(bytes -> {
                        told.add(bytes);
                        cancellation.cancel();
                    });
            TransferCancelledException e = assertThrows(TransferCancelledException.class, plan::run);
            assertEquals(List.of(e.delivered()), told);
            assertEquals(e.delivered(), target.size());
            assertTrue(e.delivered() <= 4 << 20, e::getMessage);
        }
    }

    @Test
    void oneCancellationEndsAll() throws Exception {
        Cancellation cancellation = new Cancellation();
        List<ChannelPair> pairs = new ArrayList<>();
        List<TransferTask<TransferResult>> runs = new ArrayList<>();
        try (FileChannel source = FileChannel.open(FILE)) {
            for (int i = 0; i < 20; i++) {
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX);
                pairs.add(pair);
                runs.add(TransferTask.start(Transfer.from(source, 0, SIZE).to(pair.sink()).cancelledBy(cancellation)::run));
            }
            runs.forEach(TransferTask::awaitWaiting);
            cancellation.cancel();
            for (TransferTask<TransferResult> run : runs) {
                cancelled(run);
            }
        } finally {
            for (ChannelPair pair : pairs) {
                pair.close();
            }
        }
    }

    /** What is under way stays in the relay, and the next call goes on with it. */
    @ParameterizedTest
    @MethodSource("blockingTargets")
    void relayGoesOnAfterACancellation(Carrier carrier, ChannelPair.Kind kind) throws Exception {
        carrier.assume();
        try (ChannelPair from = ChannelPair.open(kind); ChannelPair to = ChannelPair.open(kind);
                Relay relay = Relay.open(from.source(), to.sink())) {
            Cancellation silent = new Cancellation();
            TransferTask<Long> waiting = TransferTask.start(carrier, () -> relay.transfer(Long.MAX_VALUE, silent));
            waiting.awaitWaiting();
            silent.cancel();
            assertEquals(0, cancelled(waiting).undelivered());

            TransferTask<Void> writer = TransferTask.start(() -> {
                writeAll(from.sink(), CONTENT);
                from.sink().close();
                return null;
            });
            Cancellation full = new Cancellation();
            TransferTask<Long> stuck = TransferTask.start(carrier, () -> passOn(relay, full));
            stuck.awaitWaiting(() -> relay.pending() > 0);
            full.cancel();
            long delivered = stuck.result();
            assertTrue(from.source().isOpen() && to.sink().isOpen());

            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(to.source()));
            Cancellation none = new Cancellation();
            for (long n; (n = relay.transfer(Long.MAX_VALUE, none)) >= 0;) {
                delivered += n;
            }
            assertEquals(SIZE, delivered);
            writer.result();
            to.sink().close();
            assertArrayEquals(CONTENT, reader.result());
        }
    }

    /** Until it is cancelled: what was delivered. */
    private static long passOn(Relay relay, Cancellation cancellation) throws IOException {
        long delivered = 0;
        try {
            for (long n; (n = relay.transfer(Long.MAX_VALUE, cancellation)) >= 0;) {
                delivered += n;
            }
            throw new AssertionError("the end after " + delivered + " bytes");
        } catch (TransferCancelledException e) {
            assertEquals(0, e.delivered());
            assertEquals(relay.pending(), e.undelivered());
            return delivered;
        }
    }

    @Test
    void copyThatIsCancelledLeavesNothing() throws Exception {
        Path folder = TestFiles.newFolder();
        Path source = TestFiles.newFile(30 << 20);
        Path target = Files.writeString(folder.resolve("target"), "what it was");
        Cancellation cancellation = new Cancellation();
        List<Long> told = new ArrayList<>();
        FileCopy plan = FileCopy.of(source, target, StandardCopyOption.REPLACE_EXISTING).cancelledBy(cancellation)
                .onProgress(bytes -> {
                    told.add(bytes);
                    cancellation.cancel();
                });
        TransferCancelledException e = assertThrows(TransferCancelledException.class, plan::run);
        assertEquals(0, e.delivered());
        assertEquals(1, told.size());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(target), files.toList());
        }
        assertEquals("what it was", Files.readString(target));
    }

    @Test
    void copyTellsHowFarItIs() throws Exception {
        Path source = TestFiles.newFile(10 << 20);
        Path target = TestFiles.newPath(".copy");
        List<Long> told = new ArrayList<>();
        FileCopy plan = FileCopy.of(source, target).onProgress(told::add).cancelledBy(new Cancellation());
        assertEquals(10 << 20, plan.run().bytes());
        assertEquals(10L << 20, told.get(told.size() - 1));
        assertEquals(told.stream().sorted().distinct().toList(), told);
        assertEquals(-1, Files.mismatch(source, target));
        assertEquals("FileCopy of " + source + " to " + target, plan.toString());
    }

    @Test
    void nullIsRefusedAtOnce() throws Exception {
        try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.PIPE);
                Relay relay = Relay.open(pair.source(), pair.sink())) {
            ReadableByteChannel source = pair.source();
            assertThrows(NullPointerException.class, () -> Transfer.from(source, 1).cancelledBy(null));
            assertThrows(NullPointerException.class, () -> relay.transfer(1, null));
            assertThrows(NullPointerException.class, () -> FileCopy.of(FILE, FILE).cancelledBy(null));
            assertThrows(NullPointerException.class, () -> FileCopy.of(FILE, FILE).onProgress(null));
            assertThrows(NullPointerException.class, () -> FileCopy.of(FILE, null));
        }
    }
}
