package io.ferronio.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** A file that no disk can slow down: in tmpfs where there is one. It has no name, so it is gone with its channel. */
final class MemoryFile {

    private static final Path TMPFS = Path.of("/dev/shm");

    private MemoryFile() {
    }

    /** Opens a file of so many bytes to read, each page of it written: a hole would be cheaper to send than data. */
    static FileChannel create(int size) throws IOException {
        Path folder = Files.isWritable(TMPFS) ? TMPFS : Path.of(System.getProperty("java.io.tmpdir"));
        Path name = Files.createTempFile(folder, "ferronio-benchmark-", null);
        try {
            byte[] content = new byte[size];
            new Random(size).nextBytes(content);
            Files.write(name, content);
            return FileChannel.open(name, StandardOpenOption.READ);
        } finally {
            Files.delete(name);
        }
    }
}
