package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Many connections at once, all in non-blocking mode: two processes, each with one thread and one selector. */
class ManyConnectionsTest {

    private static final int CONNECTIONS = 2000;
    /** What each connection gets: of the file, from a place of its own. */
    private static final int SHARE = 16 << 10;
    private static final int DISTANCE = 61;
    /** The most of it at once, so that all are served in turns: the kernel itself would take a whole share. */
    private static final int PIECE = 5000;

    /** What a connection has still to get. */
    private static final class Request {
        private final ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
        private int sent;
    }

    @Test
    void eachGetsItsBytes() throws Exception {
        Assumptions.assumeTrue(mostDescriptors() > CONNECTIONS + 500, "too few descriptors allowed");
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CONNECTIONS);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            TransferTask<ChildJvm.Result> receivers =
                    TransferTask.start(() -> ChildJvm.run(Receivers.class, List.of(), Integer.toString(port)));
            Counters before = Counters.snapshot();
            int calls = serve(server, TestFiles.newFile(SHARE + CONNECTIONS * DISTANCE));
            String output = receivers.result().succeeded();
            assertTrue(output.contains("all received"), output);
            Counters after = Counters.snapshot();
            assertEquals((long) CONNECTIONS * SHARE, after.bytes(Route.SENDFILE) - before.bytes(Route.SENDFILE));
            assertEquals(calls, after.transfers(Route.SENDFILE) - before.transfers(Route.SENDFILE));
        }
    }

    private static long mostDescriptors() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .mapToLong(line -> Long.parseLong(line.split(" +")[3])).findFirst().orElse(0);
    }

    /** Answers requests until each connection has had its own. Returns how many transfers that took. */
    private static int serve(ServerSocketChannel server, Path file) throws IOException {
        int calls = 0;
        try (FileChannel source = FileChannel.open(file); Selector selector = Selector.open()) {
            // All are there before the first is answered.
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel connection = server.accept();
                connection.configureBlocking(false).register(selector, SelectionKey.OP_READ, new Request());
            }
            for (int open = CONNECTIONS; open > 0;) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    SocketChannel connection = (SocketChannel) key.channel();
                    Request request = (Request) key.attachment();
                    if (key.isReadable()) {
                        connection.read(request.number);
                        key.interestOps(request.number.hasRemaining() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
                    } else {
                        long start = (long) request.number.getInt(0) * DISTANCE;
                        request.sent += (int) Transfers.transferTo(source, start + request.sent,
                                Math.min(PIECE, SHARE - request.sent), connection);
                        calls++;
                        if (request.sent == SHARE) {
                            connection.close();
                            open--;
                        }
                    }
                }
                selector.selectedKeys().clear();
            }
        }
        return calls;
    }

    /** A program: asks on all connections, and looks at what comes. */
    static final class Receivers {
        private Receivers() {
        }

        public static void main(String[] args) throws IOException {
            InetSocketAddress server =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
            try (Selector selector = Selector.open()) {
                List<ByteBuffer> received = new ArrayList<>();
                for (int i = 0; i < CONNECTIONS; i++) {
                    SocketChannel connection = SocketChannel.open(server);
                    connection.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, i));
                    received.add(ByteBuffer.allocate(SHARE + 1));
                    connection.configureBlocking(false).register(selector, SelectionKey.OP_READ, received.get(i));
                }
                for (int open = CONNECTIONS; open > 0;) {
                    selector.select();
                    for (SelectionKey key : selector.selectedKeys()) {
                        SocketChannel connection = (SocketChannel) key.channel();
                        if (connection.read((ByteBuffer) key.attachment()) < 0) {
                            connection.close();
                            open--;
                        }
                    }
                    selector.selectedKeys().clear();
                }
                for (int i = 0; i < CONNECTIONS; i++) {
                    assertEquals(SHARE, received.get(i).position());
                    byte[] share = new byte[SHARE];
                    received.get(i).flip().get(share);
                    assertArrayEquals(TestFiles.content((long) i * DISTANCE, SHARE), share);
                }
            }
            System.out.println("all received");
        }
    }
}
