package io.ferronio.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A TCP connection on loopback, and at its other end a process of its own: one that drops what arrives without copying
 * it (benches/discard.rs), for which Java has no call, or one that never ceases to send (benches/supply.rs). The
 * properties {@code ferronio.benchmarks.receiver} and {@code .sender} name them.
 */
final class Peer implements AutoCloseable {

    private final Process process;
    private final SocketChannel channel;

    /** Drops what it gets. */
    static Peer receiver() throws IOException {
        return new Peer("receiver");
    }

    /** Sends as fast as it can. */
    static Peer sender() throws IOException {
        return new Peer("sender");
    }

    /** Starts the process and waits until it has connected. */
    private Peer(String role) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            process = start(role, server.socket().getLocalPort());
            process.onExit().thenRun(() -> close(server));
            channel = accept(server);
        }
    }

    /** Starts the process, which connects to this port. */
    static Process start(String role, int port) throws IOException {
        return new ProcessBuilder(program(role), Integer.toString(port))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String program(String role) {
        String program = System.getProperty("ferronio.benchmarks." + role);
        if (program == null) {
            throw new IllegalStateException("-Dferronio.benchmarks." + role + "=<program> is missing;"
                    + " `./gradlew cargoPeers` builds target/release/discard, the receiver, and supply, the sender");
        }
        return program;
    }

    private SocketChannel accept(ServerSocketChannel server) throws IOException {
        try {
            return server.accept();
        } catch (ClosedChannelException e) {
            throw new IOException("the other end ended before it had connected, with exit status " + process.exitValue(),
                    e);
        }
    }

    private static void close(ServerSocketChannel server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Our end, in blocking mode. */
    SocketChannel channel() {
        return channel;
    }

    /** Closes the connection, upon which the process ends. */
    @Override
    public void close() throws IOException {
        channel.close();
        process.onExit().join();
    }
}
