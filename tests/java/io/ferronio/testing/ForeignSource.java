package io.ferronio.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;

/** A channel of somebody else's that gives so many bytes and ends. */
final class ForeignSource implements ReadableByteChannel {

    private final ForeignManner manner;
    private final ForeignManner.Meanwhile meanwhile;
    private final int size;
    private int given;
    private boolean happened;
    private boolean closed;

    /**
     * A new channel.
     *
     * @param meanwhile happens instead of what the manner says, and nobody notices; may be null
     */
    ForeignSource(int size, ForeignManner manner, ForeignManner.Meanwhile meanwhile) {
        this.size = size;
        this.manner = manner;
        this.meanwhile = meanwhile;
    }

    int given() {
        return given;
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int n = Math.min(manner.most(), Math.min(buffer.remaining(), size - given));
        if (!happened) {
            if (given >= manner.until()) {
                happened = true;
                if (meanwhile == null) {
                    manner.then().happen();
                    return 0;
                }
                meanwhile.happen();
            } else {
                n = Math.min(n, manner.until() - given);
            }
        }
        if (n == 0 && buffer.hasRemaining()) {
            return -1;
        }
        manner.put(buffer, TestFiles.content(given, n));
        given += n;
        return n;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
