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
import io.ferronio.testing.TransferSource;
import io.ferronio.testing.TransferTarget;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Generated calls of transferFrom: whatever the JDK's method does, ours does too. */
@AddLifecycleHook(DifferentialTries.class)
class TransferFromDifferentialTest {

    private static final int PAGE = 4096;

    /** Every kind of source that the JDK or we treat in a way of its own. */
    enum Source {
        FILE, WRITE_ONLY_FILE, FOREIGN_FILE, TARGET_ITSELF, SAME_FILE,
        TCP, UNIX, PIPE, FIFO, NON_BLOCKING_TCP, NON_BLOCKING_UNIX, NON_BLOCKING_PIPE,
        SHUT_DOWN_TCP, SHUT_DOWN_UNIX, RESET_TCP, UNCONNECTED_TCP,
        DATAGRAMS, NON_BLOCKING_DATAGRAMS, UNCONNECTED_DATAGRAMS, STREAM, FOREIGN_CHANNEL;

        private static final List<Source> HELD_BEFORE = List.of(NON_BLOCKING_TCP, NON_BLOCKING_UNIX,
                NON_BLOCKING_PIPE, SHUT_DOWN_TCP, SHUT_DOWN_UNIX, RESET_TCP, DATAGRAMS, NON_BLOCKING_DATAGRAMS);
        private static final List<Source> WRITTEN_MEANWHILE = List.of(TCP, UNIX, PIPE, FIFO);

        /** What is there before the transfer must fit into buffers. */
        int sizeWithin(int size) {
            return HELD_BEFORE.contains(this) ? Math.min(size, TransferNumbers.FITS) : size;
        }

        /** A source that blocks and does not end must be asked for no more than it gives. */
        long countWithin(long count, int size, boolean ends) {
            boolean endless = this == DATAGRAMS || WRITTEN_MEANWHILE.contains(this) && !ends;
            return endless ? Math.min(count, size) : count;
        }

        boolean isTarget() {
            return this == TARGET_ITSELF || this == SAME_FILE;
        }
    }

    /** Every kind of target that is a file channel. */
    enum Target {
        FILE, WRITE_ONLY_FILE, READ_ONLY_FILE, APPENDING_FILE, FOREIGN_FILE, FULL_DEVICE, NULL_DEVICE, FIFO
    }

    /**
     * One call.
     *
     * @param size how many bytes the source has
     * @param start the position of a source that has one
     * @param piece how many bytes are written, or sent, to the source at once
     * @param ends whether a source that is written to ends after so many bytes, or stays open
     * @param manner of a source that is not the JDK's
     * @param targetSize how many bytes the target holds before
     * @param before what happens before the call
     */
    record Transfer(Source source, int size, int start, int piece, boolean ends, ForeignManner manner, Target target,
            int targetSize, long position, long count, Disturbance before) {
    }

    @Property(tries = 1500, seed = "5109284", edgeCases = EdgeCasesMode.NONE)
    void transfersAsTheJdkDoes(@ForAll("transfers") Transfer transfer) throws Exception {
        TransferOutcome expected = transfer(TransferMethod.JDK, transfer);
        transfer(TransferMethod.FERRONIO, transfer).assertAsOnTheJdk(expected);
    }

    @Provide
    Arbitrary<Transfer> transfers() {
        Arbitrary<Target> targets = Arbitraries.frequency(Tuple.of(8, Target.FILE), Tuple.of(4, Target.WRITE_ONLY_FILE),
                Tuple.of(4, Target.APPENDING_FILE), Tuple.of(2, Target.FOREIGN_FILE), Tuple.of(2, Target.NULL_DEVICE),
                Tuple.of(2, Target.FULL_DEVICE), Tuple.of(1, Target.READ_ONLY_FILE), Tuple.of(1, Target.FIFO));
        Arbitrary<Integer> targetSizes = Arbitraries.of(0, 1000, 4 * PAGE, 100_000);
        return Combinators.combine(Arbitraries.of(Source.class), TransferNumbers.sizes(), targets, targetSizes)
                .flatAs(this::transfers);
    }

    private Arbitrary<Transfer> transfers(Source source, int most, Target target, int targetSize) {
        int size = source.sizeWithin(most);
        // A file that is transferred to its own end grows with the transfer: an error must not fill the disk.
        long mostAtOnce = source.isTarget() ? targetSize + 10 * PAGE : Long.MAX_VALUE;
        int held = source.isTarget() ? targetSize : size;
        Arbitrary<Integer> starts = Arbitraries.oneOf(Arbitraries.of(0, held / 2, held, held + 1),
                Arbitraries.integers().between(0, held + 2 * PAGE));
        // The JDK cuts what is longer than its buffer off a datagram; ours is larger.
        Arbitrary<Integer> pieces = Arbitraries.integers().between(1, 10).map(number ->
                source.name().endsWith("DATAGRAMS") ? 300 * number : Math.max(1, size / number));
        return Combinators.combine(starts, pieces, Arbitraries.of(true, false), ForeignManner.any(size),
                TransferNumbers.positions(targetSize), TransferNumbers.counts(held), disturbances())
                .as((start, piece, ends, manner, position, count, before) -> new Transfer(source, size, start, piece,
                        ends, manner, target, targetSize, position,
                        Math.min(source.countWithin(count, size, ends), mostAtOnce), before));
    }

    private static Arbitrary<Disturbance> disturbances() {
        return Arbitraries.frequency(Tuple.of(20, Disturbance.NONE), Tuple.of(1, Disturbance.CLOSE_SOURCE),
                Tuple.of(1, Disturbance.CLOSE_TARGET), Tuple.of(1, Disturbance.INTERRUPT));
    }

    private static TransferOutcome transfer(TransferMethod method, Transfer transfer) throws Exception {
        Path path = TestFiles.newFile(transfer.targetSize);
        try (TransferTarget target = openTarget(transfer.target, path);
                TransferSource source = openSource(transfer, (FileChannel) target.channel(), path)) {
            FileChannel file = (FileChannel) target.channel();
            return TransferOutcome.of(source, target, () -> {
                transfer.before.happenHere(source.channel(), file);
                return transfer.source == Source.NON_BLOCKING_TCP
                        ? transferAll(method, file, (SocketChannel) source.channel(), transfer)
                        : method.transferFrom(file, source.channel(), transfer.position, transfer.count);
            });
        } finally {
            Files.deleteIfExists(path);
        }
    }

    /** How soon TCP delivers is the kernel's affair; in the end it delivers all. */
    private static long transferAll(TransferMethod method, FileChannel target, SocketChannel source, Transfer transfer)
            throws IOException {
        long moved = method.transferFrom(target, source, transfer.position, transfer.count);
        while (moved < Math.min(transfer.count, transfer.size)) {
            ChannelBytes.await(source, SelectionKey.OP_READ);
            long n = method.transferFrom(target, source, transfer.position + moved, transfer.count - moved);
            if (n == 0) {
                break;
            }
            moved += n;
        }
        return moved;
    }

    private static TransferTarget openTarget(Target target, Path file) throws IOException {
        switch (target) {
            case FILE:
                return openFile(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            case WRITE_ONLY_FILE:
                return openFile(file, StandardOpenOption.WRITE);
            case READ_ONLY_FILE:
                return openFile(file, StandardOpenOption.READ);
            case APPENDING_FILE:
                return openFile(file, StandardOpenOption.APPEND);
            case FOREIGN_FILE:
                return TransferTarget.file(new ChannelDelegate(FileChannel.open(file, StandardOpenOption.WRITE)), file);
            case FULL_DEVICE:
                return TransferTarget.unread(FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE), null);
            case NULL_DEVICE:
                return TransferTarget.unread(FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE), null);
            default:
                return TransferTarget.read(ChannelPair.open(ChannelPair.Kind.FIFO));
        }
    }

    private static TransferTarget openFile(Path file, StandardOpenOption... options) throws IOException {
        return TransferTarget.file(FileChannel.open(file, options), file);
    }

    private static TransferSource openSource(Transfer transfer, FileChannel target, Path targetFile)
            throws IOException {
        int size = transfer.size;
        switch (transfer.source) {
            case FILE:
                return openFile(transfer, TestFiles.newFile(size), StandardOpenOption.READ);
            case WRITE_ONLY_FILE:
                return openFile(transfer, TestFiles.newFile(size), StandardOpenOption.WRITE);
            case FOREIGN_FILE:
                Path file = TestFiles.newFile(size);
                return TransferSource.file(new ChannelDelegate(FileChannel.open(file).position(transfer.start)), file);
            case TARGET_ITSELF:
                return isFile(transfer.target) ? TransferSource.file(target.position(transfer.start), null)
                        : TransferSource.empty(target, null);
            case SAME_FILE:
                return openFile(transfer, targetFile, StandardOpenOption.READ);
            case TCP, UNIX, PIPE, FIFO:
                return TransferSource.written(ChannelPair.open(ChannelPair.Kind.valueOf(transfer.source.name())), size,
                        transfer.piece, transfer.ends);
            case NON_BLOCKING_TCP:
                return nonBlocking(transfer, ChannelPair.open(ChannelPair.Kind.TCP));
            case NON_BLOCKING_UNIX:
                return nonBlocking(transfer, ChannelPair.open(ChannelPair.Kind.UNIX));
            case NON_BLOCKING_PIPE:
                return nonBlocking(transfer, ChannelPair.open(ChannelPair.Kind.PIPE));
            case SHUT_DOWN_TCP:
                return shutDown(transfer, ChannelPair.open(ChannelPair.Kind.TCP));
            case SHUT_DOWN_UNIX:
                return shutDown(transfer, ChannelPair.open(ChannelPair.Kind.UNIX));
            case RESET_TCP:
                return TransferSource.reset(ChannelPair.open(ChannelPair.Kind.TCP), size);
            case UNCONNECTED_TCP:
                return TransferSource.empty(SocketChannel.open(), null);
            case DATAGRAMS:
                return TransferSource.datagrams(size, transfer.piece, true);
            case NON_BLOCKING_DATAGRAMS:
                return TransferSource.datagrams(size, transfer.piece, false);
            case UNCONNECTED_DATAGRAMS:
                return TransferSource.empty(DatagramChannel.open(), null);
            case STREAM:
                return TransferSource.stream(size);
            default:
                return TransferSource.foreign(size, transfer.manner);
        }
    }

    private static boolean isFile(Target target) {
        return target != Target.FULL_DEVICE && target != Target.NULL_DEVICE && target != Target.FIFO;
    }

    private static TransferSource openFile(Transfer transfer, Path file, StandardOpenOption option)
            throws IOException {
        return TransferSource.file(FileChannel.open(file, option).position(transfer.start), file);
    }

    private static TransferSource nonBlocking(Transfer transfer, ChannelPair pair) throws IOException {
        ((SelectableChannel) pair.source()).configureBlocking(false);
        return TransferSource.filled(pair, transfer.size, transfer.ends);
    }

    private static TransferSource shutDown(Transfer transfer, ChannelPair pair) throws IOException {
        TransferSource source = TransferSource.filled(pair, transfer.size, transfer.ends);
        ((SocketChannel) pair.source()).shutdownInput();
        return source;
    }

    /** The other property compares; this one says what is right. */
    @Property(tries = 200, seed = "31871", edgeCases = EdgeCasesMode.NONE)
    void whatTheFileHoldsIsWhatWasSent(@ForAll("sound") Transfer transfer) throws Exception {
        Path file = TestFiles.newFile(transfer.targetSize);
        try (FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE).position(5);
                TransferSource source = openSource(transfer, target, file)) {
            int expected = (int) Math.min(transfer.count, transfer.size);
            assertEquals(expected, Transfers.transferFrom(target, source.channel(), transfer.position, transfer.count));
            byte[] bytes = Files.readAllBytes(file);
            byte[] all = TestFiles.content(0, Math.max(transfer.targetSize, (int) transfer.position + expected));
            System.arraycopy(TestFiles.content(0, expected), 0, all, (int) transfer.position, expected);
            assertArrayEquals(all, bytes);
            assertEquals(5, target.position());
            assertEquals(expected, source.left().taken());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Provide
    Arbitrary<Transfer> sound() {
        List<Source> sources = List.of(Source.FILE, Source.FOREIGN_FILE, Source.TCP, Source.UNIX, Source.PIPE,
                Source.NON_BLOCKING_PIPE, Source.DATAGRAMS, Source.STREAM);
        return Combinators.combine(Arbitraries.of(sources), TransferNumbers.sizes(), Arbitraries.of(0, 1000, 100_000))
                .flatAs((source, most, targetSize) -> {
                    int size = source.sizeWithin(most);
                    return Combinators.combine(Arbitraries.longs().between(0, targetSize),
                            TransferNumbers.counts(size).filter(count -> count >= 0), Arbitraries.of(true, false))
                            .as((position, count, ends) -> new Transfer(source, size, 0, 1000, ends,
                                    ForeignManner.PLAIN, Target.FILE, targetSize, position,
                                    source.countWithin(count, size, ends), Disturbance.NONE))
                            // A datagram is received whole or cut off.
                            .filter(transfer -> source != Source.DATAGRAMS || transfer.count % 1000 == 0
                                    || transfer.count == size);
                });
    }

    /** How the JDK fails with a file of the kernel's that copy_file_range refuses: ours reads it. */
    private static final String CANNOT_BE_MAPPED = "java.io.IOException: No such device";

    /** Files that say they are empty and are not, and files that say they are larger than they are. */
    @Property(tries = 200, seed = "66013", edgeCases = EdgeCasesMode.NONE)
    void transfersFilesOfTheKernelAsTheJdkDoes(@ForAll("kernelFiles") Path source, @ForAll Target target,
            @ForAll("kernelCounts") long start, @ForAll("kernelCounts") long position,
            @ForAll("kernelCounts") long count) throws Exception {
        TransferOutcome expected = transferKernelFile(TransferMethod.JDK, source, target, start, position, count);
        TransferOutcome actual = transferKernelFile(TransferMethod.FERRONIO, source, target, start, position, count);
        if (expected.result().words().equals(CANNOT_BE_MAPPED) && !actual.equals(expected)) {
            long there = Math.max(0, Files.readAllBytes(source).length - start);
            assertEquals(Math.min(count, there), actual.result().moved());
        } else {
            actual.assertAsOnTheJdk(expected);
        }
    }

    @Provide
    Arbitrary<Path> kernelFiles() {
        return Arbitraries.of(Stream.of("/proc/version", "/proc/filesystems", "/sys/devices/system/cpu/possible",
                "/sys/kernel/mm/transparent_hugepage/enabled").map(Path::of).filter(Files::isReadable).toList());
    }

    @Provide
    Arbitrary<Long> kernelCounts() {
        return Arbitraries.of(0L, 1L, 3L, 100L, 10_000L, 100_000L);
    }

    private static TransferOutcome transferKernelFile(TransferMethod method, Path sourceFile, Target targetKind,
            long start, long position, long count) throws Exception {
        Path file = TestFiles.newFile(1000);
        try (TransferTarget target = openTarget(targetKind, file);
                TransferSource source = TransferSource.file(FileChannel.open(sourceFile).position(start), null)) {
            return TransferOutcome.of(source, target, () -> method.transferFrom((FileChannel) target.channel(),
                    source.channel(), position, count));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
