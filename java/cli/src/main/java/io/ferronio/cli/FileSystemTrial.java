package io.ferronio.cli;

import io.ferronio.Counters;
import io.ferronio.Mappings;
import io.ferronio.Route;
import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What the file system of a path gives: tried for real, on the file that was named or on a small one made,
 * and deleted, in the folder that was named.
 *
 * @param description type, device and free space
 * @param outcomes what was tried
 */
record FileSystemTrial(String description, List<Outcome> outcomes) {

    /**
     * One thing that was tried.
     *
     * @param name what
     * @param available whether it works
     * @param reason how, or why not
     */
    record Outcome(String name, boolean available, String reason) {
    }

    private interface Trial {
        String run() throws IOException;
    }

    static FileSystemTrial of(Path path) throws IOException {
        String description = path.toRealPath().toString();
        try {
            FileStore store = Files.getFileStore(path);
            description = store.type() + " on " + store.name() + " (" + description + "), "
                    + (store.getUsableSpace() >> 30) + " GiB free" + (store.isReadOnly() ? ", read-only" : "");
        } catch (IOException e) {
            description += ", of unknown type: " + e.getMessage(); // In a chroot no mount point may cover the path.
        }
        return new FileSystemTrial(description, Files.isDirectory(path) ? inFolder(path) : onFile(path));
    }

    private static List<Outcome> inFolder(Path folder) {
        Path file;
        try {
            file = Files.createTempFile(folder, ".ferronio-doctor-", null);
        } catch (IOException e) {
            return List.of(new Outcome("files of this file system", false, "cannot make one here to try: " + e));
        }
        try {
            Files.write(file, new byte[] {42});
            return onFile(file);
        } catch (IOException e) {
            return List.of(new Outcome("files of this file system", false, "cannot write one here to try: " + e));
        } finally {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                System.err.println("left behind: " + file + " (" + e + ")");
            }
        }
    }

    private static List<Outcome> onFile(Path file) {
        return List.of(outcome("send from its files", () -> send(file)), outcome("map its files", () -> map(file)));
    }

    private static Outcome outcome(String name, Trial trial) {
        try {
            return new Outcome(name, true, trial.run());
        } catch (IOException | RuntimeException e) {
            return new Outcome(name, false, e.toString());
        }
    }

    private static String send(Path file) throws IOException {
        Pipe pipe = Pipe.open();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            if (channel.size() == 0) {
                throw new IOException("the file is empty: nothing to try with");
            }
            long before = Counters.snapshot().transfers(Route.SENDFILE);
            if (Transfers.transferTo(channel, 0, 1, sink) != 1 || source.read(ByteBuffer.allocate(1)) != 1) {
                throw new IOException("the byte did not arrive");
            }
            return Counters.snapshot().transfers(Route.SENDFILE) > before ? "by sendfile64" : "by the JDK's method";
        }
    }

    private static String map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, 1);
            buffer.get(0);
            try {
                Mappings.unmap(buffer);
                return "mapped, read and unmapped";
            } catch (UnsupportedOperationException e) {
                return "mapped and read by the JDK; " + e.getMessage();
            }
        }
    }
}
