package io.ferronio.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What lies in a folder, in words that can be compared; sparse files, and the space that they take. */
public final class FileTree {

    /** What the filesystem's own notes on where a file lies may add to its {@linkplain #blocks blocks}. */
    public static final long SLACK = 16;

    private static final int DATA = 4096;

    private FileTree() {
    }

    /**
     * All in a folder, folders in it included: kind, permissions, owner, extended attributes, content.
     *
     * @param folder the folder
     * @param sameTimes the names of files whose time of modification counts, too
     * @return a line for each
     * @throws IOException if it cannot be read
     */
    public static List<String> describe(Path folder, Set<String> sameTimes) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) tree.sorted()::iterator) {
                Map<String, Object> attributes = new TreeMap<>(
                        Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS));
                if (sameTimes.contains(path.getFileName().toString())
                        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    attributes.put("modified", Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis());
                }
                String line = folder.relativize(path) + " " + attributes;
                if (Files.isSymbolicLink(path)) {
                    line += " -> " + Files.readSymbolicLink(path);
                } else if (Files.isRegularFile(path)) {
                    line += " " + Files.size(path) + " bytes, " + (!Files.isReadable(path) ? "not readable"
                            : Arrays.hashCode(Files.readAllBytes(path)) + " "
                            + Files.getFileAttributeView(path, UserDefinedFileAttributeView.class).list());
                }
                lines.add(line.replaceAll("modified=\\d{13}\\b", "modified=now"));
            }
        }
        return lines;
    }

    /**
     * The entries of a folder, hidden ones included.
     *
     * @param folder the folder
     * @return their paths, sorted
     * @throws IOException if it cannot be read
     */
    public static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /**
     * Waits for a folder to have so many entries.
     *
     * @param folder the folder
     * @param number at least so many
     * @throws IOException if it cannot be read
     */
    public static void awaitEntries(Path folder, int number) throws IOException {
        while (entries(folder).size() < number) {
            Thread.yield();
        }
    }

    /**
     * A new file with a page of known content at each of some positions, and holes elsewhere.
     *
     * @param size where the file ends, unless data reaches further
     * @param positions where data begins
     * @return its path
     * @throws IOException if it cannot be written
     */
    public static Path sparseFile(long size, long... positions) throws IOException {
        Path file = TestFiles.newSparseFile(size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long position : positions) {
                channel.write(ByteBuffer.wrap(TestFiles.content(position, DATA)), position);
            }
        }
        return file;
    }

    /**
     * A part of a file.
     *
     * @param file the file
     * @param position of the first byte
     * @param length bytes
     * @return the bytes; fewer if the file ends before
     * @throws IOException if it cannot be read
     */
    public static byte[] read(Path file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file)) {
            while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) > 0) {
                continue;
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /**
     * The space that a file takes: stat(1).
     *
     * @param file the file
     * @return blocks of 512 bytes
     */
    public static long blocks(Path file) {
        try {
            Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String blocks = new String(stat.getInputStream().readAllBytes()).trim();
            stat.waitFor();
            return Long.parseLong(blocks);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
