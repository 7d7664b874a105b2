package io.ferronio.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** A channel of somebody else's that keeps what is written to it. */
final class ForeignTarget implements WritableByteChannel {

    private final ForeignManner manner;
    private final ForeignManner.Meanwhile meanwhile;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private boolean happened;
    private boolean closed;

    /**
     * A new channel.
     *
     * @param meanwhile happens instead of what the manner says, and nobody notices; may be null
     */
    ForeignTarget(ForeignManner manner, ForeignManner.Meanwhile meanwhile) {
        this.manner = manner;
        this.meanwhile = meanwhile;
    }

    byte[] arrived() {
        return arrived.toByteArray();
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int n = Math.min(buffer.remaining(), manner.most());
        if (!happened) {
            if (arrived.size() >= manner.until()) {
                happened = true;
                if (meanwhile == null) {
                    manner.then().happen();
                    return 0;
                }
                meanwhile.happen();
            } else {
                n = Math.min(n, manner.until() - arrived.size());
            }
        }
        byte[] bytes = new byte[n];
        manner.get(buffer, bytes);
        arrived.writeBytes(bytes);
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
