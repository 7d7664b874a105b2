package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers as slow as can be, sources that shrink, targets that take a lot, users who may have little. */
class TransferLimitsTest {

    /** More than one splice(2) is needed for, and more than fits between the ends of a pair. */
    private static final int SLOW = 200_000;

    private static Stream<Arguments> pairs() {
        return Stream.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE).flatMap(kind ->
                Stream.of(Carrier.values()).map(carrier -> Arguments.of(kind, carrier)));
    }

    /** Reads to the end, one byte a call. */
    private static byte[] readByteByByte(ReadableByteChannel source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (source.read(one.clear()) >= 0) {
            bytes.write(one.array(), 0, one.position());
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void peerReadsByteByByte(ChannelPair.Kind kind, Carrier carrier) throws Exception {
        carrier.assume();
        try (FileChannel source = FileChannel.open(TestFiles.newFile(SLOW));
                ChannelPair pair = ChannelPair.open(kind)) {
            TransferTask<byte[]> reader = TransferTask.start(() -> readByteByByte(pair.source()));
            TransferTask.start(carrier, () -> {
                for (long position = 0; position < SLOW;) {
                    position += Transfers.transferTo(source, position, Long.MAX_VALUE, pair.sink());
                }
                return null;
            }).result();
            pair.sink().close();
            assertArrayEquals(TestFiles.content(0, SLOW), reader.result());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void peerOfANonBlockingTargetReadsByteByByte(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(SLOW));
                ChannelPair pair = ChannelPair.open(kind).nonBlocking()) {
            TransferTask<byte[]> reader = TransferTask.start(() -> readByteByByte(pair.source()));
            for (long position = 0; position < SLOW;) {
                ChannelBytes.await((SelectableChannel) pair.sink(), SelectionKey.OP_WRITE);
                position += Transfers.transferTo(source, position, SLOW, pair.sink());
            }
            pair.sink().close();
            assertArrayEquals(TestFiles.content(0, SLOW), reader.result());
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void peerWritesByteByByte(ChannelPair.Kind kind, Carrier carrier) throws Exception {
        carrier.assume();
        Path file = TestFiles.newFile(0);
        try (FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE);
                ChannelPair pair = ChannelPair.open(kind)) {
            TransferTask<Void> writer = TransferTask.start(() -> {
                byte[] content = TestFiles.content(0, SLOW);
                for (int i = 0; i < SLOW; i++) {
                    pair.sink().write(ByteBuffer.wrap(content, i, 1));
                }
                pair.sink().close();
                return null;
            });
            long moved = TransferTask.start(carrier, () ->
                    Transfers.transferFrom(target, pair.source(), 0, Long.MAX_VALUE)).result();
            writer.result();
            assertEquals(SLOW, moved);
            assertArrayEquals(TestFiles.content(0, SLOW), Files.readAllBytes(file));
        }
    }

    @ParameterizedTest
    @EnumSource
    void foreignChannelGivesByteByByte(TransferMethod method) throws IOException {
        byte[] content = TestFiles.content(0, SLOW);
        int[] given = new int[1];
        ReadableByteChannel source = new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer buffer) {
                if (given[0] == SLOW) {
                    return -1;
                }
                buffer.put(content[given[0]++]);
                return 1;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                throw new IllegalStateException("closed by the transfer");
            }
        };
        Path file = TestFiles.newFile(0);
        try (FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertEquals(SLOW, method.transferFrom(target, source, 0, Long.MAX_VALUE));
            assertArrayEquals(content, Files.readAllBytes(file));
        }
    }

    /**
     * Another thread truncates the file while its reader is silent: what was sent is what is counted, and after the
     * new end there is nothing. The JDK gives a pipe a mapping, of which nobody knows how that ends.
     */
    @ParameterizedTest
    @MethodSource("shrinking")
    void sourceShrinksWhileItsReaderIsSilent(TransferMethod method, ChannelPair.Kind kind, int newSize)
            throws Exception {
        int size = ChannelPair.MORE_THAN_FITS;
        Path file = TestFiles.newFile(size);
        try (FileChannel source = FileChannel.open(file); ChannelPair pair = ChannelPair.open(kind)) {
            TransferTask<Long> transfer =
                    TransferTask.start(() -> method.transferTo(source, 0, Long.MAX_VALUE, pair.sink()));
            transfer.awaitWaiting();
            TestFiles.setSize(file, newSize);
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
            long moved = transfer.result();
            assertEquals(0, method.transferTo(source, Math.max(moved, newSize), Long.MAX_VALUE, pair.sink()));
            pair.sink().close();
            byte[] received = reader.result();
            assertEquals(received.length, moved);
            assertTrue(moved < size, "all was sent");
            // Further bytes had been sent before, and truncation may have made zeros of them.
            int kept = (int) Math.min(newSize, moved);
            assertArrayEquals(TestFiles.content(0, kept), Arrays.copyOf(received, kept));
        }
    }

    private static Stream<Arguments> shrinking() {
        return Stream.of(0, 1, 1_000_000).flatMap(newSize -> Stream.of(
                Arguments.of(TransferMethod.JDK, ChannelPair.Kind.TCP, newSize),
                Arguments.of(TransferMethod.FERRONIO, ChannelPair.Kind.TCP, newSize),
                Arguments.of(TransferMethod.JDK, ChannelPair.Kind.UNIX, newSize),
                Arguments.of(TransferMethod.FERRONIO, ChannelPair.Kind.UNIX, newSize),
                Arguments.of(TransferMethod.FERRONIO, ChannelPair.Kind.PIPE, newSize)));
    }

    /** JDKs after 21 write at most 8 MiB of a mapping to a pipe, and others what one filling of it holds. */
    @Test
    void pipeGetsAsMuchInACallAsFromTheJdk() throws Exception {
        Path file = TestFiles.newFile(20 << 20);
        assertEquals(callsToPipe(TransferMethod.JDK, file), callsToPipe(TransferMethod.FERRONIO, file));
    }

    /** The calls that it takes; where their counts depend on the reader, only that all were moved. */
    private static List<Long> callsToPipe(TransferMethod method, Path file) throws Exception {
        boolean isWritten = Runtime.version().feature() > 21;
        try (FileChannel source = FileChannel.open(file); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.PIPE)) {
            TransferTask<Long> reader = TransferTask.start(() -> ChannelBytes.discard(pair.source()));
            List<Long> calls = new ArrayList<>();
            long position = 0;
            for (long n; (n = method.transferTo(source, position, Long.MAX_VALUE, pair.sink())) > 0;) {
                calls.add(n);
                position += n;
            }
            pair.sink().close();
            assertEquals(position, reader.result());
            return isWritten ? calls : List.of(position);
        }
    }

    /** The pipes of a user who has many already hold two pages each and cannot grow: enough to transfer. */
    @Test
    void smallPipesDoAsWell() throws Exception {
        String output = ChildJvm.runUnprivileged(SmallPipes.class, List.of()).succeeded();
        Assumptions.assumeFalse(output.contains("no limit"), output);
        assertTrue(output.contains("received through small pipes"), output);
    }

    /** A program: takes all pages for pipes that a user may have, and receives. */
    static final class SmallPipes {
        private static final Path LIMIT = Path.of("/proc/sys/fs/pipe-user-pages-soft");
        private static final int PAGES_OF_A_PIPE = 16;
        private static final int MOST_PIPES = 2000;

        private SmallPipes() {
        }

        public static void main(String[] args) throws Exception {
            // By lines: such a file gives all in one read(2), and readString begins with a byte.
            long pipes = Long.parseLong(Files.readAllLines(LIMIT).get(0)) / PAGES_OF_A_PIPE + 1;
            if (pipes == 1 || pipes > MOST_PIPES || System.getProperty("user.name").equals("root")) {
                System.out.println("no limit that could be reached");
                return;
            }
            List<Pipe> all = new ArrayList<>();
            try {
                while (all.size() < pipes) {
                    all.add(Pipe.open());
                }
            } catch (IOException e) {
                System.out.println("no limit that could be reached: " + e);
                return;
            }
            Path file = TestFiles.newFile(0);
            byte[] content = TestFiles.content(0, 1 << 20);
            try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP);
                    FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
                TransferTask<Void> writer = TransferTask.start(() -> {
                    ByteBuffer buffer = ByteBuffer.wrap(content);
                    while (buffer.hasRemaining()) {
                        pair.sink().write(buffer);
                    }
                    return null;
                });
                assertEquals(content.length, Transfers.transferFrom(target, pair.source(), 0, content.length));
                writer.result();
            }
            assertArrayEquals(content, Files.readAllBytes(file));
            assertEquals(content.length, Counters.snapshot().bytes(Route.SPLICE));
            System.out.println("received through small pipes");
        }
    }
}
