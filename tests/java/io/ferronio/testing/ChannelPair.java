package io.ferronio.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Two ends of one connection: what is written to the sink comes out of the source. Both block. Buffers are
 * small, so that little is written before a sink is full.
 *
 * @param sink the end to write to
 * @param source the end to read from
 */
public record ChannelPair(WritableByteChannel sink, ReadableByteChannel source) implements AutoCloseable {

    /** More than fits between the ends of any pair. */
    public static final int MORE_THAN_FITS = 4 << 20;

    private static final int BUFFER = 64 << 10;

    /** What connects the ends. */
    public enum Kind {
        /** A TCP connection over the loopback interface. */
        TCP,
        /** A Unix-domain socket. */
        UNIX,
        /** A pipe. */
        PIPE,
        /** A pipe with a name, opened as files. */
        FIFO
    }

    /**
     * Opens a pair.
     *
     * @param kind what connects its ends
     * @return the pair
     * @throws IOException if it cannot be opened
     */
    public static ChannelPair open(Kind kind) throws IOException {
        switch (kind) {
            case TCP:
                return sockets(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            case UNIX:
                Path name = TestFiles.newPath(".socket");
                try {
                    return sockets(UnixDomainSocketAddress.of(name));
                } finally {
                    Files.deleteIfExists(name);
                }
            case PIPE:
                Pipe pipe = Pipe.open();
                return new ChannelPair(pipe.sink(), pipe.source());
            default:
                return fifo();
        }
    }

    private static ChannelPair sockets(SocketAddress address) throws IOException {
        StandardProtocolFamily family = address instanceof InetSocketAddress
                ? StandardProtocolFamily.INET : StandardProtocolFamily.UNIX;
        try (ServerSocketChannel server = ServerSocketChannel.open(family)) {
            server.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
            server.bind(address);
            SocketChannel sink = SocketChannel.open(family);
            sink.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
            sink.connect(server.getLocalAddress());
            return new ChannelPair(sink, server.accept());
        }
    }

    private static ChannelPair fifo() throws IOException {
        Path name = TestFiles.newPath(".fifo");
        try {
            if (new ProcessBuilder("mkfifo", name.toString()).inheritIO().start().waitFor() != 0) {
                throw new IOException("mkfifo failed");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        // Either end alone would wait for the other to be opened.
        FileChannel both = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (both) {
            return new ChannelPair(FileChannel.open(name, StandardOpenOption.WRITE),
                    FileChannel.open(name, StandardOpenOption.READ));
        } finally {
            Files.delete(name);
        }
    }

    /**
     * Puts the sink into non-blocking mode.
     *
     * @return this pair
     * @throws IOException if the sink is closed
     */
    public ChannelPair nonBlocking() throws IOException {
        ((SelectableChannel) sink).configureBlocking(false);
        return this;
    }

    /**
     * Fills the sink until it takes nothing more; not for TCP, which may take some more a little later.
     *
     * @return this pair, the sink's blocking mode as it was
     * @throws IOException if the sink cannot be written to
     */
    public ChannelPair filled() throws IOException {
        SelectableChannel channel = (SelectableChannel) sink;
        boolean blocking = channel.isBlocking();
        channel.configureBlocking(false);
        ByteBuffer page = ByteBuffer.allocate(4096);
        while (sink.write(page.clear()) > 0) {
            continue;
        }
        channel.configureBlocking(blocking);
        return this;
    }

    @Override
    public void close() throws IOException {
        try (sink; source) {
            return;
        }
    }
}
