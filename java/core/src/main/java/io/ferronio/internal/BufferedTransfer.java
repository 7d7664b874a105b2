package io.ferronio.internal;

import static io.ferronio.internal.TransferEngine.NOT_HANDLED;

import io.ferronio.Route;
import io.ferronio.TransferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * By read and write through a large direct buffer, for channels that are not the kernel's and as a last resort.
 * All calls are the channels' own, so all protocol is theirs.
 *
 * <p>The JDK does the same through a buffer of 8 KiB, in the heap. Two things can tell a channel of somebody's which
 * one it has got. The size: where a short read or write ends the JDK's loop, one that the JDK's smaller
 * buffer would not have seen as short must not end ours. The kind: a channel that takes the buffer's array
 * without asking whether there is one fails; its class is then remembered, and left to the JDK.
 */
final class BufferedTransfer {

    /** The JDK's buffer. Up to that size it does as well. */
    private static final int JDK_CAPACITY = 8 << 10;

    /** Classes of channels that need a buffer in the heap. */
    private static final ClassValue<boolean[]> NEEDS_ARRAY = new ClassValue<>() {
        @Override
        protected boolean[] computeValue(Class<?> type) {
            return new boolean[1];
        }
    };

    private BufferedTransfer() {
    }

    /** Whether the JDK does it just as well, or better. */
    static boolean isForJdk(Object foreignChannel, long count) {
        return count <= JDK_CAPACITY || NEEDS_ARRAY.get(foreignChannel.getClass())[0];
    }

    /**
     * From a file to any channel, up to the end that the file has at the beginning.
     *
     * @param isForeign whether the target is not the JDK's: so little that it would get it in one buffer, to be
     *     kept perhaps, it gets from the JDK
     */
    static long fromFile(FileChannel source, long position, long count, WritableByteChannel target, boolean isForeign,
            Trace trace) throws IOException {
        long size = RegularFiles.size(source);
        if (size <= 0 || position >= size || isForeign && size - position <= JDK_CAPACITY) {
            return NOT_HANDLED; // A file of the kernel's, or a directory; or only the JDK knows what it says of the target.
        }
        ByteBuffer buffer = TransferBuffers.take();
        if (buffer == null) {
            return NOT_HANDLED;
        }
        long most = Math.min(count, size - position);
        long moved = 0;
        boolean isFree = false;
        try {
            boolean isFull = false;
            while (moved < most && !isFull) {
                buffer.clear().limit((int) Math.min(most - moved, buffer.capacity()));
                int read = source.read(buffer, position + moved);
                Trace.systemCalls(trace, 1);
                if (read <= 0) {
                    break;
                }
                for (int start = 0; start < read && !isFull;) {
                    int written = Math.max(0, WakeableIo.write(target, buffer.limit(read).position(start), trace));
                    Trace.systemCalls(trace, 1);
                    moved += written;
                    isFull = written < Math.min(read - start, JDK_CAPACITY);
                    start += written;
                }
            }
            isFree = true;
            return moved;
        } catch (IOException e) {
            return movedUnlessNone(moved, e);
        } catch (UnsupportedOperationException e) {
            return wantsArray(target, moved, e);
        } finally {
            release(buffer, isFree);
            if (moved > 0) {
                Trace.took(trace, Route.BUFFERED);
            }
        }
    }

    /**
     * Somebody's channel that has thrown may not be done with the buffer (a read that was given up after some time, say):
     * then nobody else gets it.
     */
    private static void release(ByteBuffer buffer, boolean isFree) {
        if (isFree) {
            TransferBuffers.giveBack(buffer);
        }
    }

    /** What a channel that cannot do with a direct buffer means to the caller: from the next call on, it gets the JDK's. */
    private static long wantsArray(Object channel, long moved, UnsupportedOperationException e) {
        boolean[] needsArray = NEEDS_ARRAY.get(channel.getClass());
        if (needsArray[0]) {
            throw e; // Not for that reason.
        }
        needsArray[0] = true;
        return moved > 0 ? moved : NOT_HANDLED;
    }

    /**
     * From any channel to a file.
     *
     * @param moved how many of the bytes another route has moved already
     */
    static long toFile(ReadableByteChannel source, FileChannel target, long position, long count, long moved,
            Trace trace) throws IOException {
        ByteBuffer buffer = TransferBuffers.take();
        if (buffer == null) {
            return moved > 0 ? moved : NOT_HANDLED;
        }
        long done = moved;
        boolean isFree = true;
        try {
            boolean hasMore = true;
            while (done < count && hasMore && WakeableIo.awaitReadable(source, trace)) {
                buffer.clear().limit((int) Math.min(count - done, buffer.capacity()));
                int read;
                isFree = false;
                try {
                    read = source.read(buffer);
                } catch (IOException e) {
                    return movedUnlessNone(done, e);
                } catch (UnsupportedOperationException e) {
                    return wantsArray(source, done, e);
                }
                isFree = true;
                Trace.systemCalls(trace, 1);
                if (read <= 0) {
                    break;
                }
                // Of a channel that says one thing and does another, what it has done counts, and is the last of it.
                hasMore = read == buffer.position();
                try {
                    writeAll(buffer.flip(), target, position + done, trace);
                } catch (IOException e) {
                    long written = done + buffer.position();
                    if (isTakenBack(source, buffer.remaining())) {
                        return movedUnlessNone(written, e);
                    }
                    throw undelivered(e, written, buffer.remaining());
                }
                done += buffer.position();
                Trace.took(trace, Route.BUFFERED);
            }
            return done;
        } finally {
            release(buffer, isFree);
        }
    }

    /** What could not be written is lost, unless the source is a file: its position goes back then, as on the JDK. */
    private static boolean isTakenBack(ReadableByteChannel source, int unwritten) {
        if (!FileChannelAccess.isInstance(source)) {
            return false;
        }
        try {
            FileChannel file = (FileChannel) source;
            file.position(file.position() - unwritten);
            return true;
        } catch (IOException e) {
            return false; // Closed meanwhile: there is nothing left that could be read again.
        }
    }

    /** Writes a whole buffer; after an exception, its position tells how much of it. Filled from 0 on. */
    static void writeAll(ByteBuffer buffer, FileChannel target, long position, Trace trace) throws IOException {
        while (buffer.hasRemaining()) {
            target.write(buffer, position + buffer.position());
            Trace.systemCalls(trace, 1);
        }
    }

    /** The failure, with what has become of the bytes. */
    static IOException undelivered(IOException failure, long delivered, long undelivered) {
        failure.addSuppressed(new TransferException(delivered, undelivered, null));
        return failure;
    }

    /** As the JDK does: a failure after the first byte is left to the next call to find. */
    static long movedUnlessNone(long moved, IOException e) throws IOException {
        if (moved > 0) {
            return moved;
        }
        throw e;
    }
}
