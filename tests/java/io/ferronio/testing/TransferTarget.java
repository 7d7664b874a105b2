package io.ferronio.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Somewhere to transfer to, and a way to see what has arrived there. */
public final class TransferTarget implements AutoCloseable {

    private static final byte[] NOTHING = {};

    private final WritableByteChannel channel;
    private final Callable<byte[]> arrived;
    private final Closeable other;

    private TransferTarget(WritableByteChannel channel, Callable<byte[]> arrived, Closeable other) {
        this.channel = channel;
        this.arrived = arrived;
        this.other = other;
    }

    /**
     * A pair whose other end is read by a thread of its own from now on.
     *
     * @param pair the pair
     * @return the target
     */
    public static TransferTarget read(ChannelPair pair) {
        TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
        return new TransferTarget(pair.sink(), reader::result, pair.source());
    }

    /**
     * A pair whose other end is read only after the transfer.
     *
     * @param pair the pair
     * @return the target
     */
    public static TransferTarget readLater(ChannelPair pair) {
        return new TransferTarget(pair.sink(), () -> ChannelBytes.readAll(pair.source()), pair.source());
    }

    /**
     * A channel at whose other end nobody reads.
     *
     * @param channel the channel; may be null
     * @param other something to be closed with it; may be null
     * @return the target
     */
    public static TransferTarget unread(WritableByteChannel channel, Closeable other) {
        return new TransferTarget(channel, () -> NOTHING, other);
    }

    /**
     * A channel of a file.
     *
     * @param channel the channel
     * @param file the file, which is deleted in the end
     * @return the target
     */
    public static TransferTarget file(FileChannel channel, Path file) {
        return new TransferTarget(channel, () -> Files.readAllBytes(file), () -> Files.deleteIfExists(file));
    }

    /**
     * A channel that is not the JDK's.
     *
     * @param most the most bytes that it takes at once
     * @return the target
     */
    public static TransferTarget foreign(int most) {
        return foreign(new ForeignManner(most, Integer.MAX_VALUE, ForeignManner.Then.NOTHING, false));
    }

    /**
     * A channel that is not the JDK's.
     *
     * @param manner how it takes bytes
     * @return the target
     */
    public static TransferTarget foreign(ForeignManner manner) {
        return foreign(manner, null);
    }

    /**
     * A channel that is not the JDK's.
     *
     * @param manner how it takes bytes
     * @param meanwhile happens once, after {@code manner.until()} bytes; may be null
     * @return the target
     */
    public static TransferTarget foreign(ForeignManner manner, ForeignManner.Meanwhile meanwhile) {
        ForeignTarget channel = new ForeignTarget(manner, meanwhile);
        return new TransferTarget(channel, channel::arrived, null);
    }

    /**
     * A datagram channel whose datagrams are received after the transfer: each arrives with its length before it.
     *
     * @return the target
     * @throws IOException if it cannot be opened
     */
    public static TransferTarget datagrams() throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        DatagramChannel receiver = DatagramChannel.open(StandardProtocolFamily.INET).bind(any);
        DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET).connect(receiver.getLocalAddress());
        receiver.configureBlocking(false);
        return new TransferTarget(sender, () -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ByteBuffer datagram = ByteBuffer.allocate(1 << 16);
            while (receiver.receive(datagram.clear()) != null) {
                bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(datagram.position()).array());
                bytes.write(datagram.array(), 0, datagram.position());
            }
            return bytes.toByteArray();
        }, receiver);
    }

    /**
     * Where to transfer to.
     *
     * @return the channel
     */
    public WritableByteChannel channel() {
        return channel;
    }

    /**
     * Closes the channel and waits for the last byte.
     *
     * @return what has arrived
     * @throws Exception what the receiving end has thrown
     */
    public byte[] arrived() throws Exception {
        if (channel != null) {
            channel.close();
        }
        return arrived.call();
    }

    @Override
    public void close() throws IOException {
        try (channel; other) {
            return;
        }
    }
}
