package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;

/**
 * What a byte costs where there are many connections: a file of 16 KiB to each of them, in non-blocking mode, by one
 * thread with one selector; at the other end a process of the same kind, which drops what arrives.
 *
 * <p>The JDK and the library take turns on the same connections, after a warm-up, each with the same bytes a round
 * whatever the number of connections. Both processes need a descriptor for each (see {@code ulimit -n}).
 */
public final class Connections {

    private static final int SHARE = 16 << 10;
    /** Bytes a round; so few connections get their share many times. */
    private static final long ROUND = 8000L * SHARE;
    private static final int WARM_UP = 3;
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final FileChannel file;
    private final Selector selector;

    private Connections(FileChannel file, Selector selector) {
        this.file = file;
        this.selector = selector;
    }

    /** What has been sent to a connection in this pass. */
    private static final class Sent {
        private int bytes;
    }

    private interface Way {
        long transfer(FileChannel source, long position, long count, SocketChannel target) throws IOException;
    }

    /** Measures and prints. */
    static void compare(int rounds, String commaSeparatedNumbers) throws IOException, InterruptedException {
        System.out.printf("Connections on JDK %s, %d rounds: median nanoseconds a KiB, median ratio (least .. most)%n",
                Runtime.version(), rounds);
        System.out.printf("%12s%12s%12s%28s%n", "connections", "jdk", "ferronio", "ferronio/jdk");
        for (String number : commaSeparatedNumbers.split(",")) {
            measure(Integer.parseInt(number), rounds);
        }
    }

    /** The other end: connects so many times to a port, and drops what comes. */
    public static void main(String[] arguments) throws IOException {
        drop(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    }

    private static void measure(int number, int rounds) throws IOException, InterruptedException {
        try (FileChannel file = MemoryFile.create(SHARE); Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(HERE, 0), number);
            Process peer = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                    System.getProperty("java.class.path"), Connections.class.getName(),
                    Integer.toString(server.socket().getLocalPort()), Integer.toString(number)).inheritIO().start();
            for (int i = 0; i < number; i++) {
                server.accept().configureBlocking(false).register(selector, 0, new Sent());
            }
            new Connections(file, selector).measure(rounds);
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            peer.waitFor();
        }
    }

    private void measure(int rounds) throws IOException {
        double[] jdk = new double[rounds];
        double[] ours = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = -WARM_UP; i < rounds; i++) {
            boolean jdkFirst = i % 2 == 0;
            double first = round(jdkFirst ? FileChannel::transferTo : Transfers::transferTo);
            double second = round(jdkFirst ? Transfers::transferTo : FileChannel::transferTo);
            if (i >= 0) {
                jdk[i] = jdkFirst ? first : second;
                ours[i] = jdkFirst ? second : first;
                ratios[i] = ours[i] / jdk[i];
            }
        }
        for (double[] values : List.of(jdk, ours, ratios)) {
            Arrays.sort(values);
        }
        System.out.printf("%12d%12.0f%12.0f%28s%n", selector.keys().size(), jdk[rounds / 2], ours[rounds / 2],
                String.format("%.2f (%.2f .. %.2f)", ratios[rounds / 2], ratios[0], ratios[rounds - 1]));
    }

    /** Nanoseconds for 1,024 bytes. */
    private double round(Way way) throws IOException {
        long passes = Math.max(1, ROUND / SHARE / selector.keys().size());
        long start = System.nanoTime();
        for (long i = 0; i < passes; i++) {
            pass(way);
        }
        return (System.nanoTime() - start) * 1024.0 / (passes * selector.keys().size() * SHARE);
    }

    /** Each connection gets the file once. */
    private void pass(Way way) throws IOException {
        for (SelectionKey key : selector.keys()) {
            ((Sent) key.attachment()).bytes = 0;
            key.interestOps(SelectionKey.OP_WRITE);
        }
        for (int open = selector.keys().size(); open > 0;) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                Sent sent = (Sent) key.attachment();
                sent.bytes += (int) way.transfer(file, sent.bytes, SHARE - sent.bytes, (SocketChannel) key.channel());
                if (sent.bytes == SHARE) {
                    key.interestOps(0);
                    open--;
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private static void drop(int port, int number) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(SHARE);
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < number; i++) {
                SocketChannel.open(new InetSocketAddress(HERE, port)).configureBlocking(false)
                        .register(selector, SelectionKey.OP_READ);
            }
            for (int open = number; open > 0;) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
                        key.channel().close();
                        open--;
                    }
                }
                selector.selectedKeys().clear();
            }
        }
    }
}
