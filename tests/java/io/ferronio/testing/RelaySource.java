package io.ferronio.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A channel out of which the content of a test file comes, and then the end.
 *
 * @param channel what to read from
 * @param writer what feeds it; null for a file
 */
public record RelaySource(ReadableByteChannel channel, TransferTask<Void> writer) implements AutoCloseable {

    /** What the bytes come from. */
    public enum Kind {
        /** A TCP connection. */
        TCP,
        /** A Unix-domain socket. */
        UNIX,
        /** A pipe. */
        PIPE,
        /** A pipe with a name. */
        FIFO,
        /** A regular file. */
        FILE;

        /**
         * Whether the kernel can be asked to splice from it.
         *
         * @return false where only the channel's own read will do
         */
        public boolean isSpliced() {
            return this != FIFO;
        }
    }

    /**
     * Opens one.
     *
     * @param kind what the bytes come from
     * @param size how many
     * @return the source
     * @throws IOException if it cannot be opened
     */
    public static RelaySource of(Kind kind, int size) throws IOException {
        if (kind == Kind.FILE) {
            return new RelaySource(FileChannel.open(TestFiles.newFile(size)), null);
        }
        ChannelPair pair = ChannelPair.open(ChannelPair.Kind.valueOf(kind.name()));
        return new RelaySource(pair.source(), TransferTask.start(() -> {
            try (WritableByteChannel sink = pair.sink()) {
                ByteBuffer content = ByteBuffer.wrap(TestFiles.content(0, size));
                while (content.hasRemaining()) {
                    sink.write(content);
                }
            }
            return null;
        }));
    }

    /** Closes the channel. */
    @Override
    public void close() throws IOException {
        channel.close();
        try {
            if (writer != null) {
                writer.result();
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
