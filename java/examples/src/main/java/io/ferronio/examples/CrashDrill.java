package io.ferronio.examples;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * What happens to a program that knows nothing of FerroNIO when another process truncates a file that it has mapped.
 * By itself it ends the JVM; with {@code -javaagent:ferronio-agent.jar} it goes on, and is told.
 *
 * <pre>{@code
 * java -cp examples.jar io.ferronio.examples.CrashDrill
 * java -javaagent:ferronio-agent.jar=report -cp examples.jar io.ferronio.examples.CrashDrill
 * }</pre>
 */
public final class CrashDrill {

    private static final int SIZE = 64 << 20;

    private CrashDrill() {
    }

    /**
     * Maps a file of 64 MiB, has it truncated by truncate(1) and sums up what is mapped.
     *
     * @param args none
     * @throws Exception if the file cannot be made
     */
    public static void main(String[] args) throws Exception {
        Path file = Files.createTempFile("drill-", ".data");
        try {
            MappedByteBuffer buffer = map(file);
            System.out.println("mapped " + (buffer.capacity() >> 20) + " MiB, the sum is " + sum(buffer));
            int status = new ProcessBuilder("truncate", "-s", "0", file.toString()).inheritIO().start().waitFor();
            System.out.println("truncated by another process: " + (status == 0 ? "done" : "exit status " + status));
            System.out.println("the sum is " + sum(buffer));
            System.out.println("alive");
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static MappedByteBuffer map(Path file) throws IOException {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 1);
        Files.write(file, content);
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(MapMode.READ_ONLY, 0, SIZE);
        }
    }

    private static long sum(MappedByteBuffer buffer) {
        CRC32 sum = new CRC32();
        sum.update(buffer.duplicate());
        return sum.getValue();
    }
}
