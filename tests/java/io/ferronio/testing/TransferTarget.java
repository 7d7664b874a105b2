package io.ferronio.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WritableByteChannel all = Channels.newChannel(bytes);
        return new TransferTarget(new WritableByteChannel() {
            @Override
            public int write(ByteBuffer buffer) throws IOException {
                ByteBuffer part = buffer.slice(buffer.position(), Math.min(most, buffer.remaining()));
                int n = all.write(part);
                buffer.position(buffer.position() + n);
                return n;
            }

            @Override
            public boolean isOpen() {
                return all.isOpen();
            }

            @Override
            public void close() throws IOException {
                all.close();
            }
        }, bytes::toByteArray, null);
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
