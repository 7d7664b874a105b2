package io.ferronio.internal;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Reads and writes of a run that can be cancelled. The JDK's own go on waiting after whatever wakes their thread,
 * unless the channel was closed. So a blocking socket or pipe is waited for here before it is read from, and written to
 * by a write(2) of ours, both in the JDK's protocol. Anything else is left to the channel, and so is a run that nobody
 * can cancel.
 */
final class WakeableIo {

    private WakeableIo() {
    }

    /**
     * Waits until a read would not wait, or the run is cancelled.
     *
     * @return whether it is time to read
     * @throws IOException as the channel's own read
     */
    static boolean awaitReadable(ReadableByteChannel source, Trace trace) throws IOException {
        SpliceEnd end = Trace.isCancellable(trace) ? SpliceEnd.ofSource(source) : null;
        if (end == null || !end.isBlocking()) {
            return !Trace.isCancelled(trace);
        }
        boolean virtual = VirtualThreads.isCurrent();
        while (true) {
            long n = awaitReadable(end, virtual, trace);
            if (n == -Errno.EINTR) {
                return false;
            }
            if (n != -Errno.EAGAIN) {
                return true; // Readable, or an error: the read tells.
            }
            end.await(Patience.NONE, trace);
        }
    }

    /** A poll(2), in which a platform thread waits: 0, or {@code -errno}; {@code -EINTR} once it is cancelled. */
    private static long awaitReadable(SpliceEnd end, boolean virtual, Trace trace) throws IOException {
        long n = -Errno.EINTR;
        end.lock();
        try {
            end.begin(virtual);
            while (n == -Errno.EINTR && end.channel().isOpen() && Trace.mayWait(trace)) {
                boolean wait = !virtual && end.isBlocking();
                n = end.hasEnded() ? 0 : PipeNatives.awaitReadable(end.descriptor(), wait);
            }
        } finally {
            Trace.hasWaited(trace);
            end.end(n == 0);
        }
        Trace.systemCalls(trace, 1);
        return cancelledOrClosed(n, trace);
    }

    /**
     * One write.
     *
     * @param bytes what is between position and limit; the position advances by what was written
     * @return bytes written; 0 if a target in non-blocking mode is full, or the run is cancelled
     * @throws IOException as the channel's own write
     */
    static int write(WritableByteChannel target, ByteBuffer bytes, Trace trace) throws IOException {
        SpliceEnd end = Trace.isCancellable(trace) ? SpliceEnd.ofTarget(target) : null;
        if (end == null || !end.isBlocking() || !bytes.hasRemaining()) {
            return Trace.isCancelled(trace) ? 0 : target.write(bytes);
        }
        // A copy: the caller's memory may be freed meanwhile, and only the JDK knows how to keep it.
        ByteBuffer direct = TransferBuffers.take();
        if (direct == null) {
            throw RelayEngine.noMemory();
        }
        try {
            int count = Math.min(bytes.remaining(), direct.capacity());
            direct.clear().put(0, bytes, bytes.position(), count).limit(count);
            int written = write(end, direct, trace);
            bytes.position(bytes.position() + written);
            return written;
        } finally {
            TransferBuffers.giveBack(direct);
        }
    }

    private static int write(SpliceEnd end, ByteBuffer bytes, Trace trace) throws IOException {
        boolean virtual = VirtualThreads.isCurrent();
        while (true) {
            long n = write(end, bytes, virtual, trace);
            if (n >= 0) {
                return (int) n;
            }
            if (n == -Errno.EINTR || n == -Errno.EAGAIN && !end.isBlocking()) {
                return 0;
            }
            if (n != -Errno.EAGAIN) {
                throw Errno.exception(n, "write of " + bytes.remaining() + " bytes to " + end.channel());
            }
            end.await(Patience.NONE, trace);
        }
    }

    /**
     * One write(2), in which a platform thread waits: bytes, or {@code -errno}; {@code -EINTR} once it is cancelled.
     */
    private static long write(SpliceEnd end, ByteBuffer bytes, boolean virtual, Trace trace) throws IOException {
        long address = BufferAccess.address(bytes);
        long n = -Errno.EINTR;
        end.lock();
        try {
            end.begin(virtual);
            while (n == -Errno.EINTR && end.channel().isOpen() && Trace.mayWait(trace)) {
                n = WaitingNatives.write(end.descriptor(), address, bytes.remaining());
            }
        } finally {
            Trace.hasWaited(trace);
            end.end(n > 0);
            Reference.reachabilityFence(bytes);
        }
        return cancelledOrClosed(n, trace);
    }

    private static long cancelledOrClosed(long n, Trace trace) throws AsynchronousCloseException {
        if (n == -Errno.EINTR && !Trace.isCancelled(trace)) {
            throw new AsynchronousCloseException();
        }
        return n;
    }
}
