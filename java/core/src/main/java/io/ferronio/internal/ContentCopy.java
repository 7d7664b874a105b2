package io.ferronio.internal;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Copies what a file holds to an empty one: blocks shared if the filesystem can, else each run of data by the
 * best route that the kernel has not refused to this copy, and holes not at all.
 *
 * <p>An interrupt and a cancellation are noticed between system calls, each of which moves at most {@value #CHUNK} bytes;
 * less where somebody watches, or may cancel.
 */
final class ContentCopy {

    private static final long CHUNK = 64 << 20;
    private static final long WATCHED_CHUNK = 4 << 20;
    /** In the heap, where there is no direct memory left. */
    private static final int SMALL_BUFFER = 8 << 10;

    /** What there is to try, best first. The last one is never refused, and cannot be switched off. */
    private static final List<Route> ROUTES = routes();

    private final FileChannel source;
    private final FileChannel target;
    private final LongConsumer onProgress;
    private final Trace trace;
    private final long chunk;
    /** Routes that were not refused so far, best first. */
    private final Deque<Route> routes = new ArrayDeque<>(ROUTES);
    private final Map<Route, Long> moved = new EnumMap<>(Route.class);
    private ByteBuffer buffer;

    ContentCopy(FileChannel source, FileChannel target, LongConsumer onProgress, Trace trace) {
        this.source = source;
        this.target = target;
        this.onProgress = onProgress;
        this.trace = trace;
        this.chunk = onProgress != null || Trace.isCancellable(trace) ? WATCHED_CHUNK : CHUNK;
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>(OpenFile.HAS_NATIVES ? TransferTable.WHOLE_FILE.routes() : List.of());
        routes.remove(Route.BUFFERED);
        routes.add(Route.BUFFERED);
        return List.copyOf(routes);
    }

    /**
     * Copies everything; once for each object.
     *
     * @return the size of the copy
     * @throws ClosedByInterruptException if the thread is interrupted
     */
    long run() throws IOException {
        try {
            return copy();
        } finally {
            if (buffer != null && buffer.isDirect()) {
                TransferBuffers.giveBack(buffer);
                buffer = null;
            }
        }
    }

    private long copy() throws IOException {
        check();
        long size = source.size();
        if (size == 0) {
            // It may hold something all the same, in /proc: it is read until it ends.
            return copyRun(0, Long.MAX_VALUE, Route.BUFFERED);
        }
        return reflink() ? target.size() : copyRuns(size);
    }

    /** What went which way. */
    Map<Route, Long> moved() {
        return moved;
    }

    /** Whether the target now shares all blocks of the source, at the size that the source had in that moment. */
    private boolean reflink() throws IOException {
        if (routes.peek() != Route.REFLINK) {
            return false;
        }
        routes.remove();
        long result;
        do {
            check();
            Trace.systemCalls(trace, 1);
            result = OpenFile.call(target, source, FileCopyNatives::reflink);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            // Whatever it was: if it is more than a refusal, copying meets it, too.
            Trace.refused(trace, Route.REFLINK, Errno.text(result));
            return false;
        }
        long size = target.size();
        count(Route.REFLINK, size);
        progressed(size);
        return true;
    }

    /** Copies the runs of data, and leaves the holes between them. */
    private long copyRuns(long size) throws IOException {
        long position = 0;
        while (position < size) {
            long start = nextData(position);
            if (start < 0 || start >= size) {
                // A hole to the end, which may have come nearer meanwhile.
                return extend(Math.max(position, Math.min(size, source.size())));
            }
            long end = Math.min(nextHole(start, size), size);
            position = copyRun(start, end, routes.peek());
            if (position < end) {
                return target.size(); // Somebody has shortened the source.
            }
        }
        return position;
    }

    private long nextData(long position) {
        if (!OpenFile.HAS_NATIVES) {
            return position;
        }
        Trace.systemCalls(trace, 1);
        long start = OpenFile.call(source, file -> FileCopyNatives.nextData(file, position));
        // Only ENXIO says that there is none.
        return start < 0 && start != -Errno.ENXIO ? position : start;
    }

    private long nextHole(long position, long size) {
        if (!OpenFile.HAS_NATIVES) {
            return size;
        }
        Trace.systemCalls(trace, 1);
        long end = OpenFile.call(source, file -> FileCopyNatives.nextHole(file, position));
        return end <= position ? size : end;
    }

    private long extend(long size) throws IOException {
        Trace.systemCalls(trace, 1);
        long result = OpenFile.call(target, file -> MappingNatives.setFileSize(file, size));
        if (result < 0) {
            throw Errno.exception(result, "ftruncate of the copy to " + size + " bytes");
        }
        progressed(size);
        return size;
    }

    /** Copies one run of data, and returns where it ended: before {@code end} if the source does. */
    private long copyRun(long start, long end, Route first) throws IOException {
        Route route = first;
        long position = start;
        while (position < end) {
            check();
            long n = move(route, position, Math.min(end - position, chunk));
            if (n > 0) {
                count(route, n);
                position += n;
                progressed(position);
            } else if (route == Route.BUFFERED) {
                break;
            } else if (n == 0 || isRefusal(n)) {
                // 0 is the end of the source, or what some kernels say of files that they cannot copy this way.
                Trace.refused(trace, route, n == 0 ? "moved nothing" : Errno.text(n));
                routes.remove();
                route = routes.peek();
            } else if (n != -Errno.EINTR) {
                throw Errno.exception(n, route.property() + " at position " + position + " of the file, "
                        + (end - position) + " bytes before the end of its data");
            }
        }
        return position;
    }

    private static boolean isRefusal(long result) {
        return Errno.isRefusal(result) || result == -Errno.ETXTBSY;
    }

    private long move(Route route, long position, long count) throws IOException {
        switch (route) {
            case COPY_FILE_RANGE:
                Trace.systemCalls(trace, 1);
                return OpenFile.call(target, source,
                        (to, from) -> FileCopyNatives.copyRange(to, from, position, count));
            case SENDFILE:
                Trace.systemCalls(trace, 2);
                target.position(position);
                return OpenFile.call(target, source,
                        (to, from) -> TransferNatives.sendfile(to, from, position, count));
            default:
                return readAndWrite(position, count);
        }
    }

    private long readAndWrite(long position, long count) throws IOException {
        if (buffer == null) {
            ByteBuffer pooled = TransferBuffers.take();
            buffer = pooled != null ? pooled : ByteBuffer.allocate(SMALL_BUFFER);
        }
        buffer.clear().limit((int) Math.min(count, buffer.capacity()));
        Trace.systemCalls(trace, 1);
        int read = source.read(buffer, position);
        buffer.flip();
        while (buffer.hasRemaining()) {
            Trace.systemCalls(trace, 1);
            target.write(buffer, position + buffer.position());
        }
        return read;
    }

    private void count(Route route, long bytes) {
        Trace.took(trace, route);
        moved.merge(route, bytes, Long::sum);
    }

    private void progressed(long position) {
        if (onProgress != null) {
            onProgress.accept(position);
        }
    }

    private void check() throws ClosedByInterruptException {
        FileCopier.endIfCancelled(trace);
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }
}
