package io.ferronio.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** Reading from blocking channels, and waiting for others. */
public final class ChannelBytes {

    private static final int BUFFER = 64 << 10;

    private ChannelBytes() {
    }

    /**
     * Reads until the end of the stream.
     *
     * @param source what to read from
     * @return all that was read
     * @throws IOException if reading fails
     */
    public static byte[] readAll(ReadableByteChannel source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (source.read(buffer.clear()) >= 0) {
            bytes.write(buffer.array(), 0, buffer.position());
        }
        return bytes.toByteArray();
    }

    /**
     * Reads so many bytes and no more.
     *
     * @param source what to read from
     * @param count how many
     * @return the bytes
     * @throws IOException if reading fails, or the stream ends before
     */
    public static byte[] read(ReadableByteChannel source, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (source.read(buffer) < 0) {
                throw new EOFException("after " + buffer.position() + " of " + count + " bytes");
            }
        }
        return buffer.array();
    }

    /**
     * Reads until the end of the stream and keeps nothing.
     *
     * @param source what to read from
     * @return how many bytes were read
     * @throws IOException if reading fails
     */
    public static long discard(ReadableByteChannel source) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        long count = 0;
        for (int n; (n = source.read(buffer.clear())) >= 0;) {
            count += n;
        }
        return count;
    }

    /**
     * Waits until a channel in non-blocking mode can do something.
     *
     * @param channel the channel
     * @param operation of {@link SelectionKey}
     * @throws IOException if it cannot be waited for
     */
    public static void await(SelectableChannel channel, int operation) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            selector.select();
        }
    }
}
