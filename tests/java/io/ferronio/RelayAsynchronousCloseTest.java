package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Another thread closes an end of a relay, or interrupts it, while it waits for one of them. */
class RelayAsynchronousCloseTest {

    private enum Disturbance { CLOSE_SOURCE, CLOSE_TARGET, INTERRUPT }

    /** What has ended a relay, and what it has delivered before. */
    private record End(Class<?> failure, long delivered, boolean interrupted) {
    }

    private static Stream<Arguments> disturbances() {
        List<Arguments> all = new ArrayList<>();
        for (Carrier carrier : Carrier.values()) {
            for (ChannelPair.Kind kind : List.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE)) {
                for (Disturbance disturbance : Disturbance.values()) {
                    all.add(Arguments.of(carrier, kind, disturbance));
                }
            }
        }
        return all.stream();
    }

    private static TransferTask<End> start(Carrier carrier, Relay relay) {
        return TransferTask.start(carrier, () -> {
            long delivered = 0;
            try {
                while (true) {
                    delivered += relay.transfer(Long.MAX_VALUE);
                }
            } catch (IOException e) {
                return new End(e.getClass(), delivered, Thread.currentThread().isInterrupted());
            }
        });
    }

    private static End disturb(TransferTask<End> task, Disturbance disturbance, ChannelPair in, ChannelPair out)
            throws Exception {
        task.awaitWaiting();
        // On a thread of its own: a close that hangs must not take the test with it.
        TransferTask.start(() -> {
            switch (disturbance) {
                case CLOSE_SOURCE -> in.source().close();
                case CLOSE_TARGET -> out.sink().close();
                default -> task.interrupt();
            }
            return null;
        }).result();
        return task.result();
    }

    private static void assertWoken(Disturbance disturbance, End end) {
        boolean isInterrupt = disturbance == Disturbance.INTERRUPT;
        assertEquals(isInterrupt ? ClosedByInterruptException.class : AsynchronousCloseException.class, end.failure);
        assertEquals(isInterrupt, end.interrupted);
    }

    @ParameterizedTest
    @MethodSource("disturbances")
    void waitingForTheSource(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance) throws Exception {
        carrier.assume();
        try (ChannelPair in = ChannelPair.open(kind); ChannelPair out = ChannelPair.open(kind);
                Relay relay = Relay.open(in.source(), out.sink())) {
            in.sink().write(ByteBuffer.wrap(new byte[] {1, 2}));
            assertEquals(2, relay.transfer(Long.MAX_VALUE));
            TransferTask<End> task = start(carrier, relay);
            End end = disturb(task, disturbance, in, out);
            assertWoken(disturbance, end);
            assertEquals(0, end.delivered);
            assertEquals(0, relay.pending());
        }
    }

    /** TCP is never full for good. */
    private static Stream<Arguments> full() {
        return disturbances().filter(arguments -> arguments.get()[1] != ChannelPair.Kind.TCP);
    }

    @ParameterizedTest
    @MethodSource("full")
    void waitingForTheTarget(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance) throws Exception {
        carrier.assume();
        try (ChannelPair in = ChannelPair.open(kind); ChannelPair out = ChannelPair.open(kind).filled();
                Relay relay = Relay.open(in.source(), out.sink())) {
            in.sink().write(ByteBuffer.wrap(new byte[1000]));
            TransferTask<End> task = start(carrier, relay);
            while (relay.pending() == 0) {
                Thread.yield();
            }
            End end = disturb(task, disturbance, in, out);
            assertWoken(disturbance, end);
            assertEquals(0, end.delivered);
            assertEquals(1000, relay.pending());
        }
    }

    /** Wherever it was: what it says that it has delivered has arrived. */
    @ParameterizedTest
    @MethodSource("disturbances")
    void inTheMiddleOfAStream(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance) throws Exception {
        carrier.assume();
        try (ChannelPair in = ChannelPair.open(kind); ChannelPair out = ChannelPair.open(kind);
                Relay relay = Relay.open(in.source(), out.sink())) {
            TransferTask<Void> writer = TransferTask.start(() -> {
                ByteBuffer content = ByteBuffer.wrap(TestFiles.content(0, ChannelPair.MORE_THAN_FITS));
                try {
                    while (content.hasRemaining()) {
                        in.sink().write(content);
                    }
                } catch (IOException e) {
                    return null; // Nobody reads it any more.
                }
                return null;
            });
            TransferTask<End> task = start(carrier, relay);
            assertArrayEquals(TestFiles.content(0, 1), ChannelBytes.read(out.source(), 1));
            writer.awaitWaiting();
            End end = disturb(task, disturbance, in, out);
            assertTrue(ClosedChannelException.class.isAssignableFrom(end.failure), end::toString);
            in.source().close();
            writer.result();
            out.sink().close();
            byte[] arrived = ChannelBytes.readAll(out.source());
            assertArrayEquals(TestFiles.content(1, arrived.length), arrived);
            assertEquals(1 + arrived.length, end.delivered);
        }
    }

    /** A file that is relayed to a target which takes nothing. */
    @ParameterizedTest
    @EnumSource(Carrier.class)
    void aFileThatIsClosedMeanwhile(Carrier carrier) throws Exception {
        carrier.assume();
        FileChannel source = FileChannel.open(TestFiles.newFile(1000));
        try (ChannelPair out = ChannelPair.open(ChannelPair.Kind.UNIX).filled();
                Relay relay = Relay.open(source, out.sink())) {
            TransferTask<End> task = start(carrier, relay);
            while (relay.pending() == 0) {
                Thread.yield();
            }
            TransferTask.start(() -> {
                source.close();
                return null;
            }).result();
            assertEquals(AsynchronousCloseException.class, task.result().failure);
            assertTrue(relay.pending() > 0);
        }
    }

    /** What was taken before the source was closed can still be delivered. */
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "PIPE"})
    void pendingBytesOutliveTheirSource(ChannelPair.Kind kind) throws Exception {
        FileChannel source = FileChannel.open(TestFiles.newFile(ChannelPair.MORE_THAN_FITS));
        try (ChannelPair out = ChannelPair.open(kind).nonBlocking();
                Relay relay = Relay.open(source, out.sink())) {
            long delivered = relay.transfer(Long.MAX_VALUE);
            long pending = relay.pending();
            assertTrue(pending > 0);
            source.close();
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(out.source()));
            while (relay.pending() > 0) {
                relay.transfer(Long.MAX_VALUE);
            }
            out.sink().close();
            assertArrayEquals(TestFiles.content(0, (int) (delivered + pending)), reader.result());
        }
    }

    /** What the waiting thread has in use is its own until its call ends. */
    @ParameterizedTest
    @EnumSource(Carrier.class)
    void aRelayThatIsClosedWhileAThreadWaitsInIt(Carrier carrier) throws Exception {
        carrier.assume();
        try (ChannelPair in = ChannelPair.open(ChannelPair.Kind.UNIX);
                ChannelPair out = ChannelPair.open(ChannelPair.Kind.UNIX).filled()) {
            Relay relay = Relay.open(in.source(), out.sink());
            in.sink().write(ByteBuffer.wrap(TestFiles.content(0, 1000)));
            TransferTask<Long> task = TransferTask.start(carrier, () -> relay.transfer(Long.MAX_VALUE));
            while (relay.pending() == 0) {
                Thread.yield();
            }
            task.awaitWaiting();
            assertThrows(IllegalStateException.class, () -> relay.transfer(1));
            TransferTask.start(() -> {
                relay.close();
                relay.close();
                return null;
            }).result();
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(out.source()));
            assertEquals(1000, task.result());
            assertThrows(IllegalStateException.class, () -> relay.transfer(1));
            assertEquals(0, relay.pending());
            out.sink().close();
            byte[] arrived = reader.result();
            assertArrayEquals(TestFiles.content(0, 1000),
                    Arrays.copyOfRange(arrived, arrived.length - 1000, arrived.length));
        }
    }

    @ParameterizedTest
    @EnumSource(Carrier.class)
    void aRelayThatIsClosedWaitsOnUntilItsChannelIsClosed(Carrier carrier) throws Exception {
        carrier.assume();
        try (ChannelPair in = ChannelPair.open(ChannelPair.Kind.UNIX);
                ChannelPair out = ChannelPair.open(ChannelPair.Kind.UNIX).filled()) {
            Relay relay = Relay.open(in.source(), out.sink());
            in.sink().write(ByteBuffer.wrap(new byte[1000]));
            TransferTask<End> task = start(carrier, relay);
            while (relay.pending() == 0) {
                Thread.yield();
            }
            relay.close();
            End end = disturb(task, Disturbance.CLOSE_TARGET, in, out);
            assertEquals(AsynchronousCloseException.class, end.failure);
            assertEquals(1000, relay.pending()); // LeakCheck: the pipe that held them is closed.
        }
    }
}
