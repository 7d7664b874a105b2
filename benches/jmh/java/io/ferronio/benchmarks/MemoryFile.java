package io.ferronio.benchmarks;

import io.ferronio.PageCache;
import io.ferronio.Residency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A file that no disk can slow down: in tmpfs where there is one. It has no name, so it is gone with its channel. Those
 * with content are to be in memory for as long as something is measured, and it is known whether they are.
 */
public final class MemoryFile {

    private static final Path TMPFS = Path.of("/dev/shm");

    /** A folder for files that are to lie elsewhere, on a disk's filesystem say. */
    private static final String FOLDER = System.getProperty("ferronio.benchmarks.folder");

    private static final int BLOCK = 1 << 20;

    /** Those with content that this thread has made: when one thread looks, another may be closing its own. */
    private static final ThreadLocal<List<FileChannel>> FILLED = ThreadLocal.withInitial(ArrayList::new);

    private MemoryFile() {
    }

    /** Opens a file of so many bytes to read, each page of it written: a hole would be cheaper to send than data. */
    static FileChannel create(long size) throws IOException {
        return fill(folder(), size);
    }

    /** Opens a file to read and write that holds so many bytes already: a page that is there costs less to write. */
    static FileChannel createToWrite(long size) throws IOException {
        return fill(FOLDER == null ? folder() : Path.of(FOLDER), size);
    }

    /** Opens a file of so many bytes to read and write that are nearly all one hole: only its last page is written. */
    static FileChannel createSparse(long size) throws IOException {
        FileChannel file = open(folder());
        int last = (int) Math.min(size, 4096);
        file.write(ByteBuffer.allocate(last), size - last);
        return file;
    }

    private static FileChannel fill(Path folder, long size) throws IOException {
        FileChannel file = open(folder);
        byte[] content = new byte[(int) Math.min(size, BLOCK)];
        new Random(size).nextBytes(content);
        ByteBuffer block = ByteBuffer.allocateDirect(content.length).put(content);
        for (long position = 0; position < size; position += block.capacity()) {
            file.write(block.clear().limit((int) Math.min(block.capacity(), size - position)), position);
        }
        FILLED.get().add(file);
        return file;
    }

    private static FileChannel open(Path folder) throws IOException {
        Path name = Files.createTempFile(folder, "ferronio-benchmark-", null);
        try {
            return FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(name);
        }
    }

    /** Where these files are, unless another folder is asked for. */
    public static Path folder() {
        return Files.isWritable(TMPFS) ? TMPFS : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Pages of the files with content that this thread has made and that are open. */
    static long pages() throws IOException {
        long pages = 0;
        for (FileChannel file : open()) {
            pages += residency(file).pages();
        }
        return pages;
    }

    /** How many of them are in memory; negative if that is not known. */
    static long residentPages() throws IOException {
        long resident = 0;
        for (FileChannel file : open()) {
            long pages = residency(file).resident().orElse(-1);
            if (pages < 0) {
                return -1;
            }
            resident += pages;
        }
        return resident;
    }

    private static Residency residency(FileChannel file) throws IOException {
        return PageCache.residency(file, 0, file.size());
    }

    private static List<FileChannel> open() {
        return FILLED.get().stream().filter(FileChannel::isOpen).toList();
    }
}
