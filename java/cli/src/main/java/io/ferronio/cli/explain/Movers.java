package io.ferronio.cli.explain;

import io.ferronio.Mappings;
import io.ferronio.Relay;
import io.ferronio.Transfer;
import io.ferronio.Transfers;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The methods as they are programmed: each moves a whole file from one channel to another. */
final class Movers {

    /** What a server would send before a file. */
    static final byte[] HEADER = ("HTTP/1.1 200 OK\r\nServer: ferronio explain\r\nContent-Type: application/octet-stream\r\n"
            + "Cache-Control: no-store\r\n\r\n").getBytes(StandardCharsets.US_ASCII);

    private static final Closeable NOTHING = () -> { };
    /** A buffer holds less than 2 GiB. */
    private static final long WINDOW = 1 << 30;

    private Movers() {
    }

    /** Moves a file. */
    interface Mover {
        /**
         * Moves all of it.
         *
         * @param source open for reading, at its start
         * @param size its bytes
         * @param target takes them
         * @return what is to be tidied up after the measurement
         */
        Closeable move(FileChannel source, long size, WritableByteChannel target) throws IOException;
    }

    /** A loop through a buffer in the heap. */
    static Mover throughHeap(int bytes) {
        return (source, size, target) -> copy(source, target, ByteBuffer.allocate(bytes));
    }

    /** A loop through a buffer outside the heap. */
    static Mover throughDirect(int bytes) {
        return (source, size, target) -> copy(source, target, ByteBuffer.allocateDirect(bytes));
    }

    private static Closeable copy(FileChannel source, WritableByteChannel target, ByteBuffer buffer) throws IOException {
        while (source.read(buffer.clear()) >= 0) {
            write(buffer.flip(), target);
        }
        return NOTHING;
    }

    private static void write(ByteBuffer buffer, WritableByteChannel target) throws IOException {
        while (buffer.hasRemaining()) {
            target.write(buffer);
        }
    }

    /** Maps, writes, unmaps. */
    static Closeable mapped(FileChannel source, long size, WritableByteChannel target) throws IOException {
        for (long position = 0; position < size; position += WINDOW) {
            MappedByteBuffer buffer = Mappings.map(source, FileChannel.MapMode.READ_ONLY, position,
                    Math.min(WINDOW, size - position));
            try {
                write(buffer, target);
            } finally {
                Mappings.unmap(buffer);
            }
        }
        return NOTHING;
    }

    /** Maps and writes; the JDK unmaps when the collector finds the buffer, which is not waited for here. */
    static Closeable mappedByJdk(FileChannel source, long size, WritableByteChannel target) throws IOException {
        List<MappedByteBuffer> buffers = new ArrayList<>();
        for (long position = 0; position < size; position += WINDOW) {
            MappedByteBuffer buffer = source.map(FileChannel.MapMode.READ_ONLY, position,
                    Math.min(WINDOW, size - position));
            buffers.add(buffer);
            write(buffer, target);
        }
        return () -> {
            try {
                buffers.forEach(Mappings::unmap);
            } catch (UnsupportedOperationException e) {
                return; // Then the collector unmaps them, some day.
            }
        };
    }

    static Closeable transferTo(FileChannel source, long size, WritableByteChannel target) throws IOException {
        for (long sent = 0; sent < size;) {
            sent += someOf(Transfers.transferTo(source, sent, size - sent, target), sent, size);
        }
        return NOTHING;
    }

    static Closeable transferToByJdk(FileChannel source, long size, WritableByteChannel target) throws IOException {
        for (long sent = 0; sent < size;) {
            sent += someOf(source.transferTo(sent, size - sent, target), sent, size);
        }
        return NOTHING;
    }

    static Closeable transferFromByJdk(FileChannel source, long size, WritableByteChannel target) throws IOException {
        for (long sent = 0; sent < size;) {
            sent += someOf(((FileChannel) target).transferFrom(source, sent, size - sent), sent, size);
        }
        return NOTHING;
    }

    static Closeable afterHeader(FileChannel source, long size, WritableByteChannel target) throws IOException {
        Transfer.from(source, 0, size).to(target).header(ByteBuffer.wrap(HEADER)).run();
        return NOTHING;
    }

    static Closeable throughPipe(FileChannel source, long size, WritableByteChannel target) throws IOException {
        try (Relay relay = Relay.open(source, target)) {
            while (relay.transfer(Long.MAX_VALUE) >= 0) {
                continue;
            }
        }
        return NOTHING;
    }

    /** To blocking channels nothing is moved only where the file has ended. */
    private static long someOf(long moved, long before, long size) throws IOException {
        if (moved <= 0) {
            throw new IOException("the file has become shorter: it had " + size + " bytes, and ends after " + before);
        }
        return moved;
    }
}
