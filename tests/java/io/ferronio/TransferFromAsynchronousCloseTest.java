package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferOutcome;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Another thread closes an end of a transfer to a file, or interrupts it, while it waits for a peer that is silent. */
class TransferFromAsynchronousCloseTest {

    /** JDKs after 21 close both ends after an interrupt. */
    private static final boolean AFTER_21 = Runtime.version().feature() > 21;

    /** Fits between the ends of any pair. */
    private static final int SENT = 50_000;
    private static final int WANTED = 1 << 30;

    /** What the other thread does. */
    private enum Disturbance { CLOSE_SOURCE, CLOSE_TARGET, INTERRUPT }

    /**
     * What is left.
     *
     * @param result the count, or the exception
     * @param interrupted the interrupt status of the thread that transferred
     */
    private record Aftermath(String result, boolean interrupted, boolean sourceOpen, boolean targetOpen) {
    }

    /** Starts a transfer, waits until all that was sent is written and the transfer waits for more, and disturbs it. */
    private static Aftermath disturb(TransferMethod method, Carrier carrier, ChannelPair.Kind kind, int sent,
            Disturbance disturbance) throws Exception {
        Path file = TestFiles.newFile(0);
        FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE);
        try (target; ChannelPair pair = ChannelPair.open(kind)) {
            ReadableByteChannel source = pair.source();
            ByteBuffer content = ByteBuffer.wrap(TestFiles.content(0, sent));
            while (content.hasRemaining()) {
                pair.sink().write(content);
            }
            boolean[] interrupted = new boolean[1];
            TransferTask<String> transfer = TransferTask.start(carrier, () -> {
                String result = TransferOutcome.resultOf(() -> method.transferFrom(target, source, 0, WANTED));
                interrupted[0] = Thread.currentThread().isInterrupted();
                return result;
            });
            assertTrue(Eventually.afterOneCollection(() -> file.toFile().length() == sent));
            transfer.awaitWaiting();
            // On a thread of its own: a close that hangs must not take the test with it.
            TransferTask<Void> disturber = TransferTask.start(() -> {
                happen(disturbance, transfer, source, target);
                return null;
            });
            String result = transfer.result();
            disturber.result();
            assertArrayEquals(TestFiles.content(0, sent), Files.readAllBytes(file));
            return new Aftermath(result, interrupted[0], source.isOpen(), target.isOpen());
        }
    }

    private static void happen(Disturbance disturbance, TransferTask<?> transfer, ReadableByteChannel source,
            FileChannel target) throws IOException {
        switch (disturbance) {
            case CLOSE_SOURCE -> source.close();
            case CLOSE_TARGET -> target.close();
            default -> transfer.interrupt();
        }
    }

    private static Stream<Arguments> combinations() {
        List<Arguments> combinations = new ArrayList<>();
        for (Carrier carrier : Carrier.values()) {
            for (ChannelPair.Kind kind : List.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE)) {
                for (Disturbance disturbance : Disturbance.values()) {
                    combinations.add(Arguments.of(carrier, kind, disturbance));
                }
            }
        }
        return combinations.stream();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void transferThatHasMovedNothingThrows(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance)
            throws Exception {
        carrier.assume();
        Aftermath aftermath = disturb(TransferMethod.FERRONIO, carrier, kind, 0, disturbance);
        Class<?> expected = disturbance == Disturbance.INTERRUPT
                ? ClosedByInterruptException.class : AsynchronousCloseException.class;
        assertEquals(new Aftermath(expected.getName(), disturbance == Disturbance.INTERRUPT,
                disturbance == Disturbance.CLOSE_TARGET,
                disturbance == Disturbance.CLOSE_SOURCE || disturbance == Disturbance.INTERRUPT && !AFTER_21), aftermath);
    }

    /** As on the JDK, also after an interrupt. */
    @ParameterizedTest
    @MethodSource("combinations")
    void transferThatHasMovedBytesReturnsTheirCount(Carrier carrier, ChannelPair.Kind kind, Disturbance disturbance)
            throws Exception {
        carrier.assume();
        Aftermath aftermath = disturb(TransferMethod.FERRONIO, carrier, kind, SENT, disturbance);
        assertEquals(new Aftermath(SENT + " bytes", disturbance == Disturbance.INTERRUPT,
                disturbance == Disturbance.CLOSE_TARGET, disturbance != Disturbance.CLOSE_TARGET), aftermath);
    }

    /** The JDK's own transfer notices a close of its target only when the next bytes come. */
    @ParameterizedTest
    @MethodSource("wakeableByTheJdk")
    void endsAsOnTheJdk(ChannelPair.Kind kind, Disturbance disturbance, int sent) throws Exception {
        assertEquals(disturb(TransferMethod.JDK, Carrier.PLATFORM, kind, sent, disturbance),
                disturb(TransferMethod.FERRONIO, Carrier.PLATFORM, kind, sent, disturbance));
    }

    private static Stream<Arguments> wakeableByTheJdk() {
        return combinations().map(Arguments::get).filter(combination -> combination[0] == Carrier.PLATFORM
                && combination[2] != Disturbance.CLOSE_TARGET)
                .flatMap(combination -> Stream.of(0, SENT)
                        .map(sent -> Arguments.of(combination[1], combination[2], sent)));
    }
}
