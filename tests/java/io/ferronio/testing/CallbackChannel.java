package io.ferronio.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A channel of somebody else's that does what a test says.
 *
 * @param callback reads and writes
 */
public record CallbackChannel(Callback callback) implements ReadableByteChannel, WritableByteChannel {

    /** A read or a write. */
    public interface Callback {
        /**
         * Reads to the buffer, or writes from it.
         *
         * @param buffer the buffer
         * @return what the channel is to say
         * @throws IOException if that is what the channel is to do
         */
        int call(ByteBuffer buffer) throws IOException;
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        return callback.call(buffer);
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
        return callback.call(buffer);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
