package io.ferronio.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Takes all the space that a disk has left. */
final class Filler {

    private Filler() {
    }

    /** Writes a new file until not even a single byte more is taken. */
    static void fill(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int size = 64 * 1024; size > 0; size /= 8) {
                try {
                    while (channel.write(ByteBuffer.allocate(size)) > 0) {
                        // There was room.
                    }
                } catch (IOException e) {
                    // No space left on device: perhaps for less.
                }
            }
            channel.force(true); // A block that is only promised may turn out to be one too many, or one too few.
        }
    }
}
