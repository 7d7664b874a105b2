package io.ferronio.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/**
 * The file that the demonstration works on, and the digest that everything is compared with.
 *
 * @param path where it is
 * @param size bytes
 * @param digest SHA-256, computed with plain reads
 * @param temporary whether it was made for the demonstration, and goes with it
 */
record DemoFile(Path path, long size, byte[] digest, boolean temporary) implements AutoCloseable {

    /** A user's file: a regular one, with something in it. */
    static DemoFile existing(Path path) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException(path + " is no regular file");
        }
        if (Files.size(path) == 0) {
            throw new IOException(path + " is empty: there is nothing to send or map");
        }
        return new DemoFile(path, Files.size(path), digestByReading(path), false);
    }

    /** A file of random bytes in the temp folder. */
    static DemoFile make(int size) throws IOException {
        Path path = Files.createTempFile("ferronio-demo-", ".bin");
        path.toFile().deleteOnExit();
        Random random = new Random(size);
        byte[] block = new byte[1 << 20];
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (int written = 0; written < size; written += block.length) {
                random.nextBytes(block);
                channel.write(ByteBuffer.wrap(block));
            }
        }
        return new DemoFile(path, size, digestByReading(path), true);
    }

    private static byte[] digestByReading(Path path) throws IOException {
        MessageDigest sha = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) >= 0) {
                sha.update(buffer.flip());
            }
        }
        return sha.digest();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    boolean hasDigest(byte[] other) {
        return Arrays.equals(digest, other);
    }

    String shortDigest() {
        return HexFormat.of().formatHex(digest, 0, 8) + "...";
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            Files.deleteIfExists(path);
        }
    }
}
