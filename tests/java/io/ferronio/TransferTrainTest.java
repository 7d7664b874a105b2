package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Header, file and trailer leave in full segments, and nothing stays behind: ss(8) shows what the kernel counts. */
class TransferTrainTest {

    private static final int HEADER = 200;
    private static final Path FILE = TestFiles.newFile(1 << 20);
    private static final Pattern SEGMENTS = Pattern.compile("\\bdata_segs_out:(\\d+)");
    private static final Pattern SEGMENT_SIZE = Pattern.compile("\\bmss:(\\d+)");

    /** What ss says of a connection. */
    private static String state(SocketChannel socket) throws IOException {
        int local = ((InetSocketAddress) socket.getLocalAddress()).getPort();
        int remote = ((InetSocketAddress) socket.getRemoteAddress()).getPort();
        try {
            Process process = new ProcessBuilder("ss", "-tinH", "sport", "=", ":" + local, "and", "dport", "=", ":"
                    + remote)
                    .redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Assumptions.assumeTrue(process.waitFor() == 0 && text.contains("mss:"), "ss shows no TCP_INFO here: "
                    + text);
            return text;
        } catch (IOException e) {
            throw Assumptions.<RuntimeException>abort("ss is not installed");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A number of ss's; it leaves out what is 0. */
    private static int number(Pattern pattern, String state) {
        Matcher matcher = pattern.matcher(state);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    @ParameterizedTest
    @CsvSource({"1024, 20, true", "1024, 20, false", "20000, 20, true", "60000, 20, true", "60000, 20, false",
            "1024, 0, true", "60000, 0, true", "60000, 0, false"})
    void trainIsOfFullSegments(int count, int trailer, boolean noDelay) throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            SocketChannel socket = (SocketChannel) pair.sink();
            socket.setOption(StandardSocketOptions.TCP_NODELAY, noDelay);
            TransferTask<byte[]> reader = TransferTask.start(
                    () -> ChannelBytes.read(pair.source(), HEADER + count + trailer));
            int before = number(SEGMENTS, state(socket));
            Transfer.from(source, 0, count).to(socket).header(ByteBuffer.allocate(HEADER))
                    .trailer(ByteBuffer.allocate(trailer)).run();
            assertEquals(HEADER + count + trailer, reader.result().length);
            String after = state(socket);
            int segments = number(SEGMENTS, after) - before;
            if (count == 1024) {
                assertEquals(1, segments, after);
            }
            int size = number(SEGMENT_SIZE, after);
            // The sender's half of the window may cut one more; three writes to a socket without delay cut at least
            // three.
            assertTrue(segments <= (HEADER + count + trailer + size - 1) / size + 1, segments + " segments; " + after);
        }
    }

    /** The kernel has nothing in hand when a header has been written for a file that then has fewer bytes, or none. */
    @ParameterizedTest
    @CsvSource({"0, true", "0, false", "50001, true", "50001, false"})
    void headerLeavesWithoutItsFile(int size, boolean noDelay) throws Exception {
        Path path = TestFiles.newFile(100_000);
        try (FileChannel source = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            SocketChannel socket = (SocketChannel) pair.sink();
            socket.setOption(StandardSocketOptions.TCP_NODELAY, noDelay);
            Transfer transfer = Transfer.from(source, 0, Long.MAX_VALUE).to(socket).header(ByteBuffer.allocate(HEADER))
                    .onProgress(bytes -> {
                        try {
                            source.truncate(size);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            int before = number(SEGMENTS, state(socket));
            assertEquals(HEADER + size, transfer.run().bytes());
            // At once, and not when a timer of the kernel's has run off.
            assertTrue(number(SEGMENTS, state(socket)) > before, "nothing was pushed");
            assertEquals(HEADER + size, ChannelBytes.read(pair.source(), HEADER + size).length);
        }
    }

    @Test
    void threeSystemCallsSendAHeaderAndAFile() throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.read(pair.source(), 2 * (HEADER + 60_000)));
            Transfer transfer = Transfer.from(source, 0, 60_000).to(pair.sink()).header(ByteBuffer.allocate(HEADER));
            transfer.run(); // looks what kinds of channels these are
            assertEquals(3, transfer.run().systemCalls(), "fstat, send and sendfile64");
            assertEquals(2 * (HEADER + 60_000), reader.result().length);
        }
    }

    /** The end of the file is found by a call that moves nothing, which leaves nothing to push. */
    @Test
    void fiveSystemCallsSendAHeaderAndAWholeFile() throws Exception {
        int size = HEADER + (1 << 20);
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.read(pair.source(), 2 * size));
            Transfer transfer = Transfer.from(source, 0, Long.MAX_VALUE).to(pair.sink()).header(ByteBuffer.allocate(HEADER));
            transfer.run(); // looks what kinds of channels these are
            assertEquals(5, transfer.run().systemCalls(), "fstat, send, sendfile64, sendfile64 and fstat");
            assertEquals(2 * size, reader.result().length);
        }
    }

    /** A socket that was left corked would hold the last byte back. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void nothingIsHeldBackAfterARun(boolean fails) throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            SocketChannel socket = (SocketChannel) pair.sink();
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            CompletableFuture<Long> toldOf = new CompletableFuture<>();
            Transfer transfer = Transfer.from(source, 0, 100_000).to(socket).header(ByteBuffer.allocate(HEADER))
                    .onProgress(bytes -> {
                        toldOf.complete(bytes);
                        if (fails) {
                            throw new IllegalStateException("of the test");
                        }
                    });
            TransferTask<TransferResult> run = TransferTask.start(transfer::run);
            assertEquals(HEADER, toldOf.get());
            int expected = fails ? HEADER : HEADER + 100_000;
            assertEquals(expected, ChannelBytes.read(pair.source(), expected).length);
            if (fails) {
                try {
                    run.result();
                } catch (IllegalStateException e) {
                    assertEquals("of the test", e.getMessage());
                }
            } else {
                run.result();
            }
            // Each write leaves at once, as a segment of its own: none is held back for the next.
            int before = number(SEGMENTS, state(socket));
            for (int i = 0; i < 3; i++) {
                socket.write(ByteBuffer.allocate(1));
                assertArrayEquals(new byte[1], ChannelBytes.read(pair.source(), 1));
            }
            assertEquals(3, number(SEGMENTS, state(socket)) - before);
        }
    }
}
