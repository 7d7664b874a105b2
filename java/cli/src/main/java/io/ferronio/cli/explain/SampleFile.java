package io.ferronio.cli.explain;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;

/**
 * The file that is moved.
 *
 * @param path where it is
 * @param size bytes, at least 1
 * @param made whether it was made for this, and goes with it
 */
record SampleFile(Path path, long size, boolean made) implements AutoCloseable {

    private static final int BLOCK = 1 << 20;

    /** A user's file. */
    static SampleFile given(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such file");
        }
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "is a directory; name a file, or none: then one is made");
        }
        if (!Files.isRegularFile(path)) {
            throw new FileSystemException(path.toString(), null, "is no regular file: a pipe or a device has no pages to send");
        }
        long size = Files.size(path);
        if (size == 0) {
            throw new FileSystemException(path.toString(), null, "is empty: there is nothing to move");
        }
        return new SampleFile(path, size, false);
    }

    /** Random bytes in a new file. */
    static SampleFile make(Path folder, long size) throws IOException {
        checkSpace(folder, size, "a file");
        Path path = Files.createTempFile(folder, "ferronio-explain-", ".data");
        path.toFile().deleteOnExit(); // Also where somebody ends it by a signal.
        SampleFile file = new SampleFile(path, size, true);
        boolean done = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            Random random = new Random(size);
            byte[] block = new byte[BLOCK];
            for (long written = 0; written < size;) {
                random.nextBytes(block);
                written += channel.write(ByteBuffer.wrap(block, 0, (int) Math.min(BLOCK, size - written)));
            }
            channel.force(false); // The kernel would write it while others are measured.
            done = true;
            return file;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** Fails before anything was written if there is surely no room. */
    static void checkSpace(Path folder, long bytes, String what) throws IOException {
        FileStore store = Files.getFileStore(folder);
        long free = store.getUsableSpace();
        if (free < bytes) {
            throw new FileSystemException(folder.toString(), null, "no space for " + what + ": it takes " + bytes
                    + " bytes, and " + store.name() + " (" + store.type() + ") has " + free
                    + "; --size makes a smaller file, --folder takes another place");
        }
    }

    /** SHA-256 of some bytes and then the file, by plain reads; brings the file into memory. */
    byte[] digestAfter(byte[] header) throws IOException {
        MessageDigest sha = sha256();
        sha.update(header);
        digest(path, sha);
        return sha.digest();
    }

    static void digest(Path file, MessageDigest sha) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) >= 0) {
                sha.update(buffer.flip());
            }
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (made) {
            Files.deleteIfExists(path);
        }
    }
}
