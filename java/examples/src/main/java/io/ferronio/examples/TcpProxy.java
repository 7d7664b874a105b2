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
    /** How long to leave new connections waiting if none can be accepted, and nothing else happens. */
    private static final long PAUSE_MILLIS = 1000;

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
            SelectionKey listening = server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    boolean isPaused = listening.interestOps() == 0;
                    int before = selector.keys().size(); // A key goes when its descriptor does.
                    int served = selector.select(this::serve, isPaused ? PAUSE_MILLIS : 0);
                    if (isPaused && (served == 0 || selector.keys().size() < before)) {
                        listening.interestOps(SelectionKey.OP_ACCEPT);
                    }
                }
            } finally {
                for (SelectionKey key : selector.keys()) {
                    close((Side) key.attachment());
                }
            }
        }
    }

    private void serve(SelectionKey key) {
        Side side = (Side) key.attachment();
        try {
            if (side == null) {
                accept(key);
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

    private void accept(SelectionKey listening) throws IOException {
        SocketChannel accepted;
        try {
            accepted = server.accept();
        } catch (IOException e) {
            listening.interestOps(0); // It stays ready: to try again at once would be to try for ever.
            throw e;
        }
        if (accepted != null) { // Else it has gone.
            connect(new Side(accepted, listening.selector()));
        }
    }

    private void connect(Side client) throws IOException {
        try {
            Side remote = new Side(SocketChannel.open(), client.key.selector());
            client.connectTo(remote);
            remote.connectTo(client);
            if (remote.channel.connect(target)) {
                pass(remote);
            } else {
                remote.key.interestOps(SelectionKey.OP_CONNECT);
            }
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
        InetSocketAddress target = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
        if (target.isUnresolved()) {
            System.err.println("no address is known of " + args[1]);
            System.exit(2);
        }
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(Integer.parseInt(args[0])), 1024);
            new TcpProxy(server, target).run();
        }
    }
}
