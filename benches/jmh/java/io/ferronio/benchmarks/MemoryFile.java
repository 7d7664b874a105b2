package io.ferronio.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** A file that no disk can slow down: in tmpfs where there is one. It has no name, so it is gone with its channel. */
final class MemoryFile {

    private static final Path TMPFS = Path.of("/dev/shm");

    /** A folder for files that are to lie elsewhere, on a disk's filesystem say. */
    private static final String FOLDER = System.getProperty("ferronio.benchmarks.folder");

    private MemoryFile() {
    }

    /** Opens a file of so many bytes to read, each page of it written: a hole would be cheaper to send than data. */
    static FileChannel create(int size) throws IOException {
        Path name = Files.createTempFile(folder(), "ferronio-benchmark-", null);
        try {
            byte[] content = new byte[size];
            new Random(size).nextBytes(content);
            Files.write(name, content);
            return FileChannel.open(name, StandardOpenOption.READ);
        } finally {
            Files.delete(name);
        }
    }

    /** Opens a file to read and write that holds so many bytes already: a page that is there costs less to write. */
    static FileChannel createToWrite(int size) throws IOException {
        Path folder = FOLDER == null ? folder() : Path.of(FOLDER);
        Path name = Files.createTempFile(folder, "ferronio-benchmark-", null);
        try {
            FileChannel file = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
            for (long position = 0; position < size; position += buffer.capacity()) {
                file.write(buffer.clear(), position);
            }
            return file;
        } finally {
            Files.delete(name);
        }
    }

    private static Path folder() {
        return Files.isWritable(TMPFS) ? TMPFS : Path.of(System.getProperty("java.io.tmpdir"));
    }
}
