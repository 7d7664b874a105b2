package io.ferronio.examples;

import io.ferronio.Advice;
import io.ferronio.MapOptions;
import io.ferronio.MappedRegion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * A map from long to long in a sparse file of any size: a hash table of entries of two longs, key and value, the key 0
 * for none. It takes as much of the disk as there are pages with entries.
 *
 * <p>Safe for use by several threads, and by several processes that map the same file: an entry is claimed by
 * compare-and-set, and its value is written and read in one piece.
 */
public final class KeyValueFile implements AutoCloseable {

    private static final int ENTRY = 16;

    private final MappedRegion region;
    private final long entries;

    private KeyValueFile(MappedRegion region) {
        this.region = region;
        this.entries = region.size() / ENTRY;
    }

    /**
     * Opens a table, and makes it if there is none.
     *
     * @param file where it is
     * @param size bytes of a new file, 16 for each entry that there may be; a file that is larger is used as it is
     * @return the table
     * @throws IOException if the file cannot be opened or mapped
     */
    public static KeyValueFile open(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            // Here and there: reading ahead would bring in pages that nobody asks for.
            MapOptions options = MapOptions.defaults().advice(Advice.RANDOM);
            return new KeyValueFile(MappedRegion.map(channel, MapMode.READ_WRITE, 0, Math.max(size, channel.size()),
                    options));
        }
    }

    /**
     * Sets the value of a key.
     *
     * @param key not 0
     * @param value any
     * @throws IllegalArgumentException if the key is 0
     * @throws IllegalStateException if the table is full, or closed
     */
    public void put(long key, long value) {
        long entry = entryOf(key, true);
        if (entry < 0) {
            throw new IllegalStateException("the table is full: " + entries + " entries");
        }
        region.putLongVolatile(entry + 8, value);
    }

    /**
     * Gets the value of a key.
     *
     * @param key not 0
     * @return its value, 0 if it is just being put for the first time; empty if it has none
     * @throws IllegalArgumentException if the key is 0
     * @throws IllegalStateException if the table is closed
     */
    public OptionalLong get(long key) {
        long entry = entryOf(key, false);
        return entry < 0 ? OptionalLong.empty() : OptionalLong.of(region.getLongVolatile(entry + 8));
    }

    /** Where a key's entry is, perhaps after claiming one for it; -1 if there is none. */
    private long entryOf(long key, boolean claim) {
        if (key == 0) {
            throw new IllegalArgumentException("the key 0 stands for no entry");
        }
        // Multiplied by an odd number near 2^64 over the golden ratio, keys spread over all entries.
        long first = Long.remainderUnsigned((key ^ key >>> 32) * 0x9e37_79b9_7f4a_7c15L, entries);
        for (long i = 0; i < entries; i++) {
            long entry = (first + i) % entries * ENTRY;
            long found = region.getLongVolatile(entry);
            if (found == 0 && claim && !region.compareAndSetLong(entry, 0, key)) {
                found = region.getLongVolatile(entry); // Somebody else was faster, perhaps for the same key.
            } else if (found == 0) {
                return claim ? entry : -1;
            }
            if (found == key) {
                return entry;
            }
        }
        return -1;
    }

    /**
     * Waits until all that was put is on the device.
     *
     * @throws IOException if that fails
     */
    public void force() throws IOException {
        region.force();
    }

    @Override
    public void close() {
        region.close();
    }
}
