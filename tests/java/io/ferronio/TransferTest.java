package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTarget;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One transfer from beginning to end: every pair of channels, what is counted, and what is known after a failure. */
class TransferTest {

    private static final int SIZE = ChannelPair.MORE_THAN_FITS;
    private static final Path FILE = TestFiles.newFile(SIZE);
    private static final int POSITION = 4097;
    private static final String HEADER = "the header";
    private static final String TRAILER = "the trailer, a little longer";

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] framed(byte[] content) {
        return concatenated(HEADER.getBytes(StandardCharsets.US_ASCII), content,
                TRAILER.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Stream.of(parts).mapToInt(part -> part.length).sum());
        Stream.of(parts).forEach(all::put);
        return all.array();
    }

    /** Where the bytes of a test come from. */
    private enum Source {
        FILE {
            @Override
            Transfer from(int count, List<AutoCloseable> opened) throws IOException {
                return Transfer.from(add(opened, FileChannel.open(TransferTest.FILE)), POSITION, count);
            }
        },
        FILE_FROM_ITS_OWN_POSITION {
            @Override
            Transfer from(int count, List<AutoCloseable> opened) throws IOException {
                FileChannel file = add(opened, FileChannel.open(TransferTest.FILE));
                return Transfer.from((ReadableByteChannel) file.position(POSITION), count);
            }
        },
        TCP, TCP_NON_BLOCKING, UNIX, PIPE, PIPE_NON_BLOCKING, FIFO,
        FOREIGN {
            @Override
            Transfer from(int count, List<AutoCloseable> opened) {
                return Transfer.from(Channels.newChannel(new ByteArrayInputStream(
                        TestFiles.content(POSITION, count + 100))), count);
            }
        };

        /** A stream, unless overridden, with more in it than is taken. */
        Transfer from(int count, List<AutoCloseable> opened) throws IOException {
            ChannelPair.Kind kind = ChannelPair.Kind.valueOf(name().replace("_NON_BLOCKING", ""));
            ChannelPair pair = add(opened, ChannelPair.open(kind));
            if (name().endsWith("NON_BLOCKING")) {
                ((SelectableChannel) pair.source()).configureBlocking(false);
            }
            TransferTask<Void> writer = TransferTask.start(() -> {
                ByteBuffer content = ByteBuffer.wrap(TestFiles.content(POSITION, count + 100));
                while (content.hasRemaining()) {
                    pair.sink().write(content);
                }
                return null;
            });
            opened.add(() -> {
                ChannelBytes.read(blocking(pair.source()), 100);
                writer.result();
            });
            return Transfer.from(pair.source(), count);
        }
    }

    private static ReadableByteChannel blocking(ReadableByteChannel channel) throws IOException {
        if (channel instanceof SelectableChannel) {
            ((SelectableChannel) channel).configureBlocking(true);
        }
        return channel;
    }

    private static <T extends AutoCloseable> T add(List<AutoCloseable> opened, T resource) {
        opened.add(resource);
        return resource;
    }

    /** Where they go. */
    private enum Target {
        TCP, TCP_NON_BLOCKING, UNIX, UNIX_NON_BLOCKING, PIPE, PIPE_NON_BLOCKING, FIFO,
        FILE_AT_ITS_OWN_POSITION {
            @Override
            byte[] run(Transfer transfer, TransferResult[] result) throws Exception {
                Path file = Files.write(TestFiles.newPath(".data"), "12345".getBytes(StandardCharsets.US_ASCII));
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    result[0] = transfer.to(channel.position(5)).run();
                    assertEquals(5 + result[0].bytes(), channel.position());
                }
                byte[] content = Files.readAllBytes(file);
                assertEquals("12345", new String(content, 0, 5, StandardCharsets.US_ASCII));
                return Arrays.copyOfRange(content, 5, content.length);
            }
        },
        FILE_AT_A_POSITION {
            @Override
            byte[] run(Transfer transfer, TransferResult[] result) throws Exception {
                Path file = TestFiles.newPath(".data");
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
                    result[0] = transfer.to(channel, 5000).run();
                    assertEquals(0, channel.position());
                }
                byte[] content = Files.readAllBytes(file);
                assertArrayEquals(new byte[5000], Arrays.copyOf(content, 5000));
                return content.length == 0 ? content : Arrays.copyOfRange(content, 5000, content.length);
            }
        },
        FILE_APPENDED_TO {
            @Override
            byte[] run(Transfer transfer, TransferResult[] result) throws Exception {
                Path file = Files.write(TestFiles.newPath(".data"), "12345".getBytes(StandardCharsets.US_ASCII));
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
                    result[0] = transfer.to(channel).run();
                }
                byte[] content = Files.readAllBytes(file);
                return Arrays.copyOfRange(content, 5, content.length);
            }
        },
        FOREIGN {
            @Override
            byte[] run(Transfer transfer, TransferResult[] result) throws Exception {
                try (TransferTarget target = TransferTarget.foreign(3000)) {
                    result[0] = transfer.to(target.channel()).run();
                    return target.arrived();
                }
            }
        };

        /** Runs a transfer to here, and gives what has arrived. A stream, unless overridden. */
        byte[] run(Transfer transfer, TransferResult[] result) throws Exception {
            ChannelPair pair = ChannelPair.open(ChannelPair.Kind.valueOf(name().replace("_NON_BLOCKING", "")));
            pair = name().endsWith("NON_BLOCKING") ? pair.nonBlocking() : pair;
            try (TransferTarget target = TransferTarget.read(pair)) {
                result[0] = transfer.to(target.channel()).run();
                return target.arrived();
            }
        }
    }

    private static Stream<Arguments> pairs() {
        return Stream.of(Source.values()).flatMap(source -> Stream.of(Target.values())
                .flatMap(target -> Stream.of(Carrier.values()).map(carrier -> Arguments.of(source, target, carrier))));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void everythingArrives(Source source, Target target, Carrier carrier) throws Exception {
        carrier.assume();
        for (int count : new int[] {0, 1000, 300_000}) {
            for (int variant = 0; variant < 4; variant++) {
                boolean isFramed = variant % 2 == 1;
                List<AutoCloseable> opened = new ArrayList<>();
                try {
                    Transfer start = source.from(count, opened);
                    Transfer plan = variant < 2 ? start : start.cancelledBy(new Cancellation()); // By no one.
                    Transfer transfer = !isFramed ? plan : plan.header(ascii(HEADER)).trailer(ascii(TRAILER));
                    TransferResult[] result = new TransferResult[1];
                    byte[] arrived = TransferTask.start(carrier, () -> target.run(transfer, result)).result();
                    byte[] content = TestFiles.content(POSITION, count);
                    assertArrayEquals(isFramed ? framed(content) : content, arrived);
                    assertEquals(arrived.length, result[0].bytes());
                    if (opened.size() > 0 && opened.get(0) instanceof FileChannel) {
                        int moved = source == Source.FILE ? 0 : POSITION + count;
                        assertEquals(moved, ((FileChannel) opened.get(0)).position());
                    }
                } finally {
                    for (int i = opened.size() - 1; i >= 0; i--) {
                        opened.get(i).close();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void nonBlockingTargetThatIsReadLateIsWaitedFor(ChannelPair.Kind kind) throws Exception {
        for (Carrier carrier : Carrier.values()) {
            if (carrier == Carrier.VIRTUAL && Runtime.version().feature() < 21) {
                continue;
            }
            try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(kind).nonBlocking()) {
                Transfer transfer = Transfer.from(source, 0, SIZE).to(pair.sink())
                        .header(ascii(HEADER)).trailer(ascii(TRAILER));
                TransferTask<TransferResult> run = TransferTask.start(carrier, transfer::run);
                run.awaitWaiting();
                TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
                assertEquals(HEADER.length() + SIZE + TRAILER.length(), run.result().bytes());
                // The run's selector is gone: a channel that is registered could not be put into blocking mode.
                ((SelectableChannel) pair.sink()).configureBlocking(true);
                pair.sink().close();
                assertArrayEquals(framed(TestFiles.content(0, SIZE)), reader.result());
            }
        }
    }

    @Test
    void sourceThatEndsEarlyIsNoFailure() throws Exception {
        byte[] content = TestFiles.content(SIZE - 10, 10);
        for (long count : new long[] {11, 100_000, Long.MAX_VALUE}) {
            try (FileChannel source = FileChannel.open(FILE); TransferTarget target = TransferTarget.foreign(7)) {
                TransferResult result = Transfer.from(source, SIZE - 10, count).to(target.channel())
                        .header(ascii(HEADER)).trailer(ascii(TRAILER)).run();
                assertEquals(HEADER.length() + 10 + TRAILER.length(), result.bytes());
                assertArrayEquals(framed(content), target.arrived());
            }
            try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP);
                    TransferTarget target = TransferTarget.foreign(7)) {
                pair.sink().write(ByteBuffer.wrap(content));
                pair.sink().close();
                TransferResult result = Transfer.from(pair.source(), count).to(target.channel())
                        .header(ascii(HEADER)).trailer(ascii(TRAILER)).run();
                assertEquals(HEADER.length() + 10 + TRAILER.length(), result.bytes());
                assertArrayEquals(framed(content), target.arrived());
            }
        }
    }

    @Test
    void positionPastTheEndIsNoFailure() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); TransferTarget target = TransferTarget.foreign(7)) {
            assertEquals(0, Transfer.from(source, Long.MAX_VALUE, Long.MAX_VALUE).to(target.channel()).run().bytes());
            assertEquals(HEADER.length(), Transfer.from(source, SIZE + 1L, 10).to(target.channel())
                    .header(ascii(HEADER)).run().bytes());
        }
    }

    /** The kernel makes it up as it is read: it says that it has no bytes, or a whole page of them. */
    @ParameterizedTest
    @EnumSource
    void fileWhoseSizeIsNotTrueIsReadToItsEnd(Target target) throws Exception {
        for (String name : new String[] {"/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"}) {
            Path file = Path.of(name);
            if (!Files.isReadable(file)) {
                continue;
            }
            try (FileChannel source = FileChannel.open(file)) {
                Transfer transfer = Transfer.from(source, 0, Long.MAX_VALUE).header(ascii(HEADER))
                        .trailer(ascii(TRAILER));
                byte[] arrived = target.run(transfer, new TransferResult[1]);
                assertArrayEquals(framed(Files.readAllBytes(file)), arrived, name);
            }
        }
    }

    /** Small enough for one write when its size is asked for, and no longer so when it is read. */
    @Test
    void sourceThatGrowsInTheMiddleIsSentToItsEnd() throws Exception {
        Path file = TestFiles.newFile(1000);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel source = new ChannelDelegate(channel) {
                    @Override
                    public long size() throws IOException {
                        long size = super.size();
                        write(ByteBuffer.wrap(TestFiles.content(1000, 50_000)), 1000);
                        return size;
                    }
                };
                TransferTarget target = TransferTarget.foreign(SIZE)) {
            assertEquals(HEADER.length() + 51_000, Transfer.from(source, 0, Long.MAX_VALUE).to(target.channel())
                    .header(ascii(HEADER)).run().bytes());
            assertArrayEquals(concatenated(HEADER.getBytes(StandardCharsets.US_ASCII), TestFiles.content(0, 51_000)),
                    target.arrived());
        }
    }

    @Test
    void sourceThatShrinksInTheMiddleEndsTheRun() throws Exception {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel source = FileChannel.open(file);
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX).nonBlocking()) {
            TransferTask<TransferResult> run = TransferTask.start(
                    Transfer.from(source, 0, SIZE).to(pair.sink()).trailer(ascii(TRAILER))::run);
            run.awaitWaiting();
            TestFiles.setSize(file, 1000);
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
            long bytes = run.result().bytes();
            pair.sink().close();
            byte[] arrived = reader.result();
            assertEquals(arrived.length, bytes);
            assertTrue(bytes < SIZE, bytes + " bytes");
            assertEquals(TRAILER, new String(arrived, arrived.length - TRAILER.length(), TRAILER.length(),
                    StandardCharsets.US_ASCII));
        }
    }

    @Test
    void planMayBeRunByManyThreadsAtOnce() throws Exception {
        ByteBuffer header = ascii("--" + HEADER + "--").position(2).limit(2 + HEADER.length());
        try (FileChannel source = FileChannel.open(FILE)) {
            Transfer plan = Transfer.from(source, 0, 100_000).header(header).trailer(ascii(TRAILER));
            header.clear();
            Concurrently.run(8, () -> {
                for (int i = 0; i < 20; i++) {
                    try (TransferTarget target = TransferTarget.read(ChannelPair.open(ChannelPair.Kind.UNIX))) {
                        plan.to(target.channel()).run();
                        assertArrayEquals(framed(TestFiles.content(0, 100_000)), target.arrived());
                    }
                }
                return null;
            });
        }
        // The same plan twice, to the same target.
        Path file = TestFiles.newPath(".data");
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Transfer plan = Transfer.from(source, 0, 10).to(target).header(ascii(HEADER)).trailer(ascii(TRAILER));
            plan.run();
            plan.run();
        }
        byte[] once = framed(TestFiles.content(0, 10));
        assertArrayEquals(concatenated(once, once), Files.readAllBytes(file));
    }

    @Test
    void partOfAFileGoesToAnotherPartOfItUnlessTheyOverlap() throws Exception {
        Path file = TestFiles.newFile(100_000);
        try (FileChannel source = FileChannel.open(file);
                FileChannel target = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (FileChannel from : List.of(source, target)) {
                assertThrows(IllegalArgumentException.class, () -> Transfer.from(from, 0, 1000).to(target, 999).run());
                assertThrows(IllegalArgumentException.class, () -> Transfer.from(from, 1000, 1000).to(target, 1).run());
                assertThrows(IllegalArgumentException.class,
                        () -> Transfer.from(from, 1000, 9).to(target, 990).header(ascii(HEADER)).trailer(ascii("x"))
                                .run());
                assertEquals(50_000, Transfer.from(from, 0, 50_000).to(target, 50_000).run().bytes());
                assertEquals(100_000, Transfer.from(from, 0, Long.MAX_VALUE).to(target, 100_000).run().bytes());
                target.truncate(100_000);
            }
        }
        byte[] half = TestFiles.content(0, 50_000);
        assertArrayEquals(concatenated(half, half), Files.readAllBytes(file));
    }

    @Test
    void resultSaysTheRoutes() throws Exception {
        TransferResult[] result = new TransferResult[1];
        try (FileChannel source = FileChannel.open(FILE)) {
            Transfer plan = Transfer.from(source, 0, 300_000);
            Target.TCP.run(plan.header(ascii(HEADER)).trailer(ascii(TRAILER)), result);
            assertEquals(Set.of(Route.SENDFILE), result[0].routes());
            Target.TCP.run(Transfer.from(source, 0, 1000).header(ascii(HEADER)).trailer(ascii(TRAILER)), result);
            assertEquals(Set.of(Route.BUFFERED), result[0].routes());
            assertEquals(2, result[0].systemCalls());
            Target.FILE_AT_A_POSITION.run(plan, result);
            assertEquals(Set.of(Route.COPY_FILE_RANGE), result[0].routes());
        }
    }

    // What goes wrong.

    @Test
    void argumentsAreCheckedWhenThePlanIsMade() throws Exception {
        try (FileChannel file = FileChannel.open(FILE); TransferTarget target = TransferTarget.foreign(1)) {
            assertThrows(NullPointerException.class, () -> Transfer.from(null, 0, 1));
            assertThrows(NullPointerException.class, () -> Transfer.from(null, 1));
            assertThrows(IllegalArgumentException.class, () -> Transfer.from(file, -1, 1));
            assertThrows(IllegalArgumentException.class, () -> Transfer.from(file, 0, -1));
            assertThrows(IllegalArgumentException.class, () -> Transfer.from(file, -1));
            Transfer plan = Transfer.from(file, 0, 10);
            assertThrows(NullPointerException.class, () -> plan.to(null));
            assertThrows(NullPointerException.class, () -> plan.to(null, 0));
            assertThrows(IllegalArgumentException.class, () -> plan.to(file, -1));
            assertThrows(NullPointerException.class, () -> plan.header((ByteBuffer[]) null));
            assertThrows(NullPointerException.class, () -> plan.trailer(ascii("x"), null));
            assertThrows(NullPointerException.class, () -> plan.onProgress(null));
            assertThrows(IllegalArgumentException.class, () -> plan.readAhead(-1));
            IllegalStateException e = assertThrows(IllegalStateException.class, plan::run);
            assertTrue(e.getMessage().contains("no target"), e.getMessage());
            Transfer ofAStream = Transfer.from(Channels.newChannel(new ByteArrayInputStream(new byte[1])), 1);
            assertThrows(IllegalStateException.class, () -> ofAStream.readAhead(1));
            assertThrows(IllegalStateException.class, ofAStream::dropBehind);
            String text = plan.to(target.channel()).header(ascii(HEADER)).readAhead(77).dropBehind().toString();
            assertTrue(text.startsWith("Transfer of up to 10 bytes from " + file + " at 0 to " + target.channel()),
                    text);
            assertTrue(text.endsWith(", header of " + HEADER.length() + " bytes, reads 77 bytes ahead, drops behind"),
                    text);
        }
    }

    @Test
    void wrongChannelsAreFoundAtTheRun() throws Exception {
        try (FileChannel readable = FileChannel.open(FILE);
                FileChannel writable = FileChannel.open(TestFiles.newFile(10), StandardOpenOption.WRITE)) {
            for (ByteBuffer[] header : new ByteBuffer[][] {{}, {ascii(HEADER)}}) {
                assertThrows(NonReadableChannelException.class,
                        () -> Transfer.from(writable, 0, 10).to(Channels.newChannel(System.err)).run());
                assertThrows(NonWritableChannelException.class,
                        () -> Transfer.from(readable, 0, 10).to(readable, SIZE).header(header).run());
            }
            FileChannel closed = FileChannel.open(FILE);
            closed.close();
            assertThrows(ClosedChannelException.class, () -> Transfer.from(closed, 0, 10).to(writable).run());
            assertThrows(ClosedChannelException.class, () -> Transfer.from(readable, 0, 10).to(closed).run());
            assertEquals(10, writable.size());
        }
    }

    private static TransferException account(Throwable thrown) {
        if (thrown instanceof TransferException) {
            return (TransferException) thrown;
        }
        return (TransferException) Stream.of(thrown.getSuppressed()).filter(TransferException.class::isInstance)
                .reduce((first, second) -> second).orElseThrow(() -> new AssertionError("no account", thrown));
    }

    /** A target that fails after so many bytes. */
    private static WritableByteChannel failingAfter(int most, IOException failure) {
        return new WritableByteChannel() {
            private int taken;

            @Override
            public int write(ByteBuffer bytes) throws IOException {
                if (taken == most) {
                    throw failure;
                }
                int n = Math.min(bytes.remaining(), most - taken);
                bytes.position(bytes.position() + n);
                taken += n;
                return n;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new AssertionError();
            }
        };
    }

    @Test
    void failureSaysWhatWasDelivered() throws Exception {
        IOException failure = new IOException("of the test");
        try (FileChannel source = FileChannel.open(FILE)) {
            IOException thrown = assertThrows(IOException.class, () -> Transfer.from(source, 0, SIZE)
                    .to(failingAfter(100_000, failure)).header(ascii(HEADER)).run());
            assertSame(failure, thrown);
            assertEquals(100_000, account(thrown).delivered());
            assertEquals(0, account(thrown).undelivered());
        }
    }

    @Test
    void lossSaysWhatWasTakenAndNotDelivered() throws Exception {
        IOException failure = new IOException("of the test");
        int[] taken = new int[1];
        ReadableByteChannel source = new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer bytes) {
                int n = Math.min(bytes.remaining(), 9000);
                bytes.put(new byte[n]);
                taken[0] += n;
                return n;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new AssertionError();
            }
        };
        TransferException thrown = assertThrows(TransferException.class, () -> Transfer.from(source, Long.MAX_VALUE)
                .to(failingAfter(100_000, failure)).header(ascii(HEADER)).run());
        assertSame(failure, thrown.getCause());
        assertEquals(100_000, thrown.delivered());
        assertEquals(HEADER.length() + taken[0] - 100_000, thrown.undelivered());
    }

    /** The JDK's channels of streams move the buffer's position before they write, and after they have read in part. */
    @Test
    void lossIsCountedWhereTheBuffersPositionIsNoProof() throws Exception {
        IOException failure = new IOException("of the test");
        int[] written = new int[1];
        WritableByteChannel target = Channels.newChannel(new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (written[0] + length > 30_000) {
                    throw failure;
                }
                written[0] += length;
            }
        });
        IOException[] failureToRead = new IOException[1];
        ReadableByteChannel source = new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer bytes) throws IOException {
                int n = bytes.remaining();
                bytes.put(new byte[n]);
                if (failureToRead[0] != null) {
                    throw failureToRead[0];
                }
                return n;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new AssertionError();
            }
        };
        TransferException thrown = assertThrows(TransferException.class,
                () -> Transfer.from(source, 50_000).to(target).run());
        assertSame(failure, thrown.getCause());
        assertEquals(24 << 10, written[0]);
        assertEquals(written[0], thrown.delivered());
        assertEquals(50_000 - written[0], thrown.undelivered());

        failureToRead[0] = new IOException("of the test");
        thrown = assertThrows(TransferException.class, () -> Transfer.from(source, 10).to(target).run());
        assertSame(failureToRead[0], thrown.getCause());
        assertEquals(0, thrown.delivered());
        assertEquals(10, thrown.undelivered());
    }

    /** A disk that is full: what was taken from a socket, spliced or not, and did not fit. */
    @Test
    void lossIsCountedThroughThePipeToo() throws Exception {
        Path full = Path.of("/dev/full");
        try (FileChannel target = FileChannel.open(full, StandardOpenOption.WRITE);
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            pair.sink().write(ByteBuffer.wrap(TestFiles.content(0, 30_000)));
            pair.sink().close();
            TransferException thrown = assertThrows(TransferException.class,
                    () -> Transfer.from(pair.source(), 30_000).to(target).run());
            assertEquals(0, thrown.delivered());
            byte[] rest = ChannelBytes.readAll(pair.source());
            assertEquals(30_000 - rest.length, thrown.undelivered());
        }
    }

    @Test
    void exceptionOfTheListenerEndsTheRun() throws Exception {
        IllegalStateException failure = new IllegalStateException("of the test");
        Path file = TestFiles.newPath(".data");
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Transfer plan = Transfer.from(source, 0, SIZE).to(target).header(ascii(HEADER)).onProgress(bytes -> {
                throw failure;
            });
            assertSame(failure, assertThrows(IllegalStateException.class, plan::run));
            assertEquals(HEADER.length(), account(failure).delivered());
            assertEquals(HEADER.length(), target.size());
        }
    }

    @Test
    void listenerIsToldOfEachPiece() throws Exception {
        Path large = TestFiles.newSparseFile(10 << 20);
        List<Long> seen = new ArrayList<>();
        Thread runner = Thread.currentThread();
        try (FileChannel source = FileChannel.open(large);
                FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
            long bytes = Transfer.from(source, 0, Long.MAX_VALUE).to(target).header(ascii(HEADER))
                    .trailer(ascii(TRAILER)).onProgress(sofar -> {
                        assertSame(runner, Thread.currentThread());
                        seen.add(sofar);
                    }).run().bytes();
            assertEquals(HEADER.length() + (10 << 20) + TRAILER.length(), bytes);
            assertEquals(HEADER.length(), seen.get(0));
            assertEquals(bytes, seen.get(seen.size() - 1));
            assertEquals(seen.stream().sorted().distinct().toList(), seen);
            assertTrue(seen.size() >= 5, seen::toString);
        }
    }

    /** Who disturbs a run that waits, and how it then ends. */
    private enum Disturbance {
        CLOSE_SOURCE(AsynchronousCloseException.class),
        CLOSE_TARGET(AsynchronousCloseException.class),
        INTERRUPT(ClosedByInterruptException.class);

        private final Class<?> expected;

        Disturbance(Class<?> expected) {
            this.expected = expected;
        }

        void happen(TransferTask<?> run, AutoCloseable source, AutoCloseable target) throws Exception {
            switch (this) {
                case CLOSE_SOURCE -> source.close();
                case CLOSE_TARGET -> target.close();
                default -> run.interrupt();
            }
        }
    }

    private static Stream<Arguments> disturbances() {
        return Stream.of(Disturbance.values()).flatMap(disturbance -> Stream.of(Carrier.values())
                .flatMap(carrier -> Stream.of(true, false)
                        .map(blocking -> Arguments.of(disturbance, carrier, blocking))));
    }

    @ParameterizedTest
    @MethodSource("disturbances")
    void runThatWaitsForItsTargetIsWoken(Disturbance disturbance, Carrier carrier, boolean blocking) throws Exception {
        carrier.assume();
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX)) {
            ((SelectableChannel) pair.sink()).configureBlocking(blocking);
            TransferTask<TransferResult> run = TransferTask.start(carrier,
                    Transfer.from(source, 0, SIZE).to(pair.sink()).trailer(ascii(TRAILER))::run);
            assertArrayEquals(TestFiles.content(0, 1), ChannelBytes.read(pair.source(), 1));
            run.awaitWaiting();
            disturbance.happen(run, source, pair.sink());
            Exception thrown = assertThrows(Exception.class, run::result);
            assertEquals(disturbance.expected, thrown.getClass(), thrown::toString);
            pair.sink().close();
            long arrived = 1 + ChannelBytes.readAll(pair.source()).length;
            long delivered = account(thrown).delivered();
            if (disturbance == Disturbance.INTERRUPT && blocking) {
                // A write of NIO's does not say it.
                assertTrue(delivered <= arrived, () -> delivered + " of " + arrived);
            } else {
                assertEquals(arrived, delivered);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("disturbances")
    void runThatWaitsForItsSourceIsWoken(Disturbance disturbance, Carrier carrier, boolean blocking) throws Exception {
        carrier.assume();
        try (ChannelPair from = ChannelPair.open(ChannelPair.Kind.TCP);
                ChannelPair to = ChannelPair.open(ChannelPair.Kind.UNIX)) {
            ((SelectableChannel) from.source()).configureBlocking(blocking);
            TransferTask<TransferResult> run = TransferTask.start(carrier,
                    Transfer.from(from.source(), SIZE).to(to.sink()).header(ascii(HEADER))::run);
            ChannelBytes.read(to.source(), HEADER.length());
            run.awaitWaiting();
            disturbance.happen(run, from.source(), to.sink());
            Exception thrown = assertThrows(Exception.class, run::result);
            assertEquals(disturbance.expected, thrown.getClass(), thrown::toString);
            assertEquals(HEADER.length(), account(thrown).delivered());
        }
    }

    /** A target that takes nothing for a while is asked again, but not all the time. */
    @Test
    void foreignTargetThatTakesNothingIsAskedAgain() throws Exception {
        int[] asked = new int[1];
        byte[] content = new byte[1000];
        ByteBuffer arrived = ByteBuffer.wrap(content);
        WritableByteChannel target = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) {
                if (asked[0]++ % 10 != 9) {
                    return 0;
                }
                arrived.put(bytes.get());
                return 1;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new AssertionError();
            }
        };
        try (FileChannel source = FileChannel.open(FILE)) {
            assertEquals(10, Transfer.from(source, 0, 10).to(target).run().bytes());
        }
        assertArrayEquals(TestFiles.content(0, 10), Arrays.copyOf(content, 10));
        assertTrue(asked[0] <= 110, asked[0] + " times");
    }

    /** An interrupt that comes when all is over but for the position of a file. */
    @Test
    void positionsAdvanceAfterAFailureOfAnInterruptedThread() throws Exception {
        IllegalStateException failure = new IllegalStateException("of the test");
        LongConsumer interruptAndFail = bytes -> {
            Thread.currentThread().interrupt();
            throw failure;
        };
        ReadableByteChannel stream = Channels.newChannel(new ByteArrayInputStream(new byte[SIZE]));
        try (FileChannel source = FileChannel.open(FILE); FileChannel target = FileChannel.open(
                TestFiles.newPath(".data"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Transfer fromFile = Transfer.from((ReadableByteChannel) source.position(POSITION), 100_000)
                    .to(Channels.newChannel(OutputStream.nullOutputStream())).onProgress(interruptAndFail);
            assertSame(failure, assertThrows(IllegalStateException.class, fromFile::run));
            assertTrue(Thread.interrupted());
            assertEquals(POSITION + 100_000, source.position());

            Transfer toFile = Transfer.from(stream, 100_000).to(target).onProgress(interruptAndFail);
            assertSame(failure, assertThrows(IllegalStateException.class, toFile::run));
            assertTrue(Thread.interrupted());
            assertEquals(target.size(), target.position());
        } finally {
            Thread.interrupted();
        }
    }

    /** A target that takes nothing twice, and is then given a little by hand. */
    @Test
    void positionCountsWhatAFailedPieceHasDelivered() throws Exception {
        IOException failure = new IOException("of the test");
        WritableByteChannel failing = failingAfter(100, failure);
        int[] asked = new int[1];
        WritableByteChannel target = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                return asked[0]++ < 2 ? 0 : failing.write(bytes);
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new AssertionError();
            }
        };
        try (FileChannel source = FileChannel.open(FILE)) {
            Transfer transfer = Transfer.from((ReadableByteChannel) source.position(POSITION), SIZE).to(target);
            assertSame(failure, assertThrows(IOException.class, transfer::run));
            assertEquals(100, account(failure).delivered());
            assertEquals(POSITION + 100, source.position());
        }
    }

    @Test
    void runOfAnInterruptedThreadTakesNothing() throws Exception {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel from = pipe.source(); Pipe.SinkChannel sink = pipe.sink();
                TransferTarget target = TransferTarget.foreign(10)) {
            from.configureBlocking(false);
            sink.write(ascii("xyz"));
            Thread.currentThread().interrupt();
            ClosedByInterruptException thrown = assertThrows(ClosedByInterruptException.class,
                    () -> Transfer.from(from, 3).to(target.channel()).run());
            assertTrue(Thread.interrupted());
            assertNull(thrown.getCause());
            assertEquals(0, target.arrived().length);
        } finally {
            Thread.interrupted();
        }
    }

    /** With a header too large for one write, the socket is asked first to hold it back. */
    @Test
    void interruptIsNotTakenForAClose() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            Transfer transfer = Transfer.from(source, 0, SIZE).to(pair.sink()).header(ByteBuffer.allocate(40_000));
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, transfer::run);
            assertTrue(Thread.interrupted());
        } finally {
            Thread.interrupted();
        }
    }
}
