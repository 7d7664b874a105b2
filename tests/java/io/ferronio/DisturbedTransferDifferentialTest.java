package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.DifferentialTries;
import io.ferronio.testing.Disturbance;
import io.ferronio.testing.ForeignManner;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferNumbers;
import io.ferronio.testing.TransferOutcome;
import io.ferronio.testing.TransferSource;
import io.ferronio.testing.TransferTarget;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * Generated transfers with something happening in the middle: they end as the JDK's do. A channel that is not the JDK's
 * makes it happen after so many bytes, which needs no luck; where a transfer waits for its peer, another thread does.
 */
@AddLifecycleHook(DifferentialTries.class)
class DisturbedTransferDifferentialTest {

    /** JDKs after 21 protect the target of a transfer too, and transfer to pipes in another way. */
    private static final boolean AFTER_21 = Runtime.version().feature() > 21;

    /** What the JDK reads and writes at once; so one buffer of ours holds it, too. */
    private static final int ONE_BUFFER = 8192;
    /** More than any buffer holds. How far a transfer has come when something happens depends on its buffer. */
    private static final int MANY_BUFFERS = 3 << 20;

    private static final Path LARGE_FILE = TestFiles.newFile(MANY_BUFFERS);

    /** What a foreign channel does to its transfer. */
    enum Meanwhile {
        CLOSE_SOURCE, CLOSE_TARGET, INTERRUPT, TRUNCATE_FILE;

        void happen(Channel source, Channel target, Path file, long size) throws IOException {
            if (this == TRUNCATE_FILE) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(size);
                }
            } else {
                Disturbance.valueOf(name()).happenHere(source, target);
            }
        }
    }

    /**
     * A call with a channel that is not the JDK's.
     *
     * @param size how many bytes the source has
     * @param until after how many bytes something happens
     * @param newSize what the file, the source or the target, is truncated to
     * @param most how many bytes the channel takes or gives at once
     */
    record WithForeignChannel(Meanwhile meanwhile, int size, int until, int newSize, int most, boolean arrayOnly) {
        ForeignManner manner() {
            return new ForeignManner(most, until, ForeignManner.Then.NOTHING, arrayOnly);
        }
    }

    @Provide
    Arbitrary<WithForeignChannel> withForeignChannel() {
        return Arbitraries.of(1, 100, 4096, ONE_BUFFER, MANY_BUFFERS).flatMap(size -> Combinators.combine(
                Arbitraries.of(Meanwhile.class), Arbitraries.integers().between(0, size),
                Arbitraries.integers().between(0, size), Arbitraries.integers().between(100, ONE_BUFFER),
                Arbitraries.of(true, false)).as((meanwhile, until, newSize, most, arrayOnly) ->
                        new WithForeignChannel(meanwhile, size, until, newSize, most, arrayOnly)));
    }

    @Property(tries = 400, seed = "480215", edgeCases = EdgeCasesMode.NONE)
    void transferToADisturbingChannel(@ForAll("withForeignChannel") WithForeignChannel transfer) throws Exception {
        TransferOutcome expected = toForeignChannel(TransferMethod.JDK, transfer);
        TransferOutcome actual = toForeignChannel(TransferMethod.FERRONIO, transfer);
        if (transfer.size == MANY_BUFFERS) {
            actual.assertAsOnTheJdkButForCounts(expected);
        } else {
            actual.assertAsOnTheJdk(expected);
        }
    }

    private static TransferOutcome toForeignChannel(TransferMethod method, WithForeignChannel transfer)
            throws Exception {
        Path file = TestFiles.newFile(transfer.size);
        WritableByteChannel[] self = new WritableByteChannel[1];
        try (FileChannel source = FileChannel.open(file);
                TransferTarget target = TransferTarget.foreign(transfer.manner(),
                        () -> transfer.meanwhile.happen(source, self[0], file, transfer.newSize))) {
            self[0] = target.channel();
            TransferOutcome outcome = TransferOutcome.of(source, target,
                    () -> method.transferTo(source, 0, Long.MAX_VALUE, target.channel()));
            byte[] arrived = target.arrived();
            assertArrayEquals(TestFiles.content(0, arrived.length), arrived);
            assertTrue(outcome.result().moved() <= 0 || outcome.result().moved() == arrived.length, outcome::toString);
            return outcome;
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 400, seed = "99120", edgeCases = EdgeCasesMode.NONE)
    void transferFromADisturbingChannel(@ForAll("withForeignChannel") WithForeignChannel transfer) throws Exception {
        TransferOutcome expected = fromForeignChannel(TransferMethod.JDK, transfer);
        TransferOutcome actual = fromForeignChannel(TransferMethod.FERRONIO, transfer);
        if (transfer.size == MANY_BUFFERS && !expected.hasLost()) {
            actual.assertAsOnTheJdkButForCounts(expected);
        } else {
            actual.assertAsOnTheJdk(expected);
        }
    }

    private static TransferOutcome fromForeignChannel(TransferMethod method, WithForeignChannel transfer)
            throws Exception {
        Path file = TestFiles.newFile(1000);
        ReadableByteChannel[] self = new ReadableByteChannel[1];
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try (TransferTarget target = TransferTarget.file(channel, file);
                TransferSource source = TransferSource.foreign(transfer.size, transfer.manner(),
                        () -> transfer.meanwhile.happen(self[0], channel, file, transfer.newSize))) {
            self[0] = source.channel();
            return TransferOutcome.of(source, target,
                    () -> method.transferFrom(channel, source.channel(), 1000, Long.MAX_VALUE));
        }
    }

    /**
     * A call whose peer goes away.
     *
     * @param read how many bytes the peer reads before; how many were sent by then is chance
     */
    record ToLeavingPeer(ChannelPair.Kind kind, long position, int read) {
    }

    @Provide
    Arbitrary<ToLeavingPeer> toLeavingPeer() {
        // TCP tells of a peer that has gone only after something was sent to it: how much, is chance.
        return Arbitraries.of(ChannelPair.Kind.class).flatMap(kind -> Combinators.combine(
                Arbitraries.longs().between(0, 1 << 20),
                Arbitraries.integers().between(kind == ChannelPair.Kind.TCP ? 1 : 0, 300_000))
                .as((position, read) -> new ToLeavingPeer(kind, position, read)));
    }

    @Property(tries = 200, seed = "70413", edgeCases = EdgeCasesMode.NONE)
    void transferToAPeerThatGoesAway(@ForAll("toLeavingPeer") ToLeavingPeer transfer) throws Exception {
        TransferOutcome expected = toLeavingPeer(TransferMethod.JDK, transfer);
        toLeavingPeer(TransferMethod.FERRONIO, transfer).assertAsOnTheJdkButForCounts(expected);
    }

    private static TransferOutcome toLeavingPeer(TransferMethod method, ToLeavingPeer transfer) throws Exception {
        try (FileChannel source = FileChannel.open(LARGE_FILE);
                ChannelPair pair = ChannelPair.open(transfer.kind)) {
            Callable<Void> peer = () -> {
                try (ReadableByteChannel reader = pair.source()) {
                    assertArrayEquals(TestFiles.content(transfer.position, transfer.read),
                            ChannelBytes.read(reader, transfer.read));
                }
                return null;
            };
            TransferTask<Void> leaving = transfer.read == 0 ? null : TransferTask.start(peer);
            if (leaving == null) {
                peer.call();
            }
            TransferOutcome outcome = TransferOutcome.of(source, TransferTarget.unread(pair.sink(), null),
                    () -> untilFailure(method, source, transfer.position, pair.sink()));
            if (leaving != null) {
                leaving.result();
            }
            return outcome;
        }
    }

    /** A call that has sent something returns; the next one fails. */
    private static long untilFailure(TransferMethod method, FileChannel source, long position,
            WritableByteChannel target) throws IOException {
        long moved = 0;
        while (position + moved < MANY_BUFFERS) {
            long n = method.transferTo(source, position + moved, Long.MAX_VALUE, target);
            assertTrue(n > 0, "neither moved anything nor failed");
            moved += n;
        }
        return moved;
    }

    /**
     * A call that waits for a peer that does nothing.
     *
     * @param before how many bytes it has moved before
     */
    record Waiting(ChannelPair.Kind kind, Disturbance disturbance, int before, long more) {
    }

    /**
     * The JDK waits for its source without looking at its target: closing that ends nothing, in any version. JDK 17
     * does not take a FIFO as a source, because that has no position.
     */
    @Provide
    Arbitrary<Waiting> waitingForTheSource() {
        Arbitrary<ChannelPair.Kind> kinds = Arbitraries.of(ChannelPair.Kind.class)
                .filter(kind -> kind != ChannelPair.Kind.FIFO || Runtime.version().feature() > 17);
        return Combinators.combine(kinds,
                Arbitraries.of(Disturbance.CLOSE_SOURCE, Disturbance.INTERRUPT),
                Arbitraries.oneOf(Arbitraries.just(0), Arbitraries.integers().between(1, TransferNumbers.FITS)),
                Arbitraries.of(1L, 5000L, 1L << 20, 1L << 40)).as(Waiting::new);
    }

    @Property(tries = 200, seed = "11806", edgeCases = EdgeCasesMode.NONE,
            shrinking = ShrinkingMode.OFF) // A case that fails may do so by never ending.
    void transferThatWaitsForItsSource(@ForAll("waitingForTheSource") Waiting transfer) throws Exception {
        TransferOutcome expected = waitForSource(TransferMethod.JDK, transfer);
        waitForSource(TransferMethod.FERRONIO, transfer).assertAsOnTheJdk(expected);
    }

    private static TransferOutcome waitForSource(TransferMethod method, Waiting transfer) throws Exception {
        Path file = TestFiles.newFile(0);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try (TransferTarget target = TransferTarget.file(channel, file);
                TransferSource source = TransferSource.written(ChannelPair.open(transfer.kind), transfer.before,
                        1 + transfer.before / 3, false)) {
            return TransferOutcome.of(source, target, () -> disturb(transfer.disturbance, source.channel(), channel,
                    () -> method.transferFrom(channel, source.channel(), 0, transfer.before + transfer.more),
                    () -> Files.size(file) >= transfer.before));
        }
    }

    /** Closing the target is left out where the JDK does not look at it. TransferAsynchronousCloseTest has the rest. */
    @Provide
    Arbitrary<Waiting> waitingForTheTarget() {
        Arbitrary<Disturbance> disturbances = AFTER_21
                ? Arbitraries.of(Disturbance.CLOSE_SOURCE, Disturbance.INTERRUPT, Disturbance.CLOSE_TARGET)
                : Arbitraries.of(Disturbance.CLOSE_SOURCE, Disturbance.INTERRUPT);
        return Combinators.combine(Arbitraries.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX), disturbances,
                Arbitraries.integers().between(1, 500_000), Arbitraries.of(2L << 20, Long.MAX_VALUE / 2))
                .as(Waiting::new);
    }

    @Property(tries = 100, seed = "52290", edgeCases = EdgeCasesMode.NONE,
            shrinking = ShrinkingMode.OFF) // A case that fails may do so by never ending.
    void transferThatWaitsForItsTarget(@ForAll("waitingForTheTarget") Waiting transfer) throws Exception {
        TransferOutcome expected = waitForTarget(TransferMethod.JDK, transfer);
        waitForTarget(TransferMethod.FERRONIO, transfer).assertAsOnTheJdkButForCounts(expected);
    }

    private static TransferOutcome waitForTarget(TransferMethod method, Waiting transfer) throws Exception {
        try (FileChannel source = FileChannel.open(LARGE_FILE);
                ChannelPair pair = ChannelPair.open(transfer.kind)) {
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.read(pair.source(), transfer.before));
            TransferOutcome outcome = TransferOutcome.of(source, TransferTarget.unread(pair.sink(), null),
                    () -> disturb(transfer.disturbance, source, pair.sink(),
                            () -> method.transferTo(source, 0, transfer.before + transfer.more, pair.sink()),
                            reader::isDone));
            assertArrayEquals(TestFiles.content(0, transfer.before), reader.result());
            return outcome;
        }
    }

    /** Transfers on a thread of its own, disturbs it where it waits, and passes on what comes of it. */
    private static long disturb(Disturbance disturbance, Channel source, Channel target, Callable<Long> transfer,
            Callable<Boolean> isFarEnough) throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        TransferTask<Long> task = TransferTask.start(() -> {
            try {
                return transfer.call();
            } finally {
                interrupted.set(Thread.currentThread().isInterrupted());
            }
        });
        task.awaitWaiting(isFarEnough);
        TransferTask<Void> disturber = TransferTask.start(() -> {
            disturbance.happen(source, target, task::interrupt);
            return null;
        });
        long moved = -1;
        Exception ended = null;
        try {
            moved = task.result();
        } catch (Exception e) {
            ended = e;
        }
        disturber.result();
        if (interrupted.get() != (disturbance == Disturbance.INTERRUPT)) {
            throw new AssertionError("after " + moved + " bytes the thread " + (interrupted.get() ? "was" : "was not")
                    + " interrupted", ended);
        }
        if (interrupted.get()) {
            Thread.currentThread().interrupt();
        }
        if (ended != null) {
            throw ended;
        }
        return moved;
    }
}
