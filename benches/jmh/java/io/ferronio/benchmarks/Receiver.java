package io.ferronio.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A TCP connection on loopback, and at its other end a process that drops what arrives without copying it:
 * benches/discard.rs, for which Java has no call. The property {@code ferronio.benchmarks.receiver} names it.
 */
final class Receiver implements AutoCloseable {

    private final Process process;
    private final SocketChannel channel;

    /** Starts the process and waits until it has connected. */
    Receiver() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            process = new ProcessBuilder(program(), Integer.toString(server.socket().getLocalPort()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.onExit().thenRun(() -> close(server));
            channel = accept(server);
        }
    }

    private static String program() {
        String program = System.getProperty("ferronio.benchmarks.receiver");
        if (program == null) {
            throw new IllegalStateException("-Dferronio.benchmarks.receiver=target/release/discard is missing;"
                    + " `cargo build --release --bin discard` builds it");
        }
        return program;
    }

    private SocketChannel accept(ServerSocketChannel server) throws IOException {
        try {
            return server.accept();
        } catch (ClosedChannelException e) {
            throw new IOException("the receiver ended before it had connected, with exit status " + process.exitValue(),
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

    /** The sender's end, in blocking mode. */
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
