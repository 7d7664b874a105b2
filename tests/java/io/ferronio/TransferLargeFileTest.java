package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** More than 2 GiB in a call, and positions beyond 4 GiB. The file is a hole with a few bytes at its end. */
class TransferLargeFileTest {

    /** The most that Linux moves in one system call, and the JDK in one transfer. */
    private static final long MOST_PER_CALL = 0x7ffff000;

    private static final long HOLE = 5L << 30;
    private static final byte[] END = {1, 2, 3, 4, 5};
    private static Path file;

    /** In memory if possible: holes are not read into the page cache there, which would take most of the time. */
    @BeforeAll
    static void makeFile() throws IOException {
        Path memory = Path.of("/dev/shm");
        file = Files.isWritable(memory) ? memory.resolve("ferronio-test-" + UUID.randomUUID())
                : TestFiles.newPath(".sparse");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE,
                StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(END), HOLE);
        }
    }

    @AfterAll
    static void deleteFile() throws IOException {
        Files.delete(file);
    }

    private static Stream<Arguments> methods() {
        return Stream.of(Arguments.of(TransferMethod.JDK, Carrier.PLATFORM),
                Arguments.of(TransferMethod.FERRONIO, Carrier.PLATFORM),
                Arguments.of(TransferMethod.FERRONIO, Carrier.VIRTUAL));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void wholeFileGoesToASocketInThreeCalls(TransferMethod method, Carrier carrier) throws Exception {
        carrier.assume();
        try (FileChannel source = FileChannel.open(file); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX)) {
            // Five gigabytes take a while in small pieces.
            ((SocketChannel) pair.sink()).setOption(StandardSocketOptions.SO_SNDBUF, 4 << 20);
            TransferTask<Long> reader = TransferTask.start(() -> ChannelBytes.discard(pair.source()));
            List<Long> calls = TransferTask.start(carrier, () -> {
                List<Long> moved = new ArrayList<>();
                long position = 0;
                for (long n; (n = method.transferTo(source, position, Long.MAX_VALUE, pair.sink())) > 0;) {
                    moved.add(n);
                    position += n;
                }
                return moved;
            }).result();
            assertEquals(List.of(MOST_PER_CALL, MOST_PER_CALL, HOLE + END.length - 2 * MOST_PER_CALL), calls);
            pair.sink().close();
            assertEquals(HOLE + END.length, reader.result());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void positionBeyondFourGigabytes(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(file); ChannelPair pair = ChannelPair.open(kind)) {
            assertEquals(3 + END.length, Transfers.transferTo(source, HOLE - 3, Integer.MAX_VALUE, pair.sink()));
            assertArrayEquals(new byte[] {0, 0, 0, 1, 2, 3, 4, 5}, ChannelBytes.read(pair.source(), 3 + END.length));
        }
    }

    @Test
    void fileTargetPositionBeyondFourGigabytes() throws IOException {
        Path copy = TestFiles.newPath(".sparse");
        try (FileChannel source = FileChannel.open(file);
                FileChannel target = FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            target.position(HOLE);
            assertEquals(END.length, Transfers.transferTo(source, HOLE, Integer.MAX_VALUE, target));
            assertEquals(HOLE + END.length, target.position());
            ByteBuffer end = ByteBuffer.allocate(END.length);
            target.read(end, HOLE);
            assertArrayEquals(END, end.array());
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private interface Receiving {
        long into(FileChannel target) throws IOException;
    }

    /** Receives at a position beyond 4 GiB; what is before it stays a hole. */
    private static void receiveBeyondFourGigabytes(Receiving receiving, byte[] content) throws IOException {
        Path file = TestFiles.newSparseFile(HOLE);
        try (FileChannel target = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertEquals(content.length, receiving.into(target));
            assertEquals(HOLE - 3 + content.length, target.size());
            ByteBuffer end = ByteBuffer.allocate(content.length);
            while (end.hasRemaining()) {
                target.read(end, HOLE - 3 + end.position());
            }
            assertArrayEquals(content, end.array());
        } finally {
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void receivedBeyondFourGigabytes(ChannelPair.Kind kind) throws Exception {
        byte[] content = TestFiles.content(0, 50_000);
        try (ChannelPair pair = ChannelPair.open(kind)) {
            pair.sink().write(ByteBuffer.wrap(content));
            pair.sink().close();
            receiveBeyondFourGigabytes(
                    target -> Transfers.transferFrom(target, pair.source(), HOLE - 3, Long.MAX_VALUE), content);
        }
    }

    @Test
    void receivedFromAnotherChannelBeyondFourGigabytes() throws Exception {
        byte[] content = TestFiles.content(0, 50_000);
        receiveBeyondFourGigabytes(target -> Transfers.transferFrom(target,
                Channels.newChannel(new ByteArrayInputStream(content)), HOLE - 3, Long.MAX_VALUE), content);
    }

    @Test
    void receivedFromAFileBeyondFourGigabytes() throws Exception {
        try (FileChannel source = FileChannel.open(file).position(HOLE)) {
            receiveBeyondFourGigabytes(target -> Transfers.transferFrom(target, source, HOLE - 3, Long.MAX_VALUE), END);
            assertEquals(HOLE + END.length, source.position());
        }
    }

    /** A channel that is not the JDK's takes more than 2 GiB in one call, from both. */
    @ParameterizedTest
    @EnumSource
    void anotherChannelTakesAllInOneCall(TransferMethod method) throws Exception {
        long[] received = new long[1];
        byte[] last = new byte[END.length];
        OutputStream stream = new OutputStream() {
            @Override
            public void write(int b) {
                throw new IllegalStateException("byte by byte");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                received[0] += length;
                int n = Math.min(length, last.length);
                System.arraycopy(bytes, offset + length - n, last, last.length - n, n);
            }
        };
        try (FileChannel source = FileChannel.open(file); WritableByteChannel target = Channels.newChannel(stream)) {
            long position = HOLE + END.length - (3L << 30);
            assertEquals(3L << 30, method.transferTo(source, position, Long.MAX_VALUE, target));
            assertEquals(3L << 30, received[0]);
            assertArrayEquals(END, last);
        }
    }
}
