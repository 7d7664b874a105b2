package io.ferronio.testing;

import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.examples.TcpProxy;
import io.ferronio.internal.TransferPipes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;

/**
 * A program: many connections at once through the example proxy, random bytes both ways, some of them slow, some
 * ended early on one way. Each end checks the other's checksum; no descriptor must be left.
 */
public final class ProxiedConnections {

    /** Of one direction: the most, in bytes. */
    private static final int MOST = 2 << 20;
    private static final int CHECKSUM = 8;

    private ProxiedConnections() {
    }

    /**
     * Runs it, and prints how many bytes went by splice(2) and by buffer.
     *
     * @param args the number of connections, and of pipes to hold meanwhile: a user without privileges whose pipes
     *     have more than {@code pipe-user-pages-soft} pages together gets only small ones from then on
     * @throws Exception if anything is not as it should be
     */
    public static void main(String[] args) throws Exception {
        int connections = Integer.parseInt(args[0]);
        Map<String, Long> before = LeakCheck.held();
        List<Pipe> pipes = new ArrayList<>();
        while (pipes.size() < Integer.parseInt(args[1])) {
            pipes.add(Pipe.open());
        }
        passAll(connections);
        for (Pipe pipe : pipes) {
            pipe.source().close();
            pipe.sink().close();
        }
        TransferPipes.closeIdle();
        if (!Eventually.afterCollection(() -> LeakCheck.excess(before).isEmpty())) {
            throw new AssertionError("left behind: " + LeakCheck.excess(before));
        }
        Counters counters = Counters.snapshot();
        System.out.println("spliced=" + counters.bytes(Route.SPLICE));
        System.out.println("buffered=" + counters.bytes(Route.BUFFERED));
    }

    private static void passAll(int connections) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel server = ServerSocketChannel.open();
                ServerSocketChannel front = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(loopback, 0), connections);
            front.bind(new InetSocketAddress(loopback, 0), connections);
            TransferTask<Void> proxy = TransferTask.start(() -> {
                new TcpProxy(front, server.getLocalAddress()).run();
                return null;
            });
            int port = ((InetSocketAddress) front.getLocalAddress()).getPort();
            List<Callable<?>> ends = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int seed = i;
                ends.add(() -> talk(new Socket(loopback, port), seed));
                ends.add(() -> talk(server.accept().socket(), connections + seed));
            }
            Concurrently.run(ends);
            proxy.interrupt();
            proxy.result();
        }
    }

    /** One end of one connection: sends and receives at the same time. */
    private static Void talk(Socket socket, int seed) throws Exception {
        try (socket) {
            Random random = new Random(seed);
            TransferTask<Void> sender = TransferTask.start(() -> send(socket, random));
            receive(socket.getInputStream(), seed % 5 == 0);
            sender.result();
        }
        return null;
    }

    /** Sends random bytes and their checksum, and ends its direction. */
    private static Void send(Socket socket, Random random) throws IOException {
        OutputStream output = socket.getOutputStream();
        CRC32C checksum = new CRC32C();
        int size = random.nextInt(3) == 0 ? random.nextInt(100) : random.nextInt(MOST);
        byte[] bytes = new byte[1 + random.nextInt(100_000)];
        for (int sent = 0; sent < size;) {
            int length = Math.min(bytes.length, size - sent);
            random.nextBytes(bytes);
            checksum.update(bytes, 0, length);
            output.write(bytes, 0, length);
            sent += length;
        }
        output.write(ByteBuffer.allocate(CHECKSUM).putLong(checksum.getValue()).array());
        socket.shutdownOutput();
        return null;
    }

    /** A slow one takes little at once, and lets others run before the next. */
    private static void receive(InputStream input, boolean isSlow) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] bytes = new byte[isSlow ? 1 << 12 : 1 << 16];
        int held = 0; // The last of what has come may be the checksum.
        for (int n; (n = input.read(bytes, held, bytes.length - held)) >= 0;) {
            held += n;
            int data = Math.max(0, held - CHECKSUM);
            checksum.update(bytes, 0, data);
            System.arraycopy(bytes, data, bytes, 0, held - data);
            held -= data;
            if (isSlow) {
                Thread.yield();
            }
        }
        if (held < CHECKSUM) {
            throw new EOFException("ended after " + held + " bytes");
        }
        long expected = ByteBuffer.wrap(bytes, 0, CHECKSUM).getLong();
        if (checksum.getValue() != expected) {
            throw new AssertionError("other bytes have arrived: " + checksum.getValue() + " instead of " + expected);
        }
    }
}
