package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;

/** Through a direct buffer, by the channels' own read and write: how they wait, and what wakes them, is theirs. */
final class BufferConduit implements Conduit {

    /**
     * What somebody else's channel is given at once. One over an OutputStream says how much it has written only when
     * all has gone well, and otherwise nobody knows which part of it has.
     */
    private static final int MOST_FOR_OTHERS = 8 << 10;

    private final RelayProgress progress;
    private final ReadableByteChannel source;
    private final WritableByteChannel[] targets;
    private ByteBuffer buffer;
    /** Bytes that were taken before the buffer's first. */
    private long start;

    BufferConduit(RelayProgress progress, ReadableByteChannel source, WritableByteChannel[] targets) {
        this.progress = progress;
        this.source = source;
        this.targets = targets;
    }

    @Override
    public Route route() {
        return Route.BUFFERED;
    }

    @Override
    public boolean open(Trace trace) {
        if (buffer == null) {
            buffer = TransferBuffers.take();
        }
        return buffer != null;
    }

    /** Takes over what is pending in pipes. */
    void open(PipeConduit pipes) throws IOException {
        start = progress.delivered();
        int pending = Math.toIntExact(progress.pending());
        buffer = pending <= TransferBuffers.CAPACITY ? TransferBuffers.take() : ByteBuffer.allocateDirect(pending);
        if (buffer == null) {
            throw RelayEngine.noMemory();
        }
        pipes.empty(buffer, start);
    }

    @Override
    public long take(long count, boolean mayWait, Trace trace) throws IOException {
        if (!mayWait && waits(source)) {
            return -Errno.EAGAIN;
        }
        if (!WakeableIo.awaitReadable(source, trace)) {
            return -Errno.EAGAIN;
        }
        start = progress.taken;
        buffer.clear().limit((int) Math.min(count, buffer.capacity()));
        int n;
        try {
            n = source.read(buffer);
        } finally {
            progress.taken += buffer.position(); // Also what somebody's channel has read before it failed.
        }
        Trace.systemCalls(trace, 1);
        return n > 0 ? n : n < 0 ? 0 : -Errno.EAGAIN;
    }

    /** Whether a read may wait; of somebody else's channel nobody knows. */
    private static boolean waits(Channel channel) {
        return channel instanceof SelectableChannel ? ((SelectableChannel) channel).isBlocking()
                : !SpliceEnd.isRegularFile(channel);
    }

    @Override
    public long deliver(int target, long limit, boolean watchesSource, Trace trace) throws IOException {
        int end = (int) (Math.min(limit, progress.taken) - start);
        int most = isTheJdksKind(targets[target]) ? TransferBuffers.CAPACITY : MOST_FOR_OTHERS;
        while (progress.delivered(target) - start < end) {
            int from = (int) (progress.delivered(target) - start);
            int count = Math.min(end - from, most);
            buffer.limit(from + count).position(from);
            int n = WakeableIo.write(targets[target], buffer, trace);
            Trace.systemCalls(trace, 1);
            if (n < 0 || n > count) {
                throw new IOException(targets[target] + " says that it has written " + n + " of " + count + " bytes");
            }
            if (n == 0) {
                return -Errno.EAGAIN;
            }
            progress.deliver(target, n); // Not the buffer's position: it may be past bytes that were never written.
            Trace.took(trace, Route.BUFFERED);
        }
        return 0;
    }

    /** Whether a write is one system call, and moves the buffer's position past what was written only. */
    private static boolean isTheJdksKind(Channel channel) {
        return channel instanceof SelectableChannel || channel instanceof FileChannel;
    }

    @Override
    public void release() {
        if (buffer != null && buffer.capacity() == TransferBuffers.CAPACITY) {
            TransferBuffers.giveBack(buffer);
        }
        buffer = null;
    }
}
