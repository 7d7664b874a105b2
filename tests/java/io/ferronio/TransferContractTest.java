package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.nio.file.ExtendedOpenOption;
import io.ferronio.testing.CallbackChannel;
import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract in plain words: what comes where, in which order things are checked, what is left behind. */
class TransferContractTest {

    private static final int SIZE = 10_000;
    private static final Path FILE = TestFiles.newFile(SIZE);

    @Test
    void sourceKeepsItsPosition() throws IOException {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            source.position(4321);
            assertEquals(1000, Transfers.transferTo(source, 17, 1000, pair.sink()));
            assertEquals(4321, source.position());
            assertArrayEquals(TestFiles.content(17, 1000), ChannelBytes.read(pair.source(), 1000));
        }
    }

    @Test
    void fileTargetIsWrittenAtItsPositionWhichAdvances() throws IOException {
        Path file = TestFiles.newFile(500);
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            target.position(100);
            assertEquals(200, Transfers.transferTo(source, 1000, 200, target));
            assertEquals(300, target.position());
            assertEquals(9000, Transfers.transferTo(source, 1000, Long.MAX_VALUE, target));
            assertEquals(9300, target.position());
        }
        byte[] expected = new byte[9300];
        System.arraycopy(TestFiles.content(0, 100), 0, expected, 0, 100);
        System.arraycopy(TestFiles.content(1000, 200), 0, expected, 100, 200);
        System.arraycopy(TestFiles.content(1000, 9000), 0, expected, 300, 9000);
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void fileBeyondItsEndIsFilledWithZeros() throws IOException {
        Path file = TestFiles.newFile(0);
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            target.position(5000);
            assertEquals(1, Transfers.transferTo(source, 0, 1, target));
        }
        byte[] expected = new byte[5001];
        expected[5000] = TestFiles.byteAt(0);
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void appendingTargetGrowsAtItsEnd() throws IOException {
        Path file = TestFiles.newFile(500);
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.APPEND)) {
            assertEquals(SIZE, Transfers.transferTo(source, 0, Long.MAX_VALUE, target));
            assertEquals(300, Transfers.transferTo(source, 3, 300, target));
            assertEquals(SIZE + 800, target.position());
        }
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.writeBytes(TestFiles.content(0, 500));
        expected.writeBytes(TestFiles.content(0, SIZE));
        expected.writeBytes(TestFiles.content(3, 300));
        assertArrayEquals(expected.toByteArray(), Files.readAllBytes(file));
    }

    @Test
    void anotherChannelOnTheSameFileGetsWhatTheFileHeldBefore() throws IOException {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel source = FileChannel.open(file);
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            target.position(SIZE);
            assertEquals(SIZE, Transfers.transferTo(source, 0, 3 * SIZE, target));
            assertEquals(2 * SIZE, source.size());
        }
    }

    @Test
    void checksComeInThisOrder() throws IOException {
        FileChannel readable = FileChannel.open(FILE);
        FileChannel writeOnly = FileChannel.open(FILE, StandardOpenOption.WRITE);
        FileChannel closed = FileChannel.open(FILE);
        closed.close();
        try (readable; writeOnly; ChannelPair pair = ChannelPair.open(ChannelPair.Kind.PIPE)) {
            WritableByteChannel sink = pair.sink();
            assertThrows(ClosedChannelException.class, () -> Transfers.transferTo(closed, -1, 1, null));
            assertThrows(NullPointerException.class, () -> Transfers.transferTo(writeOnly, -1, 1, null));
            assertThrows(NullPointerException.class, () -> Transfers.transferTo(null, -1, 1, sink));
            assertThrows(ClosedChannelException.class, () -> Transfers.transferTo(writeOnly, -1, 1, closed));
            assertThrows(NonReadableChannelException.class, () -> Transfers.transferTo(writeOnly, -1, 1, readable));
            assertThrows(NonWritableChannelException.class, () -> Transfers.transferTo(readable, -1, 1, readable));
            assertThrows(IllegalArgumentException.class, () -> Transfers.transferTo(readable, -1, 1, sink));
            assertThrows(IllegalArgumentException.class, () -> Transfers.transferTo(readable, 1, -1, sink));
            assertEquals(0, Transfers.transferTo(readable, SIZE + 1, 1, sink));
            assertTrue(readable.isOpen() && writeOnly.isOpen() && sink.isOpen());
        }
    }

    @Test
    void fullTargetInNonBlockingModeTakesNothing() throws IOException {
        for (ChannelPair.Kind kind : List.of(ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE)) {
            try (FileChannel source = FileChannel.open(FILE);
                    ChannelPair pair = ChannelPair.open(kind).nonBlocking().filled()) {
                assertEquals(0, Transfers.transferTo(source, 0, 1, pair.sink()));
                assertEquals(0, Transfers.transferTo(source, 0, SIZE, pair.sink()));
            }
        }
    }

    /** TCP may move bytes on from one buffer to another at any time; but with nobody reading all buffers get full. */
    @Test
    void fullTcpSocketInNonBlockingModeTakesNothing() throws IOException {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(ChannelPair.MORE_THAN_FITS));
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP).nonBlocking()) {
            int moved = 0;
            for (long n; (n = Transfers.transferTo(source, moved, Long.MAX_VALUE, pair.sink())) > 0;) {
                moved += (int) n;
            }
            assertTrue(moved > 0 && moved < source.size(), moved + " bytes");
            byte[] arrived = new byte[moved];
            ByteBuffer buffer = ByteBuffer.wrap(arrived);
            while (buffer.hasRemaining()) {
                pair.source().read(buffer);
            }
            assertArrayEquals(TestFiles.content(0, moved), arrived);
        }
    }

    @Test
    void interruptedThreadMovesNothing() throws IOException {
        FileChannel source = FileChannel.open(FILE);
        try (source; ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> Transfers.transferTo(source, 0, SIZE, pair.sink()));
            assertTrue(Thread.interrupted());
            assertFalse(source.isOpen());
            pair.sink().close();
            assertEquals(0, ChannelBytes.readAll(pair.source()).length);
        } finally {
            Thread.interrupted();
        }
    }

    /** A target that has been used in one mode works in the other. */
    @Test
    void blockingModeMayChangeBetweenTransfers() throws IOException {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            SocketChannel sink = (SocketChannel) pair.sink();
            for (boolean blocking : new boolean[] {true, false, true}) {
                sink.configureBlocking(blocking);
                assertEquals(100, Transfers.transferTo(source, 50, 100, sink));
                assertEquals(blocking, sink.isBlocking());
                assertArrayEquals(TestFiles.content(50, 100), ChannelBytes.read(pair.source(), 100));
            }
        }
    }

    /** splice(2) stops before urgent data, and says that this is the end; a read steps over it. */
    @ParameterizedTest
    @EnumSource
    void urgentDataIsNotTheEnd(Carrier carrier) throws Exception {
        carrier.assume();
        for (boolean blocking : new boolean[] {true, false}) {
            Path file = TestFiles.newFile(0);
            try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP);
                    FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
                SocketChannel sender = (SocketChannel) pair.sink();
                sender.write(ByteBuffer.wrap(TestFiles.content(0, 20_000)));
                sender.socket().sendUrgentData('!');
                sender.write(ByteBuffer.wrap(TestFiles.content(20_000, 20_000)));
                SocketChannel source = (SocketChannel) pair.source();
                source.configureBlocking(blocking);
                TransferTask.start(carrier, () -> {
                    for (long moved = 0; moved < 40_000;) {
                        moved += Transfers.transferFrom(target, source, moved, 40_000 - moved);
                    }
                    return null;
                }).result();
                assertArrayEquals(TestFiles.content(0, 40_000), Files.readAllBytes(file));
            }
        }
    }

    /** The JDK adds it to the count. For ours nothing was written; and nothing is sent twice. */
    @Test
    void targetThatSaysMinusOneEndsTheTransfer() throws IOException {
        Assumptions.assumeFalse(System.getProperty("io.ferronio.disable", "").contains("buffered"), "the JDK's turn");
        try (FileChannel source = FileChannel.open(TestFiles.newFile(1_000_000))) {
            List<Integer> offered = new ArrayList<>();
            WritableByteChannel target = new CallbackChannel(buffer -> {
                offered.add(buffer.remaining());
                return offered.size() == 1 ? 20_000 : -1;
            });
            assertEquals(20_000, Transfers.transferTo(source, 0, 1_000_000, target));
            assertEquals(2, offered.size());
            assertEquals(0, Transfers.transferTo(source, 0, 1_000_000, target));
            assertEquals(3, offered.size());
        }
    }

    /** After a failure nobody else gets the buffer: the channel may still write to it. */
    @Test
    void bufferThatAFailedChannelMayStillUseIsGivenToNobody() throws IOException {
        List<ByteBuffer> buffers = new ArrayList<>();
        ReadableByteChannel source = new CallbackChannel(buffer -> {
            buffers.add(buffer);
            throw new IOException("given up");
        });
        try (FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
            for (int i = 0; i < 12; i++) {
                assertThrows(IOException.class, () -> Transfers.transferFrom(target, source, 0, 1_000_000));
            }
        }
        for (int i = 0; i < buffers.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertNotSame(buffers.get(i), buffers.get(j));
            }
        }
    }

    /** Direct I/O wants aligned memory, which only the JDK's own buffers for it are. */
    @Test
    void filesOpenedForDirectIoAreTransferredAsByTheJdk() throws Exception {
        Path file = TestFiles.newFile(1 << 20);
        FileChannel direct;
        try {
            direct = FileChannel.open(file, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
        } catch (IOException | UnsupportedOperationException e) {
            Assumptions.abort("no direct I/O here: " + e);
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (direct) {
            // On a thread of its own: what the JDK 17 keeps of it for the thread's next I/O, it cannot free.
            assertEquals(1 << 20, TransferTask.start(
                    () -> Transfers.transferTo(direct, 0, 1 << 20, Channels.newChannel(bytes))).result());
        }
        assertArrayEquals(TestFiles.content(0, 1 << 20), bytes.toByteArray());
    }
}
