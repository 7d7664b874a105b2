package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.TestFiles;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link FileLease}: who wants the file waits, and the holder is told. */
@SuppressWarnings("try") // What a close does, at this place or that, is what is tested.
class FileLeaseTest {

    private static final int SIZE = 20_000;
    private static final long LIMIT_SECONDS = 30;
    private static final Consumer<FileLease> NOBODY = lease -> {
        throw new AssertionError("nobody wants this file");
    };

    private final Path file = TestFiles.newFile(SIZE);

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectInput(new File("/dev/null")).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertEquals(0, process.waitFor());
        return output;
    }

    /** Not by truncate(1), which does not wait. */
    private static Process truncate(Path file) {
        return start("sh", "-c", ": > \"$0\"", file.toString());
    }

    /** Whether somebody who does not want to wait gets the file for writing. */
    private static boolean canWrite(Path file) throws Exception {
        Process dd = start("dd", "if=/dev/null", "of=" + file, "conv=notrunc,nocreat", "oflag=nonblock");
        String errors = new String(dd.getErrorStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        if (dd.waitFor() != 0) {
            assertTrue(errors.contains("Resource temporarily unavailable"), errors);
            return false;
        }
        return true;
    }

    private static FileChannel openForWriting(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE);
    }

    /** What holders do, with what came of it. */
    private static final class Holder implements Consumer<FileLease> {
        private final CompletableFuture<FileLease> done = new CompletableFuture<>();
        private final Callable<?> action;

        Holder(Callable<?> action) {
            this.action = action;
        }

        @Override
        public void accept(FileLease lease) {
            try {
                assertTrue(lease.isBroken());
                action.call();
                assertTrue(done.complete(lease), "told twice");
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        }

        FileLease told() throws Exception {
            return done.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    // ---- told in time

    /** What it is for: no access to the mapping ever finds the file truncated. */
    @Test
    void theHolderUnmapsBeforeAnotherProcessTruncates() throws Exception {
        long faults = Counters.snapshot().faults();
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, SIZE);
            CompletableFuture<Process> breaker = new CompletableFuture<>();
            Holder holder = new Holder(() -> {
                assertTrue(breaker.get(LIMIT_SECONDS, TimeUnit.SECONDS).isAlive(), "it does not wait");
                assertEquals(SIZE, Files.size(file));
                assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)), buffer.duplicate().rewind());
                Mappings.unmap(buffer);
                return null;
            });
            FileLease lease = FileLease.take(channel, FileLease.Type.READ, holder);
            assertFalse(lease.isBroken());
            assertEquals(FileLease.Type.READ, lease.type());
            breaker.complete(truncate(file));
            assertSame(lease, holder.told());
            assertEquals(0, breaker.get().waitFor());
            assertEquals(0, Files.size(file));
            assertTrue(lease.isBroken());
            assertEquals(0, Mappings.faults(buffer));
            lease.close();
            assertTrue(lease.isBroken());
        }
        assertEquals(faults, Counters.snapshot().faults());
    }

    @Test
    void aReaderSeesWhatTheHolderOfAWriteLeaseHadNotWrittenYet() throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Holder holder = new Holder(() -> {
                channel.truncate(0);
                return channel.write(StandardCharsets.US_ASCII.encode("written in time"), 0);
            });
            FileLease lease = FileLease.take(channel, FileLease.Type.WRITE, holder);
            assertEquals(FileLease.Type.WRITE, lease.type());
            assertEquals("written in time", output(start("cat", file.toString())));
            assertSame(lease, holder.told());
        }
    }

    @Test
    void readersDoNotBreakAReadLease() throws Exception {
        try (FileChannel channel = FileChannel.open(file);
                FileLease lease = FileLease.take(channel, FileLease.Type.READ, NOBODY);
                FileChannel other = FileChannel.open(file);
                FileLease beside = FileLease.take(other, FileLease.Type.READ, NOBODY)) {
            assertEquals(SIZE, output(start("cat", file.toString())).length());
            assertFalse(lease.isBroken());
            assertFalse(beside.isBroken());
        }
    }

    /** All that have a lease are told, and the writer waits for all. */
    @Test
    void everyLeaseOnTheFileIsBroken() throws Exception {
        AtomicInteger done = new AtomicInteger();
        Holder one = new Holder(done::incrementAndGet);
        Holder two = new Holder(done::incrementAndGet);
        try (FileChannel channel = FileChannel.open(file); FileChannel other = FileChannel.open(file)) {
            FileLease.take(channel, FileLease.Type.READ, one);
            FileLease.take(other, FileLease.Type.READ, two);
            openForWriting(file).close();
            assertEquals(2, done.get());
            one.told();
            two.told();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDoesNotWaitBreaksItAllTheSame(FileLease.Type type) throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        Holder holder = new Holder(() -> refused.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        try (FileChannel channel = FileChannel.open(file)) {
            FileLease lease = FileLease.take(channel, type, holder);
            assertFalse(canWrite(file));
            refused.countDown();
            holder.told();
            assertTrue(lease.isBroken());
            lease.close();
            assertTrue(canWrite(file));
        }
    }

    /** A slow holder keeps those who want his file, and nobody else. */
    @Test
    void leasesDoNotWaitForEachOther() throws Exception {
        Path otherFile = TestFiles.newFile(SIZE);
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch otherIsDone = new CountDownLatch(1);
        Holder slow = new Holder(() -> {
            told.countDown();
            assertTrue(otherIsDone.await(LIMIT_SECONDS, TimeUnit.SECONDS));
            assertEquals(SIZE, Files.size(file));
            return null;
        });
        Holder quick = new Holder(() -> null);
        try (FileChannel channel = FileChannel.open(file); FileChannel other = FileChannel.open(otherFile)) {
            FileLease.take(channel, FileLease.Type.READ, slow);
            FileLease.take(other, FileLease.Type.READ, quick);
            Process breaker = truncate(file);
            assertTrue(told.await(LIMIT_SECONDS, TimeUnit.SECONDS));
            openForWriting(otherFile).close();
            quick.told();
            assertTrue(breaker.isAlive());
            otherIsDone.countDown();
            slow.told();
            assertEquals(0, breaker.waitFor());
        }
    }

    @Test
    void whatTheHolderThrowsIsToldAndTheLeaseGivenBack() throws Exception {
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        IllegalStateException failure = new IllegalStateException("by the holder");
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> thrown.add(e));
        try (FileChannel channel = FileChannel.open(file)) {
            FileLease lease = FileLease.take(channel, FileLease.Type.READ, broken -> {
                throw failure;
            });
            openForWriting(file).close();
            assertSame(failure, thrown.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
            assertTrue(lease.isBroken());
            FileLease.take(channel, FileLease.Type.READ, NOBODY).close();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    /** Then whatever needs the file can be done at once. */
    @Test
    void theHolderMayGiveItBackHimself() throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            CompletableFuture<FileLease> taken = new CompletableFuture<>();
            Holder holder = new Holder(() -> {
                taken.get().close();
                openForWriting(file).close();
                taken.get().close();
                return null;
            });
            taken.complete(FileLease.take(channel, FileLease.Type.READ, holder));
            openForWriting(file).close();
            holder.told();
        }
    }

    @Test
    void theHolderMayCloseTheChannel() throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            Holder holder = new Holder(() -> {
                channel.close();
                openForWriting(file).close();
                return null;
            });
            FileLease.take(channel, FileLease.Type.READ, holder);
            openForWriting(file).close();
            holder.told();
        }
    }

    /** Another thread's close is the program's last word: it knows what its holder does. */
    @Test
    void closeDoesNotWaitForTheHolder() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Holder holder = new Holder(() -> {
            told.countDown();
            assertTrue(closed.await(LIMIT_SECONDS, TimeUnit.SECONDS));
            return null;
        });
        try (FileChannel channel = FileChannel.open(file)) {
            FileLease lease = FileLease.take(channel, FileLease.Type.READ, holder);
            Process breaker = truncate(file);
            assertTrue(told.await(LIMIT_SECONDS, TimeUnit.SECONDS));
            lease.close();
            assertEquals(0, breaker.waitFor());
            closed.countDown();
            holder.told();
        }
    }

    // ---- given back

    @ParameterizedTest
    @EnumSource
    void givenBackNobodyWaitsAndNobodyIsTold(FileLease.Type type) throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            for (int i = 0; i < 3; i++) {
                FileLease lease = FileLease.take(channel, type, NOBODY);
                lease.close();
                lease.close();
                assertTrue(canWrite(file));
                assertFalse(lease.isBroken());
            }
        }
    }

    /** The mapping would keep the lease, if only the descriptor were closed. */
    @Test
    void closingTheChannelGivesItBackAlsoWhileTheFileIsMapped() throws Exception {
        FileChannel channel = FileChannel.open(file);
        MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, SIZE);
        FileLease lease = FileLease.take(channel, FileLease.Type.READ, NOBODY);
        assertFalse(isWritableBeside(channel));
        channel.close();
        assertTrue(canWrite(file));
        lease.close();
        Mappings.unmap(buffer);
    }

    /** Whether a lease can be taken for writing: nobody else has the file open. */
    private boolean isWritableBeside(FileChannel channel) throws IOException {
        try (FileChannel other = FileChannel.open(file)) {
            FileLease.take(other, FileLease.Type.WRITE, NOBODY).close();
            return true;
        } catch (FileSystemException e) {
            assertTrue(channel.isOpen());
            return false;
        }
    }

    /** As many channels as there are threads, closed while leases on others come and go, by the same descriptors. */
    @Test
    void channelsAreClosedUnderTheirLeasesByManyThreads() throws Exception {
        Concurrently.run(8, () -> {
            Path own = TestFiles.newFile(1);
            for (int i = 0; i < 100; i++) {
                Holder holder = new Holder(() -> null);
                try (FileChannel channel = FileChannel.open(own)) {
                    FileLease lease = FileLease.take(channel, FileLease.Type.WRITE, holder);
                    if (i % 3 == 0) {
                        FileChannel.open(own).close();
                        holder.told();
                    } else if (i % 3 == 1) {
                        lease.close();
                    }
                }
                openForWriting(own).close();
            }
            return null;
        });
    }

    /** Who only wants to be told keeps nothing. */
    @Test
    void aLeaseThatWasDroppedIsHeld() throws Exception {
        Holder holder = new Holder(() -> null);
        FileLease.take(FileChannel.open(file), FileLease.Type.READ, holder);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        openForWriting(file).close();
        assertTrue(holder.told().isBroken());
    }

    @Test
    void theThreadEndsWithTheLastLease() throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            FileLease.take(channel, FileLease.Type.READ, NOBODY);
            assertEquals(1, threads());
        }
        assertTrue(Eventually.holds(() -> threads() == 0));
        try (FileChannel channel = FileChannel.open(file)) {
            Holder holder = new Holder(() -> null);
            FileLease.take(channel, FileLease.Type.READ, holder);
            openForWriting(file).close();
            holder.told();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("FerroNIO leases")).count();
    }

    /** The kernel gives the file away, and this says so. */
    @Test
    void theKernelDoesNotWaitForEver() throws Exception {
        Path limit = Path.of("/proc/sys/fs/lease-break-time");
        Assumptions.assumeTrue(Files.isWritable(limit), "only root can shorten the kernel's time");
        String before = Files.readAllLines(limit).get(0);
        CountDownLatch given = new CountDownLatch(1);
        Holder holder = new Holder(() -> given.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        Files.writeString(limit, "1");
        try (FileChannel channel = FileChannel.open(file)) {
            FileLease lease = FileLease.take(channel, FileLease.Type.READ, holder);
            openForWriting(file).close();
            assertTrue(lease.isBroken());
            assertFalse(holder.done.isDone());
            given.countDown();
            holder.told();
        } finally {
            Files.writeString(limit, before);
        }
    }

    // ---- what cannot be

    private static String refused(Class<? extends Exception> exception, FileChannel channel, FileLease.Type type) {
        return assertThrows(exception, () -> FileLease.take(channel, type, NOBODY)).getMessage();
    }

    private static void assertContains(String message, String... words) {
        for (String word : words) {
            assertTrue(message.contains(word), () -> "says \"" + word + "\": " + message);
        }
    }

    @Test
    void badArguments() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            assertThrows(NullPointerException.class, () -> FileLease.take(null, FileLease.Type.READ, NOBODY));
            assertThrows(NullPointerException.class, () -> FileLease.take(channel, null, NOBODY));
            assertThrows(NullPointerException.class, () -> FileLease.take(channel, FileLease.Type.READ, null));
            channel.close();
            assertThrows(ClosedChannelException.class, () -> FileLease.take(channel, FileLease.Type.READ, NOBODY));
        }
    }

    @Test
    void whoHasTheFileOpenIsInTheWay() throws IOException {
        try (FileChannel reader = FileChannel.open(file); FileChannel writer = openForWriting(file)) {
            assertContains(refused(FileSystemException.class, reader, FileLease.Type.READ), file.toString(),
                    "cannot take a read lease", "somebody has the file open or mapped for writing");
            assertContains(refused(FileSystemException.class, writer, FileLease.Type.READ),
                    "this channel is open for writing");
            assertContains(refused(FileSystemException.class, reader, FileLease.Type.WRITE),
                    "cannot take a write lease", "somebody else has the file open");
        }
    }

    @Test
    void onlyRegularFilesHaveLeases() throws IOException {
        for (String other : List.of("/dev/null", "/")) {
            try (FileChannel channel = FileChannel.open(Path.of(other))) {
                assertContains(refused(FileSystemException.class, channel, FileLease.Type.READ), other,
                        "it is no regular file");
            }
        }
    }

    /** One that is just being broken, too. */
    @Test
    void anOpenFileHasOneLease() throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            Holder holder = new Holder(() -> refused(IllegalStateException.class, channel, FileLease.Type.READ));
            FileLease lease = FileLease.take(channel, FileLease.Type.READ, holder);
            for (FileLease.Type type : FileLease.Type.values()) {
                assertContains(refused(IllegalStateException.class, channel, type), file.toString(),
                        "its open file has a lease, give that back first");
            }
            openForWriting(file).close();
            assertSame(lease, holder.told());
            lease.close();
            FileLease.take(channel, FileLease.Type.WRITE, NOBODY).close();
        }
    }

    /** Two channels of the JDK's may share a descriptor. */
    @Test
    void anOpenFileHasOneLeaseWhicheverChannelItIsTakenBy() throws Exception {
        try (FileInputStream stream = new FileInputStream(file.toFile());
                FileInputStream same = new FileInputStream(stream.getFD())) {
            try (FileLease lease = FileLease.take(stream.getChannel(), FileLease.Type.READ, NOBODY)) {
                refused(IllegalStateException.class, same.getChannel(), FileLease.Type.READ);
                assertFalse(lease.isBroken());
            }
            FileLease lease = FileLease.take(same.getChannel(), FileLease.Type.READ, NOBODY);
            stream.close(); // The descriptor, behind the back of the channel that has the lease.
            lease.close();
        }
        assertTrue(canWrite(file));
    }

    @Test
    void anInterruptChangesNothing() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            Thread.currentThread().interrupt();
            FileLease.take(channel, FileLease.Type.READ, NOBODY).close();
            assertTrue(Thread.interrupted());
            assertTrue(channel.isOpen());
        }
    }

    @Test
    void channelsThatAreNotTheJdksHaveNone() throws IOException {
        try (FileChannel channel = new ChannelDelegate(FileChannel.open(file))) {
            assertContains(refused(IllegalArgumentException.class, channel, FileLease.Type.READ), "ChannelDelegate");
        }
    }

    // ---- programs of their own

    @Test
    void anotherUsersFile() {
        String output = ChildJvm.runUnprivileged(OthersFile.class, List.of(), file.toString()).succeeded();
        Assumptions.assumeFalse(output.contains("nobody else's"), "there is only one user here");
        assertContains(output, "AccessDeniedException: " + file, "it is a file of user 0", "as user 65534",
                "CAP_LEASE", "and a lease on an own file");
    }

    /** A program: a lease on somebody else's file, and one on its own. */
    static final class OthersFile {
        private OthersFile() {
        }

        public static void main(String[] args) throws Exception {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]))) {
                FileLease.take(channel, FileLease.Type.READ, NOBODY).close();
                System.out.println("nobody else's file");
            } catch (FileSystemException e) {
                System.out.println(e);
            }
            try (FileChannel channel = FileChannel.open(TestFiles.newFile(1))) {
                FileLease.take(channel, FileLease.Type.READ, NOBODY).close();
                System.out.println("and a lease on an own file");
            }
        }
    }

    @Test
    void theProgramEndsWhileALeaseIsHeld() {
        assertContains(ChildJvm.run(Ends.class, List.of(), file.toString()).succeeded(), "ends");
    }

    /** A program: takes a lease, and ends. */
    static final class Ends {
        private Ends() {
        }

        public static void main(String[] args) throws Exception {
            FileLease.take(FileChannel.open(Path.of(args[0])), FileLease.Type.READ, NOBODY);
            System.out.println("ends");
        }
    }

    @Test
    void aThousandBreaksLeaveNothingBehindAndNoSignalEndsTheJvm() {
        assertContains(ChildJvm.run(ManyBreaks.class, List.of(), file.toString()).succeeded(), "1000 breaks");
    }

    /** The kernel cannot queue a signal then, and says only that something has happened. */
    @Test
    void theSameWithoutAQueueOfSignals() throws Exception {
        List<String> launcher = List.of("prlimit", "--sigpending=0");
        Assumptions.assumeTrue(start("prlimit", "--sigpending=0", "true").waitFor() == 0, "no prlimit(1)");
        assertContains(ChildJvm.runThrough(launcher, ManyBreaks.class, List.of(), file.toString()).succeeded(),
                "1000 breaks");
    }

    /** A program: has leases broken, by itself and by others, while it gets the signal from outside. */
    static final class ManyBreaks {
        private static final int BREAKS = 1000;
        private static final int EVERY = 100;

        private ManyBreaks() {
        }

        public static void main(String[] args) throws Exception {
            Path file = Path.of(args[0]);
            Path other = TestFiles.newFile(1);
            AtomicInteger told = new AtomicInteger();
            int descriptors = 0;
            int tasks = 0;
            long handled = handledRealTimeSignals();
            try (FileChannel channel = FileChannel.open(file);
                    FileChannel held = FileChannel.open(other);
                    FileLease lease = FileLease.take(held, FileLease.Type.READ, NOBODY)) {
                for (int i = 0; i < BREAKS; i++) {
                    Holder holder = new Holder(told::incrementAndGet);
                    FileLease.take(channel, FileLease.Type.WRITE, holder);
                    if (i % EVERY == 0) {
                        signalFromOutside(handledRealTimeSignals() & ~handled);
                        assertEquals(0, truncate(file).waitFor());
                    } else {
                        openForWriting(file).close();
                    }
                    holder.told();
                    if (i == EVERY) {
                        descriptors = number("fd");
                        tasks = number("task");
                    }
                }
                assertFalse(lease.isBroken());
                // Without a queue the JDK's own signal, for closing a channel that a thread is in, gets lost, too.
                lease.close();
            }
            assertTrue(number("fd") <= descriptors, "descriptors");
            int before = tasks;
            assertTrue(Eventually.holds(() -> number("task") <= before), "threads");
            System.out.println(told.get() + " breaks");
        }

        private static int number(String of) {
            return new File("/proc/self/" + of).list().length;
        }

        private static void signalFromOutside(long signals) throws Exception {
            assertEquals(1, Long.bitCount(signals), Long.toHexString(signals));
            int signal = Long.numberOfTrailingZeros(signals) + 1;
            assertEquals(0, start("kill", "-" + signal, Long.toString(ProcessHandle.current().pid())).waitFor());
        }

        /** Those that have handlers in this process: signal n is bit n - 1, and SIGRTMIN is 34. */
        private static long handledRealTimeSignals() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("SigCgt:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16)).findFirst().orElseThrow()
                    & -1L << 33;
        }
    }

    /** A program that a holder starts blocks what one of the main thread's does. */
    @Test
    void programsOfTheHoldersInheritNoMask() throws Exception {
        String[] command = {"grep", "SigBlk", "/proc/self/status"};
        String[] seen = new String[1];
        Holder holder = new Holder(() -> seen[0] = output(start(command)));
        try (FileChannel channel = FileChannel.open(file)) {
            FileLease.take(channel, FileLease.Type.READ, holder);
            openForWriting(file).close();
            holder.told();
        }
        assertEquals(output(start(command)), seen[0]);
    }
}
