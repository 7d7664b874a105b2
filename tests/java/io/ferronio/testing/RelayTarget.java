package io.ferronio.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A blocking channel whose other end is read all the time.
 *
 * @param channel what to write to
 * @param pair the connection; null for a file
 * @param reader reads what arrives; null for a file
 * @param file null for a connection
 */
public record RelayTarget(WritableByteChannel channel, ChannelPair pair, TransferTask<byte[]> reader, Path file)
        implements AutoCloseable {

    /** Where the bytes go. */
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
        FILE,
        /** A regular file in append mode. */
        APPENDING_FILE;

        /**
         * Whether the kernel can be asked to splice to it.
         *
         * @return false where only the channel's own write will do
         */
        public boolean isSpliced() {
            return this != FIFO && this != APPENDING_FILE;
        }
    }

    /**
     * Opens one.
     *
     * @param kind where the bytes go
     * @return the target
     * @throws IOException if it cannot be opened
     */
    public static RelayTarget of(Kind kind) throws IOException {
        if (kind == Kind.FILE || kind == Kind.APPENDING_FILE) {
            Path file = TestFiles.newFile(0);
            StandardOpenOption option = kind == Kind.FILE ? StandardOpenOption.WRITE : StandardOpenOption.APPEND;
            return new RelayTarget(FileChannel.open(file, option), null, null, file);
        }
        ChannelPair pair = ChannelPair.open(ChannelPair.Kind.valueOf(kind.name()));
        TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
        return new RelayTarget(pair.sink(), pair, reader, null);
    }

    /**
     * Closes the channel, and waits for all that was written to it.
     *
     * @return what has come out
     * @throws Exception if it cannot be read
     */
    public byte[] arrived() throws Exception {
        channel.close();
        return file != null ? Files.readAllBytes(file) : reader.result();
    }

    @Override
    public void close() throws IOException {
        if (pair == null) {
            channel.close();
        } else {
            pair.close();
        }
    }
}
