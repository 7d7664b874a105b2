package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.Arrays;

/**
 * Through pipes of ours by splice(2) and tee(2): from the source into the first one, a copy of that into the
 * others, and from each to its target.
 *
 * <p>Nobody waits for the source here. Who waits for a target does so in its protocol alone and looks from time to
 * time whether the source was closed: to hold the lock of both would keep other writers of a target in line while the source is silent. Only
 * while the kernel itself waits for a target is the source begun, too: nobody else should read from it.
 */
final class PipeConduit implements Conduit {

    /** What is taken at once. A pipe may hold more than its size says: a page of a socket's is up to 32 KiB. */
    private static final long MOST_BYTES = 1 << 20;

    private static final long NO_PIPE = -1;

    private final RelayProgress progress;
    private final SpliceEnd source;
    private final SpliceEnd[] targets;
    private final long[] pipes;
    /** Bytes since the relay was opened that are or were in every pipe: what may be delivered. */
    private long shared;

    PipeConduit(RelayProgress progress, SpliceEnd source, SpliceEnd[] targets) {
        this.progress = progress;
        this.source = source;
        this.targets = targets;
        this.pipes = new long[targets.length];
        Arrays.fill(pipes, NO_PIPE);
    }

    @Override
    public Route route() {
        return Route.SPLICE;
    }

    @Override
    public boolean open(Trace trace) {
        for (int i = 0; i < pipes.length; i++) {
            long pipe = PipeNatives.take();
            if (pipe < 0) {
                Trace.refused(trace, Route.SPLICE, "no pipe, errno " + -pipe);
                release();
                return false; // Mostly for want of descriptors.
            }
            pipes[i] = pipe;
        }
        return true;
    }

    @Override
    public long take(long count, boolean mayWait, Trace trace) throws IOException {
        shared = progress.taken;
        long n = fill(Math.min(count, MOST_BYTES), VirtualThreads.isCurrent());
        Trace.systemCalls(trace, 2);
        return n;
    }

    private long fill(long count, boolean virtual) throws IOException {
        long n = -Errno.EINTR;
        source.lock();
        try {
            source.begin(virtual);
            while (n == -Errno.EINTR && source.channel().isOpen()) {
                n = source.hasEnded() ? -Errno.EIO : PipeNatives.fill(pipes[0], source.descriptor(), count, false);
            }
            if (n > 0) {
                progress.taken += n;
            }
        } finally {
            source.end(n > 0);
        }
        if (n == -Errno.EINTR) {
            throw new AsynchronousCloseException();
        }
        return n;
    }

    @Override
    public long deliver(int target, long limit, boolean watchesSource, Trace trace) throws IOException {
        long refusal = share(trace);
        if (refusal < 0) {
            return refusal;
        }
        boolean virtual = VirtualThreads.isCurrent();
        long patience = Patience.LEAST;
        long end = Math.min(limit, shared);
        while (progress.delivered(target) < end) {
            long count = end - progress.delivered(target);
            long n = !virtual && watchesSource && targets[target].isBlocking() && source.wakesByClose()
                    ? drainWatchingSource(target, count, trace) : drain(target, count, virtual, false, trace);
            Trace.systemCalls(trace, 1);
            if (n > 0) {
                Trace.took(trace, Route.SPLICE);
            } else if (n == -Errno.EAGAIN) {
                if (!targets[target].isBlocking() || Trace.isCancelled(trace)) {
                    return n;
                }
                targets[target].await(patience, trace);
                patience = Patience.more(patience);
                if (watchesSource && !source.channel().isOpen()) {
                    throw new AsynchronousCloseException();
                }
            } else if (n < 0 && Errno.isRefusal(n)) {
                return n;
            } else {
                throw Errno.exception(n < 0 ? n : -Errno.EIO,
                        "splice of " + count + " bytes to " + targets[target].channel());
            }
        }
        return 0;
    }

    /** Copies from the first pipe to the others, once all that was copied before has been delivered. */
    private long share(Trace trace) {
        if (pipes.length == 1) {
            shared = progress.taken;
        } else if (shared == progress.delivered() && shared < progress.taken) {
            // The others are empty: this does not wait. They may be smaller: this may be a part.
            long n = PipeNatives.tee(pipes[0], pipes[1], progress.taken - shared);
            Trace.systemCalls(trace, 1);
            if (n <= 0) {
                return n < 0 ? n : -Errno.EINVAL;
            }
            shared += n;
        }
        return 0;
    }

    /**
     * A platform thread that the kernel keeps is usually woken by a close of the source, too: the JDK signals once, and
     * in vain if the thread is on its way into the kernel.
     */
    private long drainWatchingSource(int target, long count, Trace trace) throws IOException {
        long n = -Errno.EINTR;
        source.lock();
        try {
            source.begin(false);
            n = drain(target, count, false, true, trace);
        } finally {
            source.end(n > 0);
        }
        return n;
    }

    /** One splice(2) to a target: bytes, or {@code -errno}; {@code -EAGAIN} also if it is cancelled. */
    private long drain(int index, long count, boolean virtual, boolean watchesSource, Trace trace) throws IOException {
        SpliceEnd target = targets[index];
        long n = -Errno.EINTR;
        target.lock();
        try {
            target.begin(virtual);
            while (n == -Errno.EINTR && target.channel().isOpen()
                    && (!watchesSource || source.channel().isOpen()) && Trace.mayWait(trace)) {
                n = PipeNatives.drain(pipes[index], target.descriptor(), count);
            }
            if (n > 0) {
                progress.deliver(index, n);
            }
        } finally {
            Trace.hasWaited(trace);
            target.end(n > 0);
        }
        if (n == -Errno.EINTR && !Trace.isCancelled(trace)) {
            throw new AsynchronousCloseException();
        }
        return n == -Errno.EINTR ? -Errno.EAGAIN : n;
    }

    /** Moves what is pending to a buffer whose first byte is the relay's {@code start}th. */
    void empty(ByteBuffer buffer, long start) throws IOException {
        long address = BufferAccess.address(buffer);
        try {
            for (int i = 0; i < pipes.length; i++) {
                long end = i == 0 ? progress.taken : shared;
                for (long at = progress.delivered(i); at < end;) {
                    long n = PipeNatives.read(pipes[i], address + (at - start), end - at);
                    if (n <= 0) {
                        throw Errno.exception(n, "read of " + (end - at) + " bytes from a pipe that holds them");
                    }
                    at += n;
                }
            }
        } finally {
            Reference.reachabilityFence(buffer);
        }
        shared = progress.taken;
        close(true);
    }

    @Override
    public void release() {
        close(progress.pending() == 0);
    }

    private void close(boolean isEmpty) {
        for (int i = 0; i < pipes.length; i++) {
            if (pipes[i] != NO_PIPE) {
                PipeNatives.release(pipes[i], isEmpty);
                pipes[i] = NO_PIPE;
            }
        }
    }
}
