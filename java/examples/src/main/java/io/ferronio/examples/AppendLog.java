package io.ferronio.examples;

import io.ferronio.MapOptions;
import io.ferronio.MappedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A log in a mapped file: records are appended, and after a crash all are there that {@link #force} has acknowledged, and
 * none that is broken.
 *
 * <p>A record is its length, a checksum of length and bytes, and the bytes; zeros follow the last one. The file grows in
 * steps for which space is reserved, so that a full disk is an exception of {@link #append}, and never a fault.
 *
 * <p>Safe for use by several threads.
 */
public final class AppendLog implements AutoCloseable {

    /** What a record takes beside its bytes: an int for its length, an int for the checksum. */
    private static final int HEADER = 8;
    /** By how much the file grows at least, in bytes. */
    private static final long STEP = 1 << 20;

    private final MappedRegion region;
    /** Where the next record begins. */
    private long end;
    /** Up to where all is on the device. */
    private long forced;

    private AppendLog(MappedRegion region) throws IOException {
        this.region = region;
        end = scan(record -> { });
        // What a crash has left of a record is not to be taken for one later: what is new is zeros.
        region.resize(end);
    }

    /**
     * Opens a log, and finds its end.
     *
     * @param file where it is; made if there is none
     * @param maxSize bytes that the file will never exceed: addresses are taken for them, memory is not
     * @return the log
     * @throws IOException if the file cannot be opened, mapped or read
     */
    public static AppendLog open(Path file, long maxSize) throws IOException {
        if (Files.notExists(file)) {
            Files.createFile(file);
        }
        MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults().maxSize(maxSize).reserve());
        boolean done = false;
        try {
            AppendLog log = new AppendLog(region);
            done = true;
            return log;
        } finally {
            if (!done) {
                region.close();
            }
        }
    }

    /**
     * Appends a record. It survives the end of this process from now on, and that of the machine once {@link #force} has
     * returned.
     *
     * @param record its bytes, at least one; its position moves to its limit
     * @throws IllegalArgumentException if the log would exceed its maximal size, or there are no bytes
     * @throws IOException if the disk is full; the log is then as it was
     */
    public synchronized void append(ByteBuffer record) throws IOException {
        int length = record.remaining();
        if (length == 0) {
            throw new IllegalArgumentException("a record of no bytes");
        }
        if (end + HEADER + length > region.size()) {
            region.resize(Math.max(end + HEADER + length, region.size() + STEP));
        }
        region.put(end + HEADER, record);
        region.putInt(end, length);
        region.putInt(end + 4, checksum(end, length));
        end += HEADER + length;
    }

    /**
     * Waits until all that was appended is on the device.
     *
     * @throws IOException if that fails
     */
    public synchronized void force() throws IOException {
        region.force(forced, end - forced);
        forced = end;
    }

    /**
     * Shows all records, in their order.
     *
     * @param reader gets each one, read-only, for the length of a call
     * @throws IOException if a page cannot be read
     */
    public synchronized void forEach(Consumer<ByteBuffer> reader) throws IOException {
        scan(reader);
    }

    /** Goes from record to record, up to one that is none: gives its place. */
    private long scan(Consumer<ByteBuffer> reader) throws IOException {
        long position = 0;
        while (isRecord(position)) {
            int length = region.getInt(position);
            reader.accept(region.asByteBuffer(position + HEADER, length).asReadOnlyBuffer());
            position += (long) HEADER + length;
        }
        return position;
    }

    private boolean isRecord(long position) throws IOException {
        return region.read(log -> {
            long rest = log.size() - position - HEADER;
            int length = rest > 0 ? log.getInt(position) : 0;
            return length > 0 && length <= rest && log.getInt(position + 4) == checksum(position, length);
        });
    }

    private int checksum(long position, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(region.asByteBuffer(position, 4));
        checksum.update(region.asByteBuffer(position + HEADER, length));
        return (int) checksum.getValue();
    }

    /** Gives back the space that was reserved and not used, and closes the file. */
    @Override
    public synchronized void close() throws IOException {
        try (region) {
            region.resize(end);
        }
    }
}
