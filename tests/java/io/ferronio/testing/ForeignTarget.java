package io.ferronio.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/** A channel of somebody else's that keeps what is written to it. */
final class ForeignTarget implements WritableByteChannel {

    private final ForeignManner manner;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private boolean happened;
    private boolean closed;

    ForeignTarget(ForeignManner manner) {
        this.manner = manner;
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
                manner.then().happen();
                return 0;
            }
            n = Math.min(n, manner.until() - arrived.size());
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
