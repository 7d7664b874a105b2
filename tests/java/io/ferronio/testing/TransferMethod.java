package io.ferronio.testing;

import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * The two ways that callers must not be able to tell apart. With the property {@link InPlace#PROPERTY} ours is the JDK's
 * method with the agent in its place.
 */
public enum TransferMethod {
    /** The running JDK's. */
    JDK {
        @Override
        public long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
                throws IOException {
            InPlace.ofTheJdk(false);
            return source.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
                throws IOException {
            InPlace.ofTheJdk(false);
            return target.transferFrom(source, position, count);
        }
    },
    /** Ours. */
    FERRONIO {
        @Override
        public long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
                throws IOException {
            return InPlace.ofTheJdk(true) ? source.transferTo(position, count, target)
                    : Transfers.transferTo(source, position, count, target);
        }

        @Override
        public long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
                throws IOException {
            return InPlace.ofTheJdk(true) ? target.transferFrom(source, position, count)
                    : Transfers.transferFrom(target, source, position, count);
        }
    };

    /**
     * One call.
     *
     * @param source as in {@code FileChannel.transferTo}
     * @param position as there
     * @param count as there
     * @param target as there
     * @return bytes moved
     * @throws IOException as there
     */
    public abstract long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
            throws IOException;

    /**
     * One call.
     *
     * @param target as in {@code FileChannel.transferFrom}
     * @param source as there
     * @param position as there
     * @param count as there
     * @return bytes moved
     * @throws IOException as there
     */
    public abstract long transferFrom(FileChannel target, ReadableByteChannel source, long position, long count)
            throws IOException;
}
