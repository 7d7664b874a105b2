package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Channels are closed under transfers while others are opened, which get the numbers of the closed descriptors. Every
 * file holds one byte value of its own, so a transfer that used a descriptor too late would be seen at once: by the
 * one that receives what was not meant for it.
 */
class TransferStormTest {

    private static final int WORKERS = 4;
    private static final int ROUNDS = 150;
    private static final int VALUES = 40;
    /** More than fits into the buffers of any pair. */
    private static final int SIZE = 600_000;
    private static final Path[] FILES = new Path[VALUES];

    @BeforeAll
    static void makeFiles() throws IOException {
        byte[] content = new byte[SIZE];
        for (int value = 0; value < VALUES; value++) {
            Arrays.fill(content, (byte) value);
            FILES[value] = TestFiles.newPath(".storm");
            Files.write(FILES[value], content);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyReceivesWhatWasNotMeantForHim(Carrier carrier) throws Exception {
        carrier.assume();
        AtomicBoolean over = new AtomicBoolean();
        List<TransferTask<Void>> bystanders = List.of(
                TransferTask.start(() -> standBy(over, TransferStormTest::holdFile)),
                TransferTask.start(() -> standBy(over, TransferStormTest::holdPipe)));
        List<TransferTask<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            Random random = new Random(worker);
            workers.add(TransferTask.start(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    int value = random.nextInt(VALUES);
                    switch (random.nextInt(4)) {
                        case 0 -> transferToFile(carrier, random, (byte) value);
                        case 1 -> transferFromPair(carrier, random, (byte) value);
                        default -> transferToPair(carrier, random, (byte) value);
                    }
                }
                return null;
            }));
        }
        try {
            for (TransferTask<Void> worker : workers) {
                worker.result();
            }
        } finally {
            over.set(true);
        }
        for (TransferTask<Void> bystander : bystanders) {
            bystander.result();
        }
    }

    /** Opens and closes channels that nobody transfers to. */
    private static Void standBy(AtomicBoolean over, Callable<Void> hold) throws Exception {
        while (!over.get()) {
            hold.call();
        }
        return null;
    }

    private static Void holdFile() throws IOException {
        Path file = TestFiles.newPath(".bystander");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Thread.yield();
            assertEquals(0, channel.size());
        }
        Files.delete(file);
        return null;
    }

    private static Void holdPipe() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
            assertTrue(sink.isOpen());
            source.configureBlocking(false);
            Thread.yield();
            assertEquals(0, source.read(ByteBuffer.allocate(1)));
        }
        return null;
    }

    /** What a transfer says of itself. */
    private record Report(long moved, Exception end) {
    }

    /** Transfers a whole file, in as many calls as it takes, unless something happens. */
    private static Report transferAll(FileChannel source, WritableByteChannel target) {
        long moved = 0;
        try {
            while (moved < SIZE) {
                long n = Transfers.transferTo(source, moved, SIZE - moved, target);
                moved += n;
                if (n == 0) {
                    Thread.yield();
                }
            }
            return new Report(moved, null);
        } catch (IOException e) {
            return new Report(moved, e);
        }
    }

    /** The one who reads is also the one who disturbs, after a random part has arrived. */
    private static void transferToPair(Carrier carrier, Random random, byte value) throws Exception {
        ChannelPair.Kind[] kinds = {ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE};
        FileChannel source = FileChannel.open(FILES[value]);
        try (source; ChannelPair pair = ChannelPair.open(kinds[random.nextInt(kinds.length)])) {
            if (random.nextBoolean()) {
                pair.nonBlocking();
            }
            TransferTask<Report> transfer = TransferTask.start(carrier, () -> {
                try (WritableByteChannel sink = pair.sink()) {
                    return transferAll(source, sink);
                }
            });
            int disturbance = random.nextInt(4);
            long arrived = read(pair, value, random.nextInt(3) == 0 ? 0 : random.nextInt(SIZE));
            switch (disturbance) {
                case 0:
                    source.close();
                    break;
                case 1:
                    pair.sink().close();
                    break;
                case 2:
                    transfer.interrupt();
                    break;
                default:
                    break;
            }
            arrived += read(pair, value, Long.MAX_VALUE);
            Report report = transfer.result();
            if (report.end == null) {
                assertEquals(SIZE, arrived);
            } else if (report.end instanceof ClosedByInterruptException) {
                assertEquals(2, disturbance);
                assertTrue(report.moved <= arrived);
            } else {
                assertTrue(report.end instanceof ClosedChannelException, () -> "no close, but " + report.end);
                assertEquals(report.moved, arrived);
            }
        }
    }

    /** Reads so many bytes, or until the end of the stream. */
    private static long read(ChannelPair pair, byte value, long count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(32 << 10);
        long arrived = 0;
        while (arrived < count && pair.source().read(buffer.clear()) >= 0) {
            assertOnly(value, buffer.array(), buffer.position());
            arrived += buffer.position();
        }
        return arrived;
    }

    private static void transferToFile(Carrier carrier, Random random, byte value) throws Exception {
        Path file = TestFiles.newPath(".storm");
        FileChannel source = FileChannel.open(FILES[value]);
        FileChannel target = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (source; target) {
            TransferTask<Report> transfer = TransferTask.start(carrier, () -> transferAll(source, target));
            if (random.nextBoolean()) {
                transfer.awaitWaiting();
            }
            (random.nextBoolean() ? source : target).close();
            Report report = transfer.result();
            assertTrue(report.end == null || report.end instanceof ClosedChannelException,
                    () -> "no close, but " + report.end);
            byte[] content = Files.readAllBytes(file);
            assertEquals(report.moved, content.length);
            assertOnly(value, content, content.length);
        }
        Files.delete(file);
    }

    /** A sender that knows nothing, a receiver that stores, and a third who disturbs them. */
    private static void transferFromPair(Carrier carrier, Random random, byte value) throws Exception {
        ChannelPair.Kind[] kinds = {ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE};
        Path file = TestFiles.newPath(".storm");
        FileChannel target = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (target; ChannelPair pair = ChannelPair.open(kinds[random.nextInt(kinds.length)])) {
            TransferTask<Void> sender = TransferTask.start(() -> {
                send(pair.sink(), value);
                return null;
            });
            TransferTask<Report> transfer = TransferTask.start(carrier, () -> receiveAll(pair.source(), target));
            for (int i = random.nextInt(200); i > 0; i--) {
                Thread.yield();
            }
            switch (random.nextInt(5)) {
                case 0 -> pair.source().close();
                case 1 -> target.close();
                case 2 -> transfer.interrupt();
                case 3 -> pair.sink().close();
                default -> { }
            }
            Report report = transfer.result();
            pair.source().close();
            sender.result();
            byte[] content = Files.readAllBytes(file);
            assertEquals(report.moved, content.length, () -> report.end + " after so many bytes");
            assertOnly(value, content, content.length);
            assertTrue(report.end == null || report.end instanceof ClosedChannelException,
                    () -> "no close, but " + report.end);
        }
        Files.delete(file);
    }

    /** Sends until all is sent or somebody closes an end. */
    private static void send(WritableByteChannel sink, byte value) {
        ByteBuffer buffer = ByteBuffer.allocate(32 << 10);
        Arrays.fill(buffer.array(), value);
        try (sink) {
            for (int sent = 0; sent < SIZE; sent += buffer.position()) {
                sink.write(buffer.clear());
            }
        } catch (IOException e) {
            return; // Closed here, or at the other end.
        }
    }

    /** Stores until the end of the stream; counts what an exception says was delivered. */
    private static Report receiveAll(ReadableByteChannel source, FileChannel target) {
        long moved = 0;
        try {
            while (true) {
                long n = Transfers.transferFrom(target, source, moved, SIZE);
                if (n == 0) {
                    return new Report(moved, null);
                }
                moved += n;
            }
        } catch (IOException e) {
            for (Throwable suppressed : e.getSuppressed()) {
                moved += ((TransferException) suppressed).delivered();
            }
            return new Report(moved, e);
        }
    }

    private static void assertOnly(byte value, byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != value) {
                assertEquals(value, bytes[i], "a byte of another file has arrived");
            }
        }
    }
}
