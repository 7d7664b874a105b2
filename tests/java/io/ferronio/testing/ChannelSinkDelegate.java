package io.ferronio.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/** A pipe's sink of somebody else's: it passes every call on to one of the JDK's. */
public final class ChannelSinkDelegate extends Pipe.SinkChannel {

    private final Pipe.SinkChannel channel;

    /**
     * Wraps a sink.
     *
     * @param channel the sink, which is closed with this one
     */
    public ChannelSinkDelegate(Pipe.SinkChannel channel) {
        super(channel.provider());
        this.channel = channel;
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
        return channel.write(buffer);
    }

    @Override
    public long write(ByteBuffer[] buffers) throws IOException {
        return channel.write(buffers);
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return channel.write(buffers, offset, length);
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        channel.configureBlocking(block);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        channel.close();
    }
}
