package io.ferronio.cli.explain;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The thread at the other end of a connection: reads until it ends. */
final class Receiver {

    private static final int BUFFER = 256 << 10;

    /**
     * What it has got.
     *
     * @param bytes how many
     * @param digest their SHA-256; null if it was not asked for
     * @param reading what that took
     */
    record Received(long bytes, byte[] digest, Meter.Reading reading) {
    }

    private final FutureTask<Received> task;

    private Receiver(Callable<Received> work) {
        task = new FutureTask<>(work);
        Thread thread = new Thread(task, "receiver");
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts to read what comes to a connection, which it closes in the end. */
    static Receiver start(SocketChannel source, Manner manner) {
        return new Receiver(() -> {
            try (source; Meter meter = Meter.start(manner == Manner.COUNTED)) {
                MessageDigest digest = manner == Manner.VERIFIED ? SampleFile.sha256() : null;
                ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
                long bytes = 0;
                for (int n = source.read(buffer); n >= 0; n = source.read(buffer.clear())) {
                    bytes += n;
                    if (digest != null) {
                        digest.update(buffer.flip());
                    }
                }
                return new Received(bytes, digest == null ? null : digest.digest(), meter.read());
            }
        });
    }

    /** Waits for the end of the connection. */
    Received result() throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IOException("the receiver failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /** Both ends of a new connection on loopback, in blocking mode. */
    static SocketChannel[] connection() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            SocketChannel sender = SocketChannel.open(server.getLocalAddress());
            try {
                return new SocketChannel[] {sender, server.accept()};
            } catch (IOException e) {
                sender.close();
                throw e;
            }
        }
    }
}
