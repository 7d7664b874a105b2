package io.ferronio.torture;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** System calls that are given the memory. They fail with EFAULT, where an access of the process's would fault. */
final class ChannelWays {

    private static final int WARM_UP = 50;

    private ChannelWays() {
    }

    private static void writeAll(ByteBuffer buffer, WritableByteChannel target) throws IOException {
        while (buffer.hasRemaining()) {
            target.write(buffer);
        }
    }

    private static void readAll(ReadableByteChannel source, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining() && source.read(buffer) >= 0) {
            // It goes on.
        }
    }

    private static void throughFile(Subject subject, Seen seen) throws IOException {
        Path file = TestFiles.newPath(".out");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            try {
                writeAll(subject.buffer().duplicate(), channel);
            } finally {
                channel.read(seen.out, 0);
            }
        } finally {
            Files.delete(file);
        }
    }

    /** What fits between two sockets without anybody reading is more than any subject. */
    private static void throughSocket(Subject subject, Seen seen) throws IOException {
        try (ServerSocketChannel server = server();
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel peer = server.accept()) {
            try {
                writeAll(subject.buffer().duplicate(), client);
            } finally {
                client.shutdownOutput();
                readAll(peer, seen.out);
            }
        }
    }

    private static ServerSocketChannel server() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static void fromFile(Subject subject, Seen seen) throws IOException {
        Path file = Files.write(TestFiles.newPath(".in"), Content.written(subject.size()));
        try (FileChannel channel = FileChannel.open(file)) {
            readAll(channel, subject.buffer().duplicate());
        } finally {
            Files.delete(file);
        }
    }

    private static void fromSocket(Subject subject, Seen seen) throws IOException {
        try (ServerSocketChannel server = server();
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel peer = server.accept()) {
            writeAll(ByteBuffer.wrap(Content.written(subject.size())), peer);
            peer.shutdownOutput();
            readAll(client, subject.buffer().duplicate());
        }
    }

    static List<Way> all() {
        return List.of(
                Way.reader("FileChannel.write", ChannelWays::throughFile).byKernel(WARM_UP).neverSilent(),
                Way.reader("SocketChannel.write", ChannelWays::throughSocket).byKernel(WARM_UP).neverSilent(),
                Way.writer("FileChannel.read", ChannelWays::fromFile).byKernel(WARM_UP).neverSilent(),
                Way.writer("SocketChannel.read", ChannelWays::fromSocket).byKernel(WARM_UP).neverSilent());
    }
}
