package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferOutcome;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Another thread closes an end of a transfer, or interrupts it, while it waits for a target that nobody reads. */
class TransferAsynchronousCloseTest {

    /** JDKs after 21 protect the target of a transfer too, and transfer to pipes in another way. */
    private static final boolean AFTER_21 = Runtime.version().feature() > 21;

    private static final int SIZE = ChannelPair.MORE_THAN_FITS;
    private static final Path FILE = TestFiles.newFile(SIZE);

    /** What the other thread does. */
    private enum Disturbance {
        CLOSE_SOURCE {
            @Override
            void happen(TransferTask<?> transfer, FileChannel source, ChannelPair pair) throws IOException {
                source.close();
            }
        },
        CLOSE_TARGET {
            @Override
            void happen(TransferTask<?> transfer, FileChannel source, ChannelPair pair) throws IOException {
                pair.sink().close();
            }
        },
        INTERRUPT {
            @Override
            void happen(TransferTask<?> transfer, FileChannel source, ChannelPair pair) {
                transfer.interrupt();
            }
        };

        abstract void happen(TransferTask<?> transfer, FileChannel source, ChannelPair pair) throws IOException;
    }

    /**
     * What is left.
     *
     * @param result the count, or the exception
     * @param interrupted the interrupt status of the thread that transferred
     */
    private record Aftermath(String result, boolean interrupted, boolean sourceOpen, boolean targetOpen) {
        /** How much was moved before is chance. */
        Aftermath withoutCount() {
            return new Aftermath(result.replaceFirst("^\\d+ ", ""), interrupted, sourceOpen, targetOpen);
        }
    }

    /** Starts a transfer, waits until it waits, disturbs it and waits for its end. */
    private static Aftermath disturb(TransferMethod method, Carrier carrier, ChannelPair pair, boolean full,
            Disturbance disturbance) throws Exception {
        FileChannel source = FileChannel.open(FILE);
        try (source) {
            boolean[] interrupted = new boolean[1];
            TransferTask<String> transfer = TransferTask.start(carrier, () -> {
                String result = TransferOutcome.resultOf(() -> method.transferTo(source, 0, SIZE, pair.sink()));
                interrupted[0] = Thread.currentThread().isInterrupted();
                return result;
            });
            if (!full) {
                // Something has come through, so the transfer is under way; all of it cannot.
                assertArrayEquals(TestFiles.content(0, 1), ChannelBytes.read(pair.source(), 1));
            }
            transfer.awaitWaiting();
            // On a thread of its own: a close that hangs must not take the test with it.
            TransferTask<Void> disturber = TransferTask.start(() -> {
                disturbance.happen(transfer, source, pair);
                return null;
            });
            String result = transfer.result();
            disturber.result();
            return new Aftermath(result, interrupted[0], source.isOpen(), pair.sink().isOpen());
        }
    }

    private static ChannelPair openFull(ChannelPair.Kind kind) throws IOException {
        ChannelPair pair = ChannelPair.open(kind);
        if (kind != ChannelPair.Kind.FIFO) {
            return pair.filled();
        }
        try (FileChannel source = FileChannel.open(FILE)) {
            // A pipe, blocking or not, takes what it holds and no more.
            assertTrue(Transfers.transferTo(source, 0, SIZE, pair.sink()) > 0);
            return pair;
        }
    }

    /** TCP is never full for good. A virtual thread in a file's write waits in the kernel, where nothing wakes it. */
    private static Stream<Arguments> full() {
        return combinations(List.of(ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE, ChannelPair.Kind.FIFO))
                .filter(combination -> combination.get()[0] != Carrier.VIRTUAL
                        || combination.get()[1] != ChannelPair.Kind.FIFO);
    }

    private static Stream<Arguments> sockets() {
        return combinations(List.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX));
    }

    private static Stream<Arguments> combinations(List<ChannelPair.Kind> kinds) {
        List<Arguments> combinations = new ArrayList<>();
        for (Carrier carrier : Carrier.values()) {
            for (ChannelPair.Kind kind : kinds) {
                for (Disturbance disturbance : Disturbance.values()) {
                    combinations.add(Arguments.of(carrier, kind, disturbance));
                }
            }
        }
        return combinations.stream();
    }

    /** Nothing has been moved: the call ends with the exception for what has happened. */
    @ParameterizedTest
    @MethodSource("full")
    void transferThatHasMovedNothingThrows(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance)
            throws Exception {
        carrier.assume();
        try (ChannelPair pair = openFull(kind)) {
            Aftermath aftermath = disturb(TransferMethod.FERRONIO, carrier, pair, true, disturbance);
            Class<?> expected = disturbance == Disturbance.INTERRUPT
                    ? ClosedByInterruptException.class : AsynchronousCloseException.class;
            assertEquals(expected.getName(), aftermath.result);
            assertChannels(disturbance, aftermath);
        }
    }

    /**
     * Bytes have been moved: a close ends the call with their count, as a signal ends sendfile(2); an interrupt is an
     * exception nevertheless, as everywhere in NIO.
     */
    @ParameterizedTest
    @MethodSource("sockets")
    void transferThatHasMovedBytesReturnsTheirCount(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance)
            throws Exception {
        carrier.assume();
        try (ChannelPair pair = ChannelPair.open(kind)) {
            Aftermath aftermath = disturb(TransferMethod.FERRONIO, carrier, pair, false, disturbance);
            assertChannels(disturbance, aftermath);
            pair.sink().close();
            byte[] arrived = ChannelBytes.readAll(pair.source());
            assertArrayEquals(TestFiles.content(1, arrived.length), arrived);
            assertEquals(disturbance == Disturbance.INTERRUPT
                    ? ClosedByInterruptException.class.getName() : 1 + arrived.length + " bytes", aftermath.result);
        }
    }

    private static void assertChannels(Disturbance disturbance, Aftermath aftermath) {
        if (disturbance == Disturbance.INTERRUPT) {
            assertTrue(aftermath.interrupted);
            boolean closed = AFTER_21 ? !aftermath.sourceOpen && !aftermath.targetOpen
                    : !aftermath.sourceOpen || !aftermath.targetOpen;
            assertTrue(closed, aftermath::toString);
        } else {
            assertEquals(disturbance != Disturbance.CLOSE_SOURCE, aftermath.sourceOpen);
            assertEquals(disturbance != Disturbance.CLOSE_TARGET, aftermath.targetOpen);
        }
    }

    /** Where the JDK has a way of waking its transfers up, ours end as they do. */
    @ParameterizedTest
    @MethodSource("wakeableByTheJdk")
    void endsAsOnTheJdk(ChannelPair.Kind kind, Disturbance disturbance, boolean full) throws Exception {
        Aftermath[] aftermaths = new Aftermath[2];
        for (TransferMethod method : TransferMethod.values()) {
            try (ChannelPair pair = full ? openFull(kind) : ChannelPair.open(kind)) {
                aftermaths[method.ordinal()] = disturb(method, Carrier.PLATFORM, pair, full, disturbance);
            }
        }
        assertEquals(aftermaths[TransferMethod.JDK.ordinal()].withoutCount(),
                aftermaths[TransferMethod.FERRONIO.ordinal()].withoutCount());
    }

    private static Stream<Arguments> wakeableByTheJdk() {
        List<Arguments> combinations = new ArrayList<>();
        for (Disturbance disturbance : Disturbance.values()) {
            if (AFTER_21 || disturbance != Disturbance.CLOSE_TARGET) {
                combinations.add(Arguments.of(ChannelPair.Kind.TCP, disturbance, false));
                combinations.add(Arguments.of(ChannelPair.Kind.UNIX, disturbance, false));
                combinations.add(Arguments.of(ChannelPair.Kind.UNIX, disturbance, true));
            }
            if (disturbance != (AFTER_21 ? Disturbance.CLOSE_SOURCE : Disturbance.CLOSE_TARGET)) {
                combinations.add(Arguments.of(ChannelPair.Kind.PIPE, disturbance, true));
            }
        }
        return combinations.stream();
    }

    /** Closing one end leaves the other as good as it was. */
    @ParameterizedTest
    @EnumSource(value = ChannelPair.Kind.class, names = {"UNIX", "PIPE"})
    void otherEndStaysUsable(ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = ChannelPair.open(kind).filled()) {
            disturb(TransferMethod.FERRONIO, Carrier.PLATFORM, pair, true, Disturbance.CLOSE_SOURCE);
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
            assertEquals(3, pair.sink().write(ByteBuffer.wrap(new byte[] {1, 2, 3})));
            try (FileChannel source = FileChannel.open(FILE)) {
                assertEquals(1000, Transfers.transferTo(source, 5, 1000, pair.sink()));
            }
            pair.sink().close();
            byte[] all = reader.result();
            byte[] last = new byte[1000];
            System.arraycopy(all, all.length - 1000, last, 0, 1000);
            assertArrayEquals(TestFiles.content(5, 1000), last);
        }
    }

    /** Of several transfers to one target one is in the kernel and the others are in line: a close ends all of them. */
    @ParameterizedTest
    @EnumSource
    void closeEndsAllTransfersToATarget(Carrier carrier) throws Exception {
        carrier.assume();
        try (FileChannel source = FileChannel.open(FILE);
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX).filled()) {
            List<TransferTask<Long>> transfers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                transfers.add(TransferTask.start(carrier, () -> Transfers.transferTo(source, 0, SIZE, pair.sink())));
            }
            transfers.forEach(TransferTask::awaitWaiting);
            pair.sink().close();
            for (TransferTask<Long> transfer : transfers) {
                assertThrows(ClosedChannelException.class, transfer::result);
            }
            assertTrue(source.isOpen());
        }
    }

    /** A source can be in many transfers at once: a close ends all of them. */
    @ParameterizedTest
    @EnumSource
    void closeEndsAllTransfersFromASource(Carrier carrier) throws Exception {
        carrier.assume();
        FileChannel source = FileChannel.open(FILE);
        List<ChannelPair> pairs = new ArrayList<>();
        List<TransferTask<Long>> transfers = new ArrayList<>();
        try (source) {
            for (int i = 0; i < 4; i++) {
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX).filled();
                pairs.add(pair);
                transfers.add(TransferTask.start(carrier, () -> Transfers.transferTo(source, 0, SIZE, pair.sink())));
            }
            transfers.forEach(TransferTask::awaitWaiting);
            TransferTask.start(() -> {
                source.close();
                return null;
            }).result();
            for (TransferTask<Long> transfer : transfers) {
                assertThrows(AsynchronousCloseException.class, transfer::result);
            }
        } finally {
            for (ChannelPair pair : pairs) {
                pair.close();
            }
        }
    }
}
