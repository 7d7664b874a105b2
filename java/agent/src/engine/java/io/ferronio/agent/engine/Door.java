package io.ferronio.agent.engine;

import io.ferronio.internal.MappedMemory;
import io.ferronio.internal.RecordedTransfer;
import io.ferronio.internal.TransferEngine;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where the JDK's calls come in. Each is done here, or left to the JDK's method before anything has happened: see
 * {@link TransferEngine}, which knows what it can do, and never asks the JDK itself.
 */
final class Door {

    /** The first call waits until all is there. */
    private static final boolean READY = Preparation.await();

    /** Calls that were left to the JDK. What those moved, only it knows. */
    static final LongAdder TRANSFERS_LEFT = new LongAdder();
    /** As {@link #TRANSFERS_LEFT}. */
    static final LongAdder MAPPINGS_LEFT = new LongAdder();
    /** Buffers made here. */
    static final LongAdder MAPPINGS = new LongAdder();
    /** Their bytes. */
    static final LongAdder MAPPED_BYTES = new LongAdder();

    private Door() {
    }

    /** {@code source.transferTo(position, count, target)}: bytes, or -1 to leave it to the JDK. */
    static long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
            throws IOException {
        if (!READY) {
            return TransferEngine.NOT_HANDLED;
        }
        return count(RecordedTransfer.to(source, position, count, target, false));
    }

    /** {@code target.transferFrom(source, position, count)}: bytes, or -1 to leave it to the JDK. */
    static long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
            throws IOException {
        if (!READY) {
            return TransferEngine.NOT_HANDLED;
        }
        return count(RecordedTransfer.from(target, source, position, count, false));
    }

    private static long count(long moved) {
        if (moved == TransferEngine.NOT_HANDLED) {
            TRANSFERS_LEFT.increment();
        }
        return moved;
    }

    /** {@code channel.map(mode, position, size)}: a buffer, or null to leave it to the JDK. */
    static MappedByteBuffer map(FileChannel channel, FileChannel.MapMode mode, long position, long size)
            throws IOException {
        if (!READY || size > Integer.MAX_VALUE || !MappedMemory.canMap(channel, mode, position, size)) {
            MAPPINGS_LEFT.increment();
            return null;
        }
        MappedByteBuffer buffer = MappedMemory.mapInPlace(channel, mode, position, size)
                .newBuffer(mode == FileChannel.MapMode.READ_ONLY);
        MAPPINGS.increment();
        MAPPED_BYTES.add(size);
        return buffer;
    }
}
