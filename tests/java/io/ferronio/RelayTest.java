package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.internal.TransferPipes;
import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.RelaySource;
import io.ferronio.testing.RelayTarget;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a relay promises, for every kind of channel. {@link RelayRouteTest} runs this without splice(2), too. */
class RelayTest {

    private static final int SIZE = 700_001;
    private static final Route BEST = System.getProperty("io.ferronio.disable", "").contains("splice")
            ? Route.BUFFERED : Route.SPLICE;

    private static Stream<Arguments> everyPair() {
        List<Arguments> pairs = new ArrayList<>();
        for (Carrier carrier : Carrier.values()) {
            for (RelaySource.Kind source : RelaySource.Kind.values()) {
                for (RelayTarget.Kind target : RelayTarget.Kind.values()) {
                    pairs.add(Arguments.of(carrier, source, target));
                }
            }
        }
        return pairs.stream();
    }

    private static long relayAll(Relay relay, long count) throws IOException {
        long all = 0;
        for (long n; (n = relay.transfer(count)) >= 0;) {
            all += n;
        }
        assertEquals(0, relay.pending());
        assertEquals(-1, relay.transfer(count));
        return all;
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everythingComesOut(Carrier carrier, RelaySource.Kind from, RelayTarget.Kind to) throws Exception {
        carrier.assume();
        Counters before = Counters.snapshot();
        try (RelaySource source = RelaySource.of(from, SIZE); RelayTarget target = RelayTarget.of(to);
                Relay relay = Relay.open(source.channel(), target.channel())) {
            TransferTask<Long> task = TransferTask.start(carrier, () -> relayAll(relay, Long.MAX_VALUE));
            assertEquals(SIZE, task.result());
            assertArrayEquals(TestFiles.content(0, SIZE), target.arrived());
        }
        Counters after = Counters.snapshot();
        Route route = from.isSpliced() && to.isSpliced() ? BEST : Route.BUFFERED;
        assertEquals(SIZE, after.bytes(route) - before.bytes(route), route::name);
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void bothTargetsGetEverything(Carrier carrier, RelaySource.Kind from, RelayTarget.Kind to) throws Exception {
        carrier.assume();
        for (RelayTarget.Kind second : List.of(RelayTarget.Kind.UNIX, RelayTarget.Kind.FILE)) {
            try (RelaySource source = RelaySource.of(from, SIZE); RelayTarget target = RelayTarget.of(to);
                    RelayTarget copy = RelayTarget.of(second);
                    Relay relay = Relay.open(source.channel(), target.channel(), copy.channel())) {
                TransferTask<Long> task = TransferTask.start(carrier, () -> relayAll(relay, 50_000));
                assertEquals(SIZE, task.result());
                assertArrayEquals(TestFiles.content(0, SIZE), target.arrived());
                assertArrayEquals(TestFiles.content(0, SIZE), copy.arrived());
            }
        }
    }

    /** Two connections with a relay between: what is written to {@code in.sink()} comes out of {@code out.source()}. */
    private record Line(ChannelPair in, ChannelPair out, Relay relay) implements AutoCloseable {
        static Line open(ChannelPair.Kind kind) throws IOException {
            ChannelPair in = ChannelPair.open(kind);
            ChannelPair out = ChannelPair.open(kind);
            return new Line(in, out, Relay.open(in.source(), out.sink()));
        }

        Line nonBlocking() throws IOException {
            ((SelectableChannel) in.source()).configureBlocking(false);
            out.nonBlocking();
            return this;
        }

        void write(byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                in.sink().write(buffer);
            }
        }

        @Override
        public void close() throws IOException {
            try (in; out; relay) {
                return;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void blockingEndsAreWaitedForUntilSomethingIsDelivered(ChannelPair.Kind kind) throws Exception {
        try (Line line = Line.open(kind)) {
            TransferTask<Long> first = TransferTask.start(() -> line.relay.transfer(1000));
            first.awaitWaiting();
            line.write(new byte[] {1, 2, 3});
            assertEquals(3, first.result());
            assertArrayEquals(new byte[] {1, 2, 3}, ChannelBytes.read(line.out.source(), 3));
            TransferTask<Long> last = TransferTask.start(() -> line.relay.transfer(1000));
            last.awaitWaiting();
            line.in.sink().close();
            assertEquals(-1, last.result());
        }
    }

    @ParameterizedTest
    @EnumSource
    void neverMoreIsTakenThanTheCount(ChannelPair.Kind kind) throws Exception {
        try (Line line = Line.open(kind)) {
            line.write(TestFiles.content(0, 100));
            assertEquals(0, line.relay.transfer(0));
            assertEquals(10, line.relay.transfer(10));
            assertEquals(0, line.relay.pending());
            assertArrayEquals(TestFiles.content(0, 10), ChannelBytes.read(line.out.source(), 10));
            assertArrayEquals(TestFiles.content(10, 90), ChannelBytes.read(line.in.source(), 90));
        }
    }

    private static long pipes() throws IOException {
        long pipes = 0;
        for (String number : new File("/proc/self/fd").list()) {
            try {
                Path target = Files.readSymbolicLink(Path.of("/proc/self/fd", number));
                pipes += target.toString().startsWith("pipe:") ? 1 : 0;
            } catch (NoSuchFileException e) {
                continue; // Closed by now: the listing's own.
            }
        }
        return pipes;
    }

    /** Each looks from time to time with a pipe whether there is something, but the next has it then. */
    @ParameterizedTest
    @EnumSource(Carrier.class)
    void whoWaitsForASourceHoldsNoPipe(Carrier carrier) throws Exception {
        carrier.assume();
        int count = 300;
        TransferPipes.closeIdle();
        long before = pipes();
        List<ChannelPair> pairs = new ArrayList<>();
        List<TransferTask<Long>> tasks = new ArrayList<>();
        try (ChannelPair out = ChannelPair.open(ChannelPair.Kind.UNIX)) {
            for (int i = 0; i < count; i++) {
                ChannelPair in = ChannelPair.open(ChannelPair.Kind.UNIX);
                pairs.add(in);
                Relay relay = Relay.open(in.source(), out.sink());
                tasks.add(TransferTask.start(carrier, () -> relay.transfer(1000)));
            }
            for (TransferTask<Long> task : tasks) {
                task.awaitWaiting();
            }
            // At rest only those that are kept for the next, 16; the rest is for those that look just now.
            long held = pipes() - before;
            assertTrue(held < count / 2, () -> held + " descriptors of pipes");
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.read(out.source(), count));
            for (ChannelPair in : pairs) {
                in.sink().write(ByteBuffer.wrap(new byte[1]));
            }
            for (TransferTask<Long> task : tasks) {
                assertEquals(1, task.result());
            }
            assertEquals(count, reader.result().length);
        } finally {
            for (ChannelPair in : pairs) {
                in.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void aSourceIsAwaitedBeforeABufferIsTaken(ChannelPair.Kind kind) throws Exception {
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        try (ChannelPair in = ChannelPair.open(kind); WritableByteChannel target = Channels.newChannel(arrived);
                Relay relay = Relay.open(in.source(), target)) {
            TransferTask<Long> task = TransferTask.start(() -> relay.transfer(1000));
            task.awaitWaiting();
            in.sink().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertEquals(3, task.result());
            TransferTask<Long> last = TransferTask.start(() -> relay.transfer(1000));
            last.awaitWaiting();
            in.sink().close();
            assertEquals(-1, last.result());
            in.source().close();
            assertThrows(ClosedChannelException.class, () -> relay.transfer(1));
        }
        assertArrayEquals(new byte[] {1, 2, 3}, arrived.toByteArray());
    }

    /** In non-blocking mode: what a full target does not take stays, and not a byte is lost. */
    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void pendingBytesSurviveAFullTarget(ChannelPair.Kind kind) throws Exception {
        try (Line line = Line.open(kind).nonBlocking()) {
            assertEquals(0, line.relay.transfer(1000));
            TransferTask<Void> writer = TransferTask.start(() -> {
                line.write(TestFiles.content(0, ChannelPair.MORE_THAN_FITS));
                line.in.sink().close();
                return null;
            });
            long delivered = 0;
            // It may take a moment until a socket passes on what it has got.
            while (line.relay.pending() == 0) {
                delivered += line.relay.transfer(Long.MAX_VALUE);
            }
            assertTrue(delivered > 0);
            long pending = line.relay.pending();
            long more = line.relay.transfer(Long.MAX_VALUE);
            assertTrue(more > 0 || line.relay.pending() == pending, "nothing delivered, and " + line.relay.pending());
            delivered += more;
            byte[] arrived = new byte[ChannelPair.MORE_THAN_FITS];
            ByteBuffer buffer = ByteBuffer.wrap(arrived);
            ((SelectableChannel) line.out.source()).configureBlocking(false);
            for (long n; (n = line.relay.transfer(Long.MAX_VALUE)) >= 0;) {
                delivered += n;
                line.out.source().read(buffer);
                assertTrue(buffer.position() <= delivered);
            }
            writer.result();
            while (buffer.hasRemaining()) {
                line.out.source().read(buffer);
            }
            assertEquals(arrived.length, delivered);
            assertArrayEquals(TestFiles.content(0, arrived.length), arrived);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void aBlockingTargetOfANonBlockingSourceIsWaitedFor(ChannelPair.Kind kind) throws Exception {
        try (Line line = Line.open(kind)) {
            ((SelectableChannel) line.in.source()).configureBlocking(false);
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(line.out.source()));
            TransferTask<Void> writer = TransferTask.start(() -> {
                line.write(TestFiles.content(0, ChannelPair.MORE_THAN_FITS));
                line.in.sink().close();
                return null;
            });
            for (long n; (n = line.relay.transfer(1 << 20)) >= 0;) {
                assertEquals(0, line.relay.pending());
            }
            line.out.sink().close();
            assertArrayEquals(TestFiles.content(0, ChannelPair.MORE_THAN_FITS), reader.result());
            writer.result();
        }
    }

    /** After a target that has gone: the exception of a write, and what was taken is still there. */
    @ParameterizedTest
    @EnumSource
    void aTargetThatHasGoneIsAnError(ChannelPair.Kind kind) throws Exception {
        try (Line line = Line.open(kind)) {
            line.write(new byte[1000]);
            line.out.source().close();
            IOException e = assertThrows(IOException.class, () -> {
                // TCP takes the first bytes, and then learns that nobody wants them.
                for (long n; (n = line.relay.transfer(10)) > 0;) {
                    assertEquals(0, line.relay.pending());
                }
            });
            assertTrue(List.of("Broken pipe", "Connection reset by peer").contains(e.getMessage()), e::toString);
            long pending = line.relay.pending();
            assertEquals(10, pending);
            assertThrows(IOException.class, () -> line.relay.transfer(10));
            assertEquals(pending, line.relay.pending());
        }
    }

    /** A connection that was reset: the exception of the channel's own read, which it remembers. */
    @Test
    void aSourceThatWasResetIsAnError() throws Exception {
        try (Line line = Line.open(ChannelPair.Kind.TCP)) {
            ((SocketChannel) line.in.sink()).setOption(StandardSocketOptions.SO_LINGER, 0);
            line.in.sink().close();
            IOException e = assertThrows(IOException.class, () -> line.relay.transfer(10));
            IOException again = assertThrows(IOException.class, () -> line.in.source().read(ByteBuffer.allocate(1)));
            assertEquals(again.getMessage(), e.getMessage());
            assertEquals(again.getMessage(),
                    assertThrows(IOException.class, () -> line.relay.transfer(10)).getMessage());
        }
    }

    @Test
    void aSourceWhoseInputIsShutDownHasEnded() throws Exception {
        try (Line line = Line.open(ChannelPair.Kind.TCP)) {
            line.write(new byte[10]);
            ((SocketChannel) line.in.source()).shutdownInput();
            assertEquals(line.in.source().read(ByteBuffer.allocate(1)), line.relay.transfer(10));
        }
    }

    @Test
    void oneDirectionEndsAndTheOtherGoesOn() throws Exception {
        try (ChannelPair left = ChannelPair.open(ChannelPair.Kind.TCP);
                ChannelPair right = ChannelPair.open(ChannelPair.Kind.TCP);
                Relay there = Relay.open(left.source(), right.sink());
                Relay back = Relay.open((SocketChannel) right.sink(), (SocketChannel) left.source())) {
            SocketChannel client = (SocketChannel) left.sink();
            SocketChannel server = (SocketChannel) right.source();
            client.write(ByteBuffer.wrap(new byte[] {1}));
            client.shutdownOutput();
            assertEquals(1, there.transfer(10));
            assertEquals(-1, there.transfer(10));
            ((SocketChannel) right.sink()).shutdownOutput();
            assertArrayEquals(new byte[] {1}, ChannelBytes.readAll(server));
            assertThrows(ClosedChannelException.class, () -> {
                left.source().close();
                there.transfer(10);
            });
            assertThrows(ClosedChannelException.class, () -> back.transfer(10));
        }
    }

    @Test
    void filesAreReadAndWrittenAtTheirOwnPositions() throws Exception {
        Path copy = TestFiles.newFile(100);
        try (FileChannel source = FileChannel.open(TestFiles.newFile(1000));
                FileChannel target = FileChannel.open(copy, StandardOpenOption.WRITE);
                Relay relay = Relay.open(source.position(300), target.position(50))) {
            assertEquals(200, relay.transfer(200));
            assertEquals(500, source.position());
            assertEquals(250, target.position());
            assertEquals(500, relay.transfer(Long.MAX_VALUE));
            assertEquals(-1, relay.transfer(1));
        }
        byte[] expected = new byte[750];
        System.arraycopy(TestFiles.content(0, 50), 0, expected, 0, 50);
        System.arraycopy(TestFiles.content(300, 700), 0, expected, 50, 700);
        assertArrayEquals(expected, Files.readAllBytes(copy));
    }

    @Test
    void whatAFullDiskDoesNotTakeStaysPending() throws Exception {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(1000));
                FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            Relay relay = Relay.open(source, full);
            IOException e = assertThrows(IOException.class, () -> relay.transfer(300));
            assertEquals("No space left on device", e.getMessage());
            assertEquals(300, relay.pending());
            relay.close();
            assertEquals(300, relay.pending());
        }
    }

    /** A file whose filesystem cannot be spliced to says so when the bytes are in the pipe already. */
    @Test
    void whatATargetRefusesToTakeFromAPipeItGetsFromABuffer() throws Exception {
        Path name = Path.of("/proc/self/comm"); // Writing to it names the process.
        byte[] before = Files.readAllBytes(name);
        Path file = Files.write(TestFiles.newPath(".name"), "relayed".getBytes(StandardCharsets.UTF_8));
        try (FileChannel source = FileChannel.open(file);
                FileChannel target = FileChannel.open(name, StandardOpenOption.WRITE);
                Relay relay = Relay.open(source, target)) {
            assertEquals(7, relayAll(relay, Long.MAX_VALUE));
            assertEquals("relayed\n", Files.readString(name));
            Files.write(name, before);
            try (RelayTarget first = RelayTarget.of(RelayTarget.Kind.FILE);
                    Relay second = Relay.open(source.position(0), first.channel(), target)) {
                assertEquals(7, relayAll(second, Long.MAX_VALUE));
                assertArrayEquals("relayed".getBytes(StandardCharsets.UTF_8), first.arrived());
                assertEquals("relayed\n", Files.readString(name));
            }
        } finally {
            Files.write(name, before);
        }
    }

    @Test
    void aCopyThatFailsKeepsWhatTheTargetHasGot() throws Exception {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(1000));
                RelayTarget target = RelayTarget.of(RelayTarget.Kind.FILE);
                FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
                Relay relay = Relay.open(source, target.channel(), full)) {
            assertThrows(IOException.class, () -> relay.transfer(300));
            assertEquals(300, relay.pending());
            assertEquals(0, relay.pending(target.channel()));
            assertEquals(300, relay.pending(full));
            assertArrayEquals(TestFiles.content(0, 300), target.arrived());
        }
    }

    /** A slow copy holds the target up; nothing more is taken from the source meanwhile. */
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "PIPE"})
    void theSlowerTargetSetsThePace(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(ChannelPair.MORE_THAN_FITS));
                ChannelPair fast = ChannelPair.open(kind).nonBlocking();
                ChannelPair slow = ChannelPair.open(kind).nonBlocking();
                Relay relay = Relay.open(source, fast.sink(), slow.sink())) {
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(fast.source()));
            long delivered = 0;
            while (relay.pending() == 0 || relay.pending(fast.sink()) > 0) {
                delivered += relay.transfer(Long.MAX_VALUE);
            }
            long position = source.position();
            assertEquals(0, relay.transfer(Long.MAX_VALUE));
            assertEquals(position, source.position());
            assertEquals(position, delivered + relay.pending());
            assertEquals(relay.pending(), relay.pending(slow.sink()));

            TransferTask<byte[]> slowReader = TransferTask.start(() -> ChannelBytes.readAll(slow.source()));
            for (long n; (n = relay.transfer(10_000)) >= 0;) {
                delivered += n;
            }
            assertEquals(ChannelPair.MORE_THAN_FITS, delivered);
            fast.sink().close();
            slow.sink().close();
            assertArrayEquals(TestFiles.content(0, ChannelPair.MORE_THAN_FITS), reader.result());
            assertArrayEquals(TestFiles.content(0, ChannelPair.MORE_THAN_FITS), slowReader.result());
        }
    }

    @Test
    void channelsOfOthersAreReadAndWritten() throws Exception {
        Path copy = TestFiles.newFile(0);
        try (FileChannel source = new ChannelDelegate(FileChannel.open(TestFiles.newFile(SIZE)));
                FileChannel target = new ChannelDelegate(FileChannel.open(copy, StandardOpenOption.WRITE));
                Relay relay = Relay.open(source, target)) {
            assertEquals(SIZE, relayAll(relay, Long.MAX_VALUE));
        }
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(copy));
    }

    /** A channel over a stream takes the bytes from the buffer before it writes them. */
    @Test
    void whatAStreamHasNotWrittenStaysPending() throws Exception {
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        OutputStream failsOnce = new OutputStream() {
            private boolean hasFailed;

            @Override
            public void write(int b) {
                throw new AssertionError("one byte at a time");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (!hasFailed && arrived.size() >= 50_000) {
                    hasFailed = true;
                    throw new IOException("not now");
                }
                arrived.write(bytes, offset, length);
            }
        };
        try (FileChannel source = FileChannel.open(TestFiles.newFile(SIZE));
                WritableByteChannel target = Channels.newChannel(failsOnce);
                Relay relay = Relay.open(source, target)) {
            long delivered = relay.transfer(Long.MAX_VALUE);
            assertEquals(arrived.size(), delivered);
            assertEquals(source.position(), delivered + relay.pending());
            assertEquals("not now", assertThrows(IOException.class, () -> relay.transfer(1)).getMessage());
            assertEquals(SIZE - delivered, relayAll(relay, Long.MAX_VALUE));
        }
        assertArrayEquals(TestFiles.content(0, SIZE), arrived.toByteArray());
    }

    @Test
    void whatAStreamHasGivenBeforeItFailedIsDelivered() throws Exception {
        byte[] content = TestFiles.content(0, 20_000);
        InputStream failsOnce = new InputStream() {
            private final ByteArrayInputStream all = new ByteArrayInputStream(content);
            private boolean hasFailed;

            @Override
            public int read() {
                return all.read();
            }

            @Override
            public int available() {
                return all.available(); // More than nothing: the channel reads on.
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (!hasFailed && all.available() < content.length) {
                    hasFailed = true;
                    throw new IOException("not now");
                }
                return all.read(bytes, offset, length);
            }
        };
        try (ReadableByteChannel source = Channels.newChannel(failsOnce);
                RelayTarget target = RelayTarget.of(RelayTarget.Kind.FILE);
                Relay relay = Relay.open(source, target.channel())) {
            assertEquals("not now",
                    assertThrows(IOException.class, () -> relay.transfer(Long.MAX_VALUE)).getMessage());
            assertTrue(relay.pending() > 0);
            assertEquals(content.length, relayAll(relay, Long.MAX_VALUE));
            assertArrayEquals(content, target.arrived());
        }
    }

    @Test
    void anEcho() throws Exception {
        try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP);
                Relay echo = Relay.open(pair.source(), (SocketChannel) pair.source())) {
            pair.sink().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertEquals(3, echo.transfer(10));
            assertArrayEquals(new byte[] {1, 2, 3}, ChannelBytes.read((SocketChannel) pair.sink(), 3));
        }
    }

    @Test
    void badInputIsRefusedBeforeAnythingHappens() throws Exception {
        Path file = TestFiles.newFile(10);
        try (FileChannel readable = FileChannel.open(file);
                FileChannel both = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel writable = FileChannel.open(file, StandardOpenOption.WRITE);
                SocketChannel unconnected = SocketChannel.open(); DatagramChannel messages = DatagramChannel.open()) {
            assertThrows(IllegalArgumentException.class, () -> Relay.open(messages, writable));
            assertThrows(IllegalArgumentException.class, () -> Relay.open(readable, messages));
            assertThrows(IllegalArgumentException.class, () -> Relay.open(readable, writable, messages));
            assertThrows(NullPointerException.class, () -> Relay.open(null, writable));
            assertThrows(NullPointerException.class, () -> Relay.open(readable, null));
            assertThrows(NullPointerException.class, () -> Relay.open(readable, writable, null));
            assertThrows(NonReadableChannelException.class, () -> Relay.open(writable, both));
            assertThrows(NonWritableChannelException.class, () -> Relay.open(both, readable));
            assertThrows(NonWritableChannelException.class, () -> Relay.open(both, writable, readable));
            assertThrows(IllegalArgumentException.class, () -> Relay.open(both, both));
            assertThrows(IllegalArgumentException.class, () -> Relay.open(readable, writable, writable));
            try (Relay relay = Relay.open(unconnected, writable)) {
                assertThrows(NotYetConnectedException.class, () -> relay.transfer(1));
                assertEquals(0, relay.pending());
            }
            Relay relay = Relay.open(readable, writable);
            assertThrows(IllegalArgumentException.class, () -> relay.transfer(-1));
            assertThrows(IllegalArgumentException.class, () -> relay.pending(both));
            relay.close();
            relay.close();
            assertThrows(IllegalStateException.class, () -> relay.transfer(1));
            FileChannel closed = FileChannel.open(file, StandardOpenOption.WRITE);
            Relay toClosed = Relay.open(readable, closed);
            closed.close();
            assertThrows(ClosedChannelException.class, () -> toClosed.transfer(1));
            assertEquals(0, readable.position());
            assertThrows(ClosedChannelException.class, () -> Relay.open(readable, closed));
        }
    }
}
