package io.ferronio.testing;

import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** The two methods that callers must not be able to tell apart. */
public enum TransferMethod {
    /** The running JDK's. */
    JDK {
        @Override
        public long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
                throws IOException {
            return source.transferTo(position, count, target);
        }
    },
    /** Ours. */
    FERRONIO {
        @Override
        public long transferTo(FileChannel source, long position, long count, WritableByteChannel target)
                throws IOException {
            return Transfers.transferTo(source, position, count, target);
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
}
