package io.ferronio.examples;

import io.ferronio.PageCache;
import io.ferronio.Residency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.CRC32C;

/**
 * Reads a file of any size from its start to its end, and leaves the page cache as it found it: for backups, checksums
 * and scans beside programs that live on what is cached.
 *
 * <p>It looks what of a window is in memory before anything of it is read, has the kernel read it ahead, and drops
 * behind itself just those pages that were not there. What was resident stays; dirty pages among it are not even
 * written.
 *
 * <pre>
 * java -cp ferronio.jar QuietReader.java large.file
 * </pre>
 *
 * <p>What it cannot promise:
 *
 * <ul>
 *   <li>Whoever else reads or writes the same part of the file at the same time: his pages look like ours, and leave
 *       (written first, if they are dirty). What somebody has mapped and touched stays.
 *   <li>Pages that were resident may leave whenever the kernel wants their memory, and have been used once more in its
 *       eyes.
 *   <li>Where the kernel does not tell this user what is resident, nothing is dropped: see {@link PageCache#residency}.
 *   <li>Filesystems in memory (tmpfs) keep everything, also what had been swapped out.
 *   <li>The kernel drops a large folio as a whole or not at all. None that is read here has a page that was resident;
 *       but if such a page leaves meanwhile, another reader may bring one across the edge, and that stays.
 *   <li>Where the kernel reads further ahead than 8 MiB by itself (read_ahead_kb of the device), that far ahead of the
 *       reader may look resident.
 * </ul>
 *
 * <p>For one thread at a time. A read blocks until the device has delivered; an interrupt closes the file's channel,
 * and then nothing can be dropped.
 */
public final class QuietReader implements ReadableByteChannel {

    /** Bytes that are read ahead at once: a power of two, and many pages. */
    private static final long WINDOW = 8 << 20;

    /** A part of the file that was not in memory. */
    private record Range(long start, long end) {
    }

    private final FileChannel file;
    /** What is to be dropped when it has been read, in the order of the file. */
    private final Deque<Range> absent = new ArrayDeque<>();
    private long end;
    private long position;
    /** How far the kernel was asked to read. It is known what was resident one window further. */
    private long ahead;
    private boolean isOpen = true;

    /**
     * Begins at the start of a file, and reads as much as it holds now.
     *
     * @param file open for reading; stays the caller's to close, and keeps its position
     * @throws UnsupportedOperationException without the native library
     * @throws IllegalArgumentException if the channel is not one of the JDK's
     * @throws IOException as {@link PageCache#residency}
     */
    public QuietReader(FileChannel file) throws IOException {
        this.file = file;
        end = file.size();
        survey(0, WINDOW);
    }

    /**
     * Finds what of a range is not in memory, by halves where it is a part. They are aligned as the kernel's large
     * folios are, so that none lies across the edge of what is dropped.
     */
    private void survey(long start, long length) throws IOException {
        long inFile = Math.max(0, Math.min(length, end - start));
        Residency residency = PageCache.residency(file, start, inFile);
        long resident = residency.resident().orElse(residency.pages()); // Of what is not known nothing is dropped.
        if (resident == residency.pages()) {
            return;
        }
        if (resident == 0) {
            absent.add(new Range(start, start + inFile));
        } else {
            survey(start, length / 2);
            survey(start + length / 2, length / 2);
        }
    }

    /** Keeps the window of the position and the next one under way. */
    private void readAhead() throws IOException {
        while (ahead < end && ahead - position <= WINDOW) {
            // One further, before it is too late: the kernel also reads ahead by itself, and some filesystems read more
            // than they are asked for (Btrfs: to the end of a compressed extent).
            survey(ahead + WINDOW, WINDOW);
            PageCache.readAhead(file, ahead, Math.min(WINDOW, end - ahead));
            ahead += WINDOW;
        }
    }

    /**
     * Reads on.
     *
     * @param target gets at least one byte, unless it has no room, and no more than to the end of a window
     * @return how many bytes; -1 at the end of the file, also if it has become shorter
     * @throws IllegalArgumentException if the target is read-only
     * @throws ClosedChannelException if this or the file is closed
     * @throws IOException if the file cannot be read, or what others have written to it not be written to the device
     */
    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        return readOn(target);
    }

    private int readOn(ByteBuffer target) throws IOException {
        if (position >= end) {
            return -1;
        }
        readAhead();
        long most = Math.min(WINDOW - position % WINDOW, end - position);
        int n = file.read(target.slice().limit((int) Math.min(most, target.remaining())), position);
        if (n < 0) {
            end = position;
            return -1;
        }
        target.position(target.position() + n);
        position += n;
        dropUpTo(position);
        return n;
    }

    private void dropUpTo(long position) throws IOException {
        while (!absent.isEmpty() && absent.peek().end <= position) {
            Range range = absent.remove();
            PageCache.drop(file, range.start, range.end - range.start);
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen && file.isOpen();
    }

    /**
     * Drops what was read ahead and is not wanted any more; waits until it has arrived, since only then it can be
     * dropped.
     *
     * @throws IOException as {@link #read}
     */
    @Override
    public void close() throws IOException {
        boolean canDrop = isOpen();
        isOpen = false;
        if (canDrop) {
            end = Math.min(end, ahead);
            ByteBuffer unwanted = ByteBuffer.allocate(1 << 16);
            try {
                while (readOn(unwanted.clear()) >= 0) { }
            } finally {
                dropUpTo(Long.MAX_VALUE);
            }
        }
    }

    /**
     * Prints the CRC-32C of a file, and what of it is in memory before and after.
     *
     * @param args the file
     * @throws IOException if it cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: QuietReader <file>");
            System.exit(2);
        }
        CRC32C checksum = new CRC32C();
        try (FileChannel file = FileChannel.open(Path.of(args[0]))) {
            System.out.println("before: " + PageCache.residency(file, 0, Long.MAX_VALUE));
            try (QuietReader reader = new QuietReader(file)) {
                ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 18);
                while (reader.read(bytes.clear()) >= 0) {
                    checksum.update(bytes.flip());
                }
            }
            System.out.println("after:  " + PageCache.residency(file, 0, Long.MAX_VALUE));
        }
        System.out.printf("CRC-32C: %08x%n", checksum.getValue());
    }
}
