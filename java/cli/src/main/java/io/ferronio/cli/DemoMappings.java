package io.ferronio.cli;

import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** Maps the file, closes the mapping, shows that it is gone, and reads a buffer that was unmapped. */
final class DemoMappings {

    /** How much of a region is shown through one buffer. */
    private static final int WINDOW = 1 << 30;

    private DemoMappings() {
    }

    /** Whether the digest of the mapped file was right. */
    static boolean run(DemoFile file) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            System.out.printf("%-26s %14s %16s%n", "the file as a region", "file mapped", "JVM's memory");
            show("before", file);
            MappedRegion region = MappedRegion.map(channel, FileChannel.MapMode.READ_ONLY, 0, file.size());
            boolean good = file.hasDigest(digest(region));
            show("mapped, digest " + (good ? "agrees" : "DIFFERS"), file);
            region.close();
            show("after close()", file);
            System.out.println("and the object is still there: " + region);
            System.out.println();
            readStale(channel);
            return good;
        }
    }

    private static byte[] digest(MappedRegion region) {
        MessageDigest sha = DemoFile.sha256();
        for (long index = 0; index < region.size(); index += WINDOW) {
            sha.update(region.asByteBuffer(index, (int) Math.min(WINDOW, region.size() - index)));
        }
        return sha.digest();
    }

    /** One line from /proc/self/maps and /proc/self/smaps_rollup. */
    private static void show(String when, DemoFile file) throws IOException {
        String path = file.path().toRealPath().toString();
        long mapped = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.endsWith(path))
                .map(line -> line.substring(0, line.indexOf(' ')).split("-"))
                .mapToLong(range -> Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16))
                .sum();
        long resident = Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Rss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        System.out.printf("%-26s %,10d KiB %,12d KiB%n", when, mapped >> 10, resident);
    }

    private static void readStale(FileChannel channel) throws IOException {
        MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), WINDOW));
        Mappings.unmap(buffer);
        System.out.println("A buffer is mapped, unmapped, and read all the same. With FileChannel.map and"
                + " Unsafe.invokeCleaner this ends the JVM. Here:");
        try {
            System.out.println("  buffer.get(0) returned " + read(buffer));
        } catch (InternalError e) {
            System.out.println("  " + e);
        }
    }

    /** A method of its own: HotSpot may throw its error only when this has returned. */
    private static byte read(MappedByteBuffer buffer) {
        return buffer.get(0);
    }
}
