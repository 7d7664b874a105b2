package io.ferronio.agent.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A program that knows nothing of FerroNIO: sends a small file to a pipe, maps it, and prints what has come of both.
 * The last two arguments are a file that a pipe can hold, and the exit status.
 */
public final class UnmodifiedProgram {

    private UnmodifiedProgram() {
    }

    /**
     * Runs it.
     *
     * @param args see above
     * @throws IOException if a channel fails
     */
    public static void main(String[] args) throws IOException {
        sendAndMap(Path.of(args[args.length - 2]));
        System.exit(Integer.parseInt(args[args.length - 1]));
    }

    /**
     * What it does.
     *
     * @param file a file that a pipe can hold
     * @throws IOException if a channel fails
     */
    public static void sendAndMap(Path file) throws IOException {
        Pipe pipe = Pipe.open();
        try (FileChannel channel = FileChannel.open(file); Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            long sent = channel.transferTo(0, channel.size(), sink);
            ByteBuffer received = ByteBuffer.allocate((int) channel.size());
            source.read(received);
            System.out.println("sent " + sent + ", " + sum(received.flip()));
            System.out.println("mapped " + sum(channel.map(MapMode.READ_ONLY, 0, channel.size())));
        }
    }

    private static String sum(ByteBuffer bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return bytes.capacity() + " bytes with the sum " + sum.getValue();
    }
}
