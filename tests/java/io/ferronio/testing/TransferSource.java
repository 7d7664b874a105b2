package io.ferronio.testing;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32;

/** Somewhere to transfer from, and a way to see what is left there: a transfer must not take what it does not move. */
public final class TransferSource implements AutoCloseable {

    /** Bytes that a source held, but that are not known to have been taken or not. */
    public static final long UNKNOWN = -1;

    /**
     * What a source still gives.
     *
     * @param taken how many bytes it has given before, or {@link #UNKNOWN}
     * @param words what it gives, and how it ends
     */
    public record Left(long taken, String words) {
    }

    private interface Look {
        Left left() throws Exception;
    }

    private final ReadableByteChannel channel;
    private final Look look;
    private final Closeable other;

    private TransferSource(ReadableByteChannel channel, Look look, Closeable other) {
        this.channel = channel;
        this.look = look;
        this.other = other;
    }

    /**
     * A channel of a file, which its position says everything about.
     *
     * @param channel the channel
     * @param file the file, which is deleted in the end; may be null
     * @return the source
     * @throws IOException if the channel has no position
     */
    public static TransferSource file(FileChannel channel, Path file) throws IOException {
        long start = channel.position();
        Look look = () -> {
            try {
                return new Left(channel.position() - start, "");
            } catch (ClosedChannelException e) {
                return new Left(UNKNOWN, "closed"); // A channel of somebody else's may not know of it before.
            }
        };
        return new TransferSource(channel, look, file == null ? null : () -> Files.deleteIfExists(file));
    }

    /**
     * A source that has nothing to give.
     *
     * @param channel the channel
     * @param other something to be closed with it; may be null
     * @return the source
     */
    public static TransferSource empty(ReadableByteChannel channel, Closeable other) {
        return new TransferSource(channel, () -> new Left(0, ""), other);
    }

    /**
     * A pair whose other end is written to by a thread of its own from now on.
     *
     * @param pair the pair
     * @param size how many bytes are written
     * @param piece how many at once
     * @param ends whether the other end is closed after them, or stays open until the transfer is over
     * @return the source
     */
    public static TransferSource written(ChannelPair pair, int size, int piece, boolean ends) {
        CountDownLatch over = new CountDownLatch(ends ? 0 : 1);
        TransferTask<Void> writer = TransferTask.start(() -> {
            try (WritableByteChannel sink = pair.sink()) {
                write(sink, size, piece);
                over.await();
            } catch (IOException e) {
                // The source was closed before all was written: the outcome says so.
                return null;
            }
            return null;
        });
        return new TransferSource(pair.source(), () -> {
            over.countDown();
            Left left = drain(pair.source(), size);
            if (!pair.source().isOpen()) {
                pair.sink().close();
            }
            writer.result();
            return left;
        }, pair.sink());
    }

    /**
     * A pair that holds all bytes before the transfer.
     *
     * @param pair the pair
     * @param size how many bytes, at most {@link TransferNumbers#FITS}
     * @param ends whether the other end is closed after them, or stays open until the transfer is over
     * @return the source
     * @throws IOException if it cannot be written to
     */
    public static TransferSource filled(ChannelPair pair, int size, boolean ends) throws IOException {
        write(pair.sink(), size, Math.max(1, size));
        if (ends) {
            pair.sink().close();
        }
        return new TransferSource(pair.source(), () -> {
            pair.sink().close();
            if (pair.source().isOpen()) {
                ((SelectableChannel) pair.source()).configureBlocking(true);
            }
            return drain(pair.source(), size);
        }, pair.sink());
    }

    /**
     * A TCP connection that the other end gives up after so many bytes.
     *
     * @param pair the pair
     * @param size how many bytes, at most {@link TransferNumbers#FITS}
     * @return the source
     * @throws IOException if it cannot be written to
     */
    public static TransferSource reset(ChannelPair pair, int size) throws IOException {
        SocketChannel sink = (SocketChannel) pair.sink();
        write(sink, size, Math.max(1, size));
        sink.setOption(StandardSocketOptions.SO_LINGER, 0).close();
        return new TransferSource(pair.source(), () -> drain(pair.source(), size), null);
    }

    /**
     * Datagrams, all there before the transfer.
     *
     * @param size how many bytes in all, at most {@link TransferNumbers#FITS}
     * @param piece how many in one datagram, but for the last one
     * @param blocking whether the receiver blocks
     * @return the source
     * @throws IOException if they cannot be sent
     */
    public static TransferSource datagrams(int size, int piece, boolean blocking) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        DatagramChannel receiver = DatagramChannel.open(StandardProtocolFamily.INET).bind(any);
        DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET).bind(any);
        receiver.connect(sender.getLocalAddress());
        sender.connect(receiver.getLocalAddress());
        write(sender, size, piece);
        receiver.configureBlocking(blocking);
        return new TransferSource(receiver, () -> {
            if (!receiver.isOpen()) {
                return new Left(UNKNOWN, "closed");
            }
            receiver.configureBlocking(false);
            return drain(receiver, size);
        }, sender);
    }

    /**
     * A stream's channel, as {@code Channels} makes them.
     *
     * @param size bytes in the stream
     * @return the source
     */
    public static TransferSource stream(int size) {
        ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(TestFiles.content(0, size)));
        return new TransferSource(channel, () -> drain(channel, size), null);
    }

    /**
     * A channel that is not the JDK's.
     *
     * @param size how many bytes it gives
     * @param manner how it does it
     * @return the source
     */
    public static TransferSource foreign(int size, ForeignManner manner) {
        return foreign(size, manner, null);
    }

    /**
     * A channel that is not the JDK's.
     *
     * @param size how many bytes it gives
     * @param manner how it does it
     * @param meanwhile happens once, after {@code manner.until()} bytes; may be null
     * @return the source
     */
    public static TransferSource foreign(int size, ForeignManner manner, ForeignManner.Meanwhile meanwhile) {
        ForeignSource channel = new ForeignSource(size, manner, meanwhile);
        return new TransferSource(channel, () -> {
            long taken = channel.given(); // Known even when it is closed.
            return new Left(taken, drain(channel, size).words());
        }, null);
    }

    private static void write(WritableByteChannel sink, int size, int piece) throws IOException {
        ByteBuffer content = ByteBuffer.wrap(TestFiles.content(0, size));
        while (content.hasRemaining()) {
            int end = Math.min(size, content.position() + piece);
            content.limit(end);
            while (content.hasRemaining()) {
                sink.write(content);
            }
            content.limit(size);
        }
    }

    /** Reads what is left, whatever comes then. Datagrams are read one by one. */
    private static Left drain(ReadableByteChannel channel, int size) {
        CRC32 sum = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
        long bytes = 0;
        String end;
        try {
            int n;
            while ((n = channel.read(buffer.clear())) > 0 || n == 0 && channel instanceof ForeignSource) {
                sum.update(buffer.flip());
                if (channel instanceof DatagramChannel) {
                    sum.update(n); // Their sizes count, too.
                }
                bytes += n;
            }
            end = n < 0 ? "end" : "nothing";
        } catch (IOException | RuntimeException e) {
            end = e.toString();
        }
        return new Left(channel.isOpen() ? size - bytes : UNKNOWN,
                bytes + " bytes with the sum " + Long.toHexString(sum.getValue()) + ", then " + end);
    }

    /**
     * Where to transfer from.
     *
     * @return the channel
     */
    public ReadableByteChannel channel() {
        return channel;
    }

    /**
     * Reads the rest.
     *
     * @return what it was
     * @throws Exception what the sending end has thrown
     */
    public Left left() throws Exception {
        return look.left();
    }

    @Override
    public void close() throws IOException {
        try (channel; other) {
            return;
        }
    }
}
