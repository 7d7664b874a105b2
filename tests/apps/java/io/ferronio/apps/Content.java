package io.ferronio.apps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Bytes that look random, and are the same in every run. */
public final class Content {

    private static final long SEED = 20_250_607;

    private final byte[] bytes;

    /**
     * Makes them.
     *
     * @param size how many
     */
    public Content(int size) {
        bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
    }

    /**
     * How many there are.
     *
     * @return bytes
     */
    public int size() {
        return bytes.length;
    }

    /**
     * Writes all of them to a new file.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     */
    public void writeTo(Path file) throws IOException {
        Files.write(file, bytes);
    }

    /**
     * A copy of some of them.
     *
     * @param position of the first
     * @param count how many
     * @return the bytes
     */
    public byte[] copy(int position, int count) {
        return Arrays.copyOfRange(bytes, position, position + count);
    }

    /**
     * Compares.
     *
     * @param position of the first in here
     * @param others what may be the same
     * @param from the first of the others
     * @param count how many
     * @return whether they are the same
     */
    public boolean matches(int position, byte[] others, int from, int count) {
        return position + count <= bytes.length
                && Arrays.equals(bytes, position, position + count, others, from, from + count);
    }
}
