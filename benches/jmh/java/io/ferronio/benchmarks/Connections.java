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
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A file of 16 KiB to one connection after the other, as they are ready: in non-blocking mode, by one thread with one
 * selector; at the other end a process of the same kind, which drops what arrives. Both processes need a descriptor for
 * each connection (see {@code ulimit -n}).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Connections {

    private static final int SHARE = 16 << 10;
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    /** How many there are. */
    @Param("1")
    public int size;

    private FileChannel file;
    private Selector selector;
    private Process peer;
    private Iterator<SelectionKey> ready = Collections.emptyIterator();

    /** What has been sent of a connection's share. */
    private static final class Sent {
        private long bytes;
    }

    private interface Way {
        long transfer(FileChannel source, long position, long count, SocketChannel target) throws IOException;
    }

    /** The other end: connects so many times to a port, and drops what comes. */
    public static void main(String[] arguments) throws IOException {
        drop(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    }

    /** Opens all of them. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.create(SHARE);
        selector = Selector.open();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(HERE, 0), size);
            peer = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                    System.getProperty("java.class.path"), Connections.class.getName(),
                    Integer.toString(server.socket().getLocalPort()), Integer.toString(size)).inheritIO().start();
            for (int i = 0; i < size; i++) {
                server.accept().configureBlocking(false).register(selector, SelectionKey.OP_WRITE, new Sent());
            }
        }
    }

    /** Closes all of them, upon which the other end ends. */
    @TearDown
    public void close() throws IOException, InterruptedException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        file.close();
        peer.waitFor();
    }

    /** Goes on until a connection has got its share. */
    private void serve(Way way) throws IOException {
        Sent sent;
        do {
            while (!ready.hasNext()) {
                selector.selectedKeys().clear();
                selector.select();
                ready = selector.selectedKeys().iterator();
            }
            SelectionKey key = ready.next();
            sent = (Sent) key.attachment();
            sent.bytes += way.transfer(file, sent.bytes, SHARE - sent.bytes, (SocketChannel) key.channel());
        } while (sent.bytes < SHARE);
        sent.bytes = 0;
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        serve(FileChannel::transferTo);
        meter.operation();
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        serve(Transfers::transferTo);
        meter.operation();
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
