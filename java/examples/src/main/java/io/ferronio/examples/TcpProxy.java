package io.ferronio.examples;

import io.ferronio.Relay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A TCP proxy: passes each connection on to another address, both ways, in one thread and without taking the bytes
 * through the JVM.
 *
 * <pre>
 * java -cp ferronio.jar TcpProxy.java 8080 example.org 80
 * </pre>
 */
public final class TcpProxy {

    /** What one direction may pass on before the others get their turn, in bytes. */
    private static final long TURN = 1 << 20;

    private final ServerSocketChannel server;
    private final SocketAddress target;

    /**
     * Makes a proxy.
     *
     * @param server where it listens; stays the caller's to close
     * @param target where connections are passed on to
     */
    public TcpProxy(ServerSocketChannel server, SocketAddress target) {
        this.server = server;
        this.target = target;
    }

    /** One side of a connection, and what comes from it. */
    private static final class Side {
        private final SocketChannel channel;
        private final SelectionKey key;
        private Side other;
        private Relay toOther;
        private boolean hasEnded;

        Side(SocketChannel channel, Selector selector) throws IOException {
            this.channel = channel;
            this.key = channel.configureBlocking(false).register(selector, 0, this);
        }

        void connectTo(Side other) throws IOException {
            this.other = other;
            toOther = Relay.open(channel, other.channel);
        }

        /** From here to the other side: what there is, as far as it fits. */
        void pass() throws IOException {
            if (!hasEnded && toOther.transfer(TURN) < 0) {
                hasEnded = true;
                other.channel.shutdownOutput(); // The way back stays open.
            }
        }

        /** Waits to read if nothing is under way from here, and to write if something is on its way to here. */
        void await() {
            key.interestOps((!hasEnded && toOther.pending() == 0 ? SelectionKey.OP_READ : 0)
                    | (other.toOther.pending() > 0 ? SelectionKey.OP_WRITE : 0));
        }

        void close() throws IOException {
            channel.close();
            if (toOther != null) {
                toOther.close();
            }
        }
    }

    /**
     * Passes connections on, until the thread is interrupted.
     *
     * @throws IOException if it cannot wait for connections
     */
    public void run() throws IOException {
        try (Selector selector = Selector.open()) {
            server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            while (!Thread.currentThread().isInterrupted()) {
                selector.select(this::serve);
            }
            for (SelectionKey key : selector.keys()) {
                close((Side) key.attachment());
            }
        }
    }

    private void serve(SelectionKey key) {
        Side side = (Side) key.attachment();
        try {
            if (side == null) {
                accept(key.selector());
            } else if (side.channel.isOpen()) { // Its other side may have closed it a moment ago.
                if (!key.isConnectable() || side.channel.finishConnect()) {
                    pass(side);
                }
            }
        } catch (IOException e) {
            System.err.println(e); // About this connection, or there are no descriptors left for a new one.
            close(side);
        }
    }

    private static void pass(Side side) throws IOException {
        side.pass();
        side.other.pass();
        if (side.hasEnded && side.other.hasEnded) {
            close(side);
        } else {
            side.await();
            side.other.await();
        }
    }

    private void accept(Selector selector) throws IOException {
        Side client = new Side(server.accept(), selector);
        try {
            Side remote = new Side(SocketChannel.open(), selector);
            client.connectTo(remote);
            remote.connectTo(client);
            remote.key.interestOps(SelectionKey.OP_CONNECT);
            remote.channel.connect(target);
        } catch (IOException e) {
            close(client);
            throw e;
        }
    }

    private static void close(Side side) {
        try {
            if (side != null) {
                side.close();
                if (side.other != null) {
                    side.other.close();
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    /**
     * Runs a proxy.
     *
     * @param args the port to listen at, and the host and port to pass connections on to
     * @throws IOException if the port cannot be had
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: TcpProxy <port to listen at> <host> <port>");
            System.exit(2);
        }
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(Integer.parseInt(args[0])), 1024);
            new TcpProxy(server, new InetSocketAddress(args[1], Integer.parseInt(args[2]))).run();
        }
    }
}
