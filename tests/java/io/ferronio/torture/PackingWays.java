package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** zlib, which reads and writes the memory by itself. */
final class PackingWays {

    private static final int WARM_UP = 300;

    private PackingWays() {
    }

    /** Packs an array into a buffer, as far as there is room. */
    private static void deflate(byte[] bytes, ByteBuffer target) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            while (target.hasRemaining() && deflater.deflate(target) > 0) {
                // It goes on.
            }
        } finally {
            deflater.end();
        }
    }

    private static byte[] deflated(byte[] bytes) {
        ByteBuffer target = ByteBuffer.allocate(bytes.length + 1000);
        deflate(bytes, target);
        return Arrays.copyOf(target.array(), target.position());
    }

    /** Bytes that do not get fewer: the start of a packed stream of more than {@code size} bytes. */
    private static byte[] stream(int size) {
        ByteBuffer target = ByteBuffer.allocate(size);
        deflate(noise(size), target);
        return target.array();
    }

    private static byte[] noise(int size) {
        byte[] noise = new byte[2 * size];
        new Random(size).nextBytes(noise);
        return noise;
    }

    /** What a packed stream holds as far as it is one, as a number. */
    private static Object inflated(ByteBuffer stream) {
        Inflater inflater = new Inflater();
        byte[] bytes = new byte[4 * stream.capacity()];
        try {
            inflater.setInput(stream.duplicate());
            int length = inflater.inflate(bytes);
            return List.of(length, Arrays.hashCode(Arrays.copyOf(bytes, length)));
        } catch (DataFormatException e) {
            return "no stream";
        } finally {
            inflater.end();
        }
    }

    static List<Way> all() {
        return List.of(
                Way.reader("Deflater.setInput", (subject, seen) -> {
                    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
                    Inflater inflater = new Inflater();
                    try {
                        byte[] packed = new byte[subject.size() + 1000];
                        deflater.setInput(subject.buffer().duplicate());
                        deflater.finish();
                        inflater.setInput(packed, 0, deflater.deflate(packed));
                        inflater.inflate(seen.bytes);
                    } finally {
                        deflater.end();
                        inflater.end();
                    }
                }).warmUp(WARM_UP),
                Way.writer("Deflater.deflate", (subject, seen) ->
                        deflate(noise(subject.size()), subject.buffer().duplicate()))
                        .written(PackingWays::stream).warmUp(WARM_UP),
                Way.function("Inflater.setInput", PackingWays::inflated)
                        .content(PackingWays::stream).warmUp(WARM_UP),
                Way.writer("Inflater.inflate", (subject, seen) -> {
                    Inflater inflater = new Inflater();
                    try {
                        inflater.setInput(deflated(Content.written(subject.size())));
                        ByteBuffer target = subject.buffer().duplicate();
                        while (target.hasRemaining() && inflater.inflate(target) > 0) {
                            // It goes on.
                        }
                    } finally {
                        inflater.end();
                    }
                }).warmUp(WARM_UP));
    }
}
