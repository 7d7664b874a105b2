package io.ferronio.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Files with known content, in a folder of this JVM's that everybody can read and that is deleted when the
 * JVM ends. No byte of the content is 0, so that zeros are seen to come from somewhere else.
 */
public final class TestFiles {

    private static final Path FOLDER = newSharedFolder();
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int CHUNK = 1 << 20;

    private TestFiles() {
    }

    private static Path newSharedFolder() {
        try {
            Path folder = Files.createTempDirectory("ferronio-test-");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The byte at a position of every file made here: 1 to 255, and different at any two positions that
     * are less than 255 apart or a multiple of the page size.
     *
     * @param position from the start of the file
     * @return the byte
     */
    public static byte byteAt(long position) {
        return (byte) (1 + Long.remainderUnsigned(position + 31 * (position >>> 12), 255));
    }

    /**
     * A part of the content of every file made here.
     *
     * @param position of its first byte
     * @param length bytes
     * @return the bytes
     */
    public static byte[] content(long position, int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = byteAt(position + i);
        }
        return content;
    }

    /**
     * A new file with content.
     *
     * @param size bytes
     * @return its path
     */
    public static Path newFile(long size) {
        Path file = newPath(".data");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long position = 0; position < size; position += CHUNK) {
                ByteBuffer chunk = ByteBuffer.wrap(content(position, (int) Math.min(CHUNK, size - position)));
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
            // Whatever the umask: some tests read it as another user.
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A new file without content: a hole, which reads as zeros and takes no space.
     *
     * @param size bytes
     * @return its path
     */
    public static Path newSparseFile(long size) {
        Path file = newFile(0);
        setSize(file, size);
        return file;
    }

    /**
     * Makes a file that is all hole, for other users too.
     *
     * @param size bytes
     * @param permissions as {@code ls -l} shows them: {@code rw-r--r--}
     * @return its path
     */
    public static Path newSparseFile(long size, String permissions) {
        try {
            return Files.setPosixFilePermissions(newSparseFile(size), PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Truncates or extends a file: by truncate(1), another process.
     *
     * @param file the file
     * @param size its new size in bytes
     */
    public static void setSize(Path file, long size) {
        try {
            int status = new ProcessBuilder("truncate", "-s", Long.toString(size), file.toString())
                    .inheritIO().start().waitFor();
            if (status != 0) {
                throw new IllegalStateException("truncate(1): exit status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A path that is not used yet, for a file of the caller's.
     *
     * @param suffix how it ends
     * @return the path
     */
    public static Path newPath(String suffix) {
        return FOLDER.resolve("file-" + NUMBER.incrementAndGet() + suffix);
    }

    /**
     * A new folder that everybody can read.
     *
     * @return its path
     */
    public static Path newFolder() {
        try {
            Path folder = Files.createDirectory(newPath(""));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left behind: " + folder + ": " + e);
        }
    }
}
