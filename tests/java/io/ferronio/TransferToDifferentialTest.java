package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.DifferentialTries;
import io.ferronio.testing.Disturbance;
import io.ferronio.testing.ForeignManner;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferNumbers;
import io.ferronio.testing.TransferOutcome;
import io.ferronio.testing.TransferTarget;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Generated calls of transferTo: whatever the JDK's method does, ours does too. */
@AddLifecycleHook(DifferentialTries.class)
class TransferToDifferentialTest {

    private static final int PAGE = 4096;

    /** Every kind of target that the JDK or we treat in a way of its own. */
    enum Kind {
        TCP, NON_BLOCKING_TCP, UNIX, NON_BLOCKING_UNIX, DATAGRAMS, PIPE, NON_BLOCKING_PIPE, FIFO,
        FILE, APPENDING_FILE, SOURCE_ITSELF, SAME_FILE, APPENDING_SAME_FILE, FULL_DEVICE, NULL_DEVICE,
        FOREIGN_FILE, FOREIGN_CHANNEL;

        boolean isFileOrPipe() {
            return compareTo(PIPE) >= 0 && compareTo(NULL_DEVICE) <= 0;
        }

        boolean isSource() {
            return compareTo(SOURCE_ITSELF) >= 0 && compareTo(APPENDING_SAME_FILE) <= 0;
        }
    }

    /**
     * One call.
     *
     * @param foreignSource whether the source is not the JDK's
     * @param size of the source in bytes
     * @param start the position of a target that has one
     * @param manner of a target that is not the JDK's
     * @param before what happens before the call
     */
    record Transfer(Kind kind, boolean foreignSource, int size, long position, long count, int start,
            ForeignManner manner, Disturbance before) {
        /** How many bytes the file has from the position on, up to the count. */
        long there() {
            return position < 0 ? 0 : Math.min(count, Math.max(0, size - position));
        }
    }

    @Property(tries = 1500, seed = "4862317", edgeCases = EdgeCasesMode.NONE)
    void transfersAsTheJdkDoes(@ForAll("transfers") Transfer transfer) throws Exception {
        TransferOutcome expected = transfer(TransferMethod.JDK, transfer);
        transfer(TransferMethod.FERRONIO, transfer).assertAsOnTheJdk(expected);
    }

    @Provide
    Arbitrary<Transfer> transfers() {
        Arbitrary<Boolean> foreignSource = Arbitraries.frequency(Tuple.of(19, false), Tuple.of(1, true));
        return Arbitraries.of(Kind.class).flatMap(kind -> sizes(kind).flatMap(size -> Combinators
                .combine(foreignSource, TransferNumbers.positions(size), counts(kind, size), starts(size),
                        ForeignManner.any(size), disturbances())
                .as((foreign, position, count, start, manner, before) ->
                        new Transfer(kind, foreign, size, position, count, start, manner, before))));
    }

    private static Arbitrary<Disturbance> disturbances() {
        return Arbitraries.frequency(Tuple.of(20, Disturbance.NONE), Tuple.of(1, Disturbance.CLOSE_SOURCE),
                Tuple.of(1, Disturbance.CLOSE_TARGET), Tuple.of(1, Disturbance.INTERRUPT));
    }

    /** Datagrams that nobody receives yet must all have room. */
    private static Arbitrary<Integer> sizes(Kind kind) {
        return TransferNumbers.sizes()
                .map(size -> kind == Kind.DATAGRAMS ? Math.min(size, TransferNumbers.FITS) : size);
    }

    private static Arbitrary<Integer> starts(int size) {
        return Arbitraries.oneOf(Arbitraries.of(0, size), Arbitraries.integers().between(0, size + 2 * PAGE));
    }

    /** A file that is transferred to its own end grows with the transfer: an error must not fill the disk. */
    private static Arbitrary<Long> counts(Kind kind, long size) {
        long most = kind.isSource() ? size + 10 * PAGE : Long.MAX_VALUE;
        return TransferNumbers.counts(size).map(count -> Math.min(count, most));
    }

    private static TransferOutcome transfer(TransferMethod method, Transfer transfer) throws Exception {
        Path file = TestFiles.newFile(transfer.size);
        try (FileChannel source = openSource(transfer, file); TransferTarget target = open(transfer, file, source)) {
            if (transfer.kind != Kind.SOURCE_ITSELF) {
                source.position(7);
            }
            boolean inParts = transfer.kind == Kind.FIFO || isNonBlocking(target);
            return TransferOutcome.of(source, target, () -> {
                transfer.before.happenHere(source, target.channel());
                return inParts ? transferAll(method, source, transfer, target.channel())
                        : method.transferTo(source, transfer.position, transfer.count, target.channel());
            });
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static FileChannel openSource(Transfer transfer, Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return transfer.foreignSource ? new ChannelDelegate(channel) : channel;
    }

    private static boolean isNonBlocking(TransferTarget target) {
        return target.channel() instanceof SelectableChannel && !((SelectableChannel) target.channel()).isBlocking();
    }

    /**
     * How much a target takes at once in non-blocking mode is the kernel's affair; in the end it takes all. How much a
     * named pipe gets is that of what the JDK has met before: JDKs up to 21 map what a file has once refused to take.
     */
    private static long transferAll(TransferMethod method, FileChannel source, Transfer transfer,
            WritableByteChannel target) throws IOException {
        long moved = method.transferTo(source, transfer.position, transfer.count, target);
        while (moved < transfer.there()) {
            if (target instanceof SelectableChannel) {
                ChannelBytes.await((SelectableChannel) target, SelectionKey.OP_WRITE);
            }
            moved += method.transferTo(source, transfer.position + moved, transfer.count - moved, target);
        }
        return moved;
    }

    private static TransferTarget open(Transfer transfer, Path source, FileChannel sourceChannel) throws IOException {
        switch (transfer.kind) {
            case TCP:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.TCP));
            case NON_BLOCKING_TCP:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.TCP).nonBlocking());
            case UNIX:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.UNIX));
            case NON_BLOCKING_UNIX:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.UNIX).nonBlocking());
            case PIPE:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.PIPE));
            case NON_BLOCKING_PIPE:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.PIPE).nonBlocking());
            case FIFO:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.FIFO));
            case DATAGRAMS:
                return TransferTarget.datagrams();
            case FILE:
                return openFile(TestFiles.newFile(1000), transfer.start, StandardOpenOption.WRITE);
            case APPENDING_FILE:
                return openFile(TestFiles.newFile(1000), 0, StandardOpenOption.APPEND);
            case SOURCE_ITSELF:
                return TransferTarget.file(sourceChannel.position(transfer.start), source);
            case SAME_FILE:
                return openFile(source, transfer.start, StandardOpenOption.WRITE);
            case APPENDING_SAME_FILE:
                return openFile(source, 0, StandardOpenOption.APPEND);
            case FULL_DEVICE:
                return TransferTarget.unread(FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE), null);
            case NULL_DEVICE:
                return TransferTarget.unread(FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE), null);
            case FOREIGN_FILE:
                Path file = TestFiles.newFile(1000);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE).position(transfer.start);
                return TransferTarget.file(new ChannelDelegate(channel), file);
            default:
                return TransferTarget.foreign(transfer.manner);
        }
    }

    private static TransferTarget openFile(Path file, long start, StandardOpenOption option) throws IOException {
        FileChannel channel = FileChannel.open(file, option);
        return TransferTarget.file(start == 0 ? channel : channel.position(start), file);
    }

    /** The other property compares; this one says what is right. */
    @Property(tries = 200, seed = "77103", edgeCases = EdgeCasesMode.NONE)
    void whatArrivesIsWhatTheFileHolds(@ForAll("transfers") Transfer transfer) throws Exception {
        Assume.that(transfer.position >= 0 && transfer.count >= 0);
        ChannelPair.Kind kind = ChannelPair.Kind.values()[transfer.kind.ordinal() % 3];
        Path file = TestFiles.newFile(transfer.size);
        try (FileChannel source = FileChannel.open(file);
                TransferTarget target = TransferTarget.read(ChannelPair.open(kind))) {
            long moved = Transfers.transferTo(source, transfer.position, transfer.count, target.channel());
            long there = transfer.there();
            // A pipe may take only what it holds.
            assertEquals(there, kind == ChannelPair.Kind.PIPE && moved > 0 ? there : moved);
            assertArrayEquals(TestFiles.content(transfer.position, (int) moved), target.arrived());
            assertEquals(0, source.position());
        } finally {
            Files.delete(file);
        }
    }

    /** Files that say they are empty and are not, and files that say they are larger than they are. */
    @Property(tries = 200, seed = "90210", edgeCases = EdgeCasesMode.NONE)
    void transfersFilesOfTheKernelAsTheJdkDoes(@ForAll("kernelFiles") Path file, @ForAll("kernelCounts") long position,
            @ForAll("kernelCounts") long count, @ForAll Kind kind) throws Exception {
        // JDKs up to 21 map what a file or pipe has once refused to take, for good, and these files cannot be mapped.
        Assume.that(Runtime.version().feature() > 21 || !file.startsWith("/sys") || !kind.isFileOrPipe());
        TransferOutcome expected = transferKernelFile(TransferMethod.JDK, file, position, count, kind);
        transferKernelFile(TransferMethod.FERRONIO, file, position, count, kind).assertAsOnTheJdk(expected);
    }

    @Provide
    Arbitrary<Path> kernelFiles() {
        List<Path> files = Arrays.asList(Path.of("/proc/version"), Path.of("/proc/filesystems"),
                Path.of("/sys/devices/system/cpu/possible"), Path.of("/sys/kernel/mm/transparent_hugepage/enabled"));
        return Arbitraries.of(files.stream().filter(Files::isReadable).toList());
    }

    @Provide
    Arbitrary<Long> kernelCounts() {
        return Arbitraries.of(0L, 1L, 3L, 100L, 10_000L, Long.MAX_VALUE);
    }

    private static TransferOutcome transferKernelFile(TransferMethod method, Path file, long position, long count,
            Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(file);
                TransferTarget target = openForKernelFile(kind)) {
            return TransferOutcome.of(source, target,
                    () -> method.transferTo(source, position, count, target.channel()));
        }
    }

    /** A kernel file is small: it fits into any buffer at once, also in non-blocking mode. */
    private static TransferTarget openForKernelFile(Kind kind) throws IOException {
        Kind kindOrFile = kind.isSource() ? Kind.FILE : kind;
        return open(new Transfer(kindOrFile, false, 0, 0, 0, 500, ForeignManner.PLAIN, Disturbance.NONE), null, null);
    }
}
