package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
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
import java.util.concurrent.Callable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Generated transfers: whatever the JDK's method does, ours does too. */
class TransferDifferentialTest {

    private static final int PAGE = 4096;
    private static final int LARGEST = 300_000;

    /** Every kind of target that the JDK or we treat in a way of its own. */
    enum Kind {
        TCP, NON_BLOCKING_TCP, UNIX, NON_BLOCKING_UNIX, PIPE, NON_BLOCKING_PIPE,
        FILE, APPENDING_FILE, SOURCE_ITSELF, SAME_FILE, FOREIGN_CHANNEL, SLOW_FOREIGN_CHANNEL;

        boolean isFileOrPipe() {
            return compareTo(PIPE) >= 0 && compareTo(SAME_FILE) <= 0;
        }
    }

    /**
     * One call.
     *
     * @param size of the source in bytes
     * @param start the position of a target that has one
     */
    record Transfer(Kind kind, int size, long position, long count, int start) {
        /** How many bytes the file has from the position on, up to the count. */
        long there() {
            return Math.min(count, Math.max(0, size - position));
        }
    }

    @Property(tries = 200, seed = "4862317", edgeCases = EdgeCasesMode.NONE)
    void transfersAsTheJdkDoes(@ForAll("transfers") Transfer transfer) throws Exception {
        TransferOutcome expected = transfer(TransferMethod.JDK, transfer);
        assertEquals(expected, transfer(TransferMethod.FERRONIO, transfer));
    }

    @Provide
    Arbitrary<Transfer> transfers() {
        Arbitrary<Integer> sizes = Arbitraries.oneOf(
                Arbitraries.of(0, 1, PAGE - 1, PAGE, PAGE + 1, 4 * PAGE - 1, 4 * PAGE, 16 * PAGE, LARGEST),
                Arbitraries.integers().between(0, LARGEST));
        return Arbitraries.of(Kind.class).flatMap(kind -> sizes.flatMap(size -> Combinators
                .combine(positions(size), counts(kind, size), Arbitraries.oneOf(Arbitraries.of(0, size),
                        Arbitraries.integers().between(0, size + 2 * PAGE)))
                .as((position, count, start) -> new Transfer(kind, size, position, count, start))));
    }

    private static Arbitrary<Long> positions(long size) {
        return Arbitraries.oneOf(
                Arbitraries.of(0L, size / 2, size / 2 / PAGE * PAGE, Math.max(0, size - 1), size, size + 1,
                        Long.MAX_VALUE),
                Arbitraries.longs().between(0, size));
    }

    /** A file that is transferred to its own end grows with the transfer: an error must not fill the disk. */
    private static Arbitrary<Long> counts(Kind kind, long size) {
        long most = kind == Kind.SAME_FILE ? size + 10 * PAGE : Long.MAX_VALUE;
        return Arbitraries.oneOf(
                Arbitraries.of(0L, 1L, 100L, (long) PAGE, size, size + 1, (long) Integer.MAX_VALUE, Long.MAX_VALUE),
                Arbitraries.longs().between(0, size)).map(count -> Math.min(count, most));
    }

    private static TransferOutcome transfer(TransferMethod method, Transfer transfer) throws Exception {
        Path file = TestFiles.newFile(transfer.size);
        try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                TransferTarget target = open(transfer, file, source)) {
            if (transfer.kind != Kind.SOURCE_ITSELF) {
                source.position(7);
            }
            Callable<Long> call = isNonBlocking(target)
                    ? () -> transferAll(method, source, transfer, target.channel())
                    : () -> method.transferTo(source, transfer.position, transfer.count, target.channel());
            return TransferOutcome.of(source, target, call);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static boolean isNonBlocking(TransferTarget target) {
        return target.channel() instanceof SelectableChannel && !((SelectableChannel) target.channel()).isBlocking();
    }

    /** How much a target takes at once in non-blocking mode is the kernel's affair; in the end it takes all. */
    private static long transferAll(TransferMethod method, FileChannel source, Transfer transfer,
            WritableByteChannel target) throws IOException {
        long moved = method.transferTo(source, transfer.position, transfer.count, target);
        while (moved < transfer.there()) {
            ChannelBytes.await((SelectableChannel) target, SelectionKey.OP_WRITE);
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
            case FILE:
                return openFile(TestFiles.newFile(1000), transfer.start, StandardOpenOption.WRITE);
            case APPENDING_FILE:
                return openFile(TestFiles.newFile(1000), 0, StandardOpenOption.APPEND);
            case SOURCE_ITSELF:
                return TransferTarget.file(sourceChannel.position(transfer.start), source);
            case SAME_FILE:
                return openFile(source, transfer.start, StandardOpenOption.WRITE);
            case FOREIGN_CHANNEL:
                return TransferTarget.foreign(Integer.MAX_VALUE);
            default:
                return TransferTarget.foreign(1000);
        }
    }

    private static TransferTarget openFile(Path file, long start, StandardOpenOption option) throws IOException {
        FileChannel channel = FileChannel.open(file, option);
        return TransferTarget.file(start == 0 ? channel : channel.position(start), file);
    }

    /** The other property compares; this one says what is right. */
    @Property(tries = 60, seed = "77103", edgeCases = EdgeCasesMode.NONE)
    void whatArrivesIsWhatTheFileHolds(@ForAll("transfers") Transfer transfer) throws Exception {
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
    @Property(tries = 40, seed = "90210", edgeCases = EdgeCasesMode.NONE)
    void transfersFilesOfTheKernelAsTheJdkDoes(@ForAll("kernelFiles") Path file, @ForAll("kernelCounts") long position,
            @ForAll("kernelCounts") long count, @ForAll Kind kind) throws Exception {
        // JDKs up to 21 map what a file or pipe has once refused to take, for good, and these files cannot be mapped.
        Assume.that(Runtime.version().feature() > 21 || !file.startsWith("/sys") || !kind.isFileOrPipe());
        TransferOutcome expected = transferKernelFile(TransferMethod.JDK, file, position, count, kind);
        assertEquals(expected, transferKernelFile(TransferMethod.FERRONIO, file, position, count, kind));
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
        boolean inFile = kind == Kind.SOURCE_ITSELF || kind == Kind.SAME_FILE;
        return open(new Transfer(inFile ? Kind.FILE : kind, 0, 0, 0, 500), null, null);
    }
}
