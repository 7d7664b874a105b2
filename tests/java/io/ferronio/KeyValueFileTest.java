package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.examples.KeyValueFile;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.TestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The example table, in a file of 6 GiB that is sparse and stays so. */
class KeyValueFileTest {

    private static final long SIZE = 6L << 30;
    private static final int KEYS = 4_000;

    @Test
    void keepsWhatIsPutAnywhereIn6GiB() throws Exception {
        Path file = TestFiles.newPath(".table");
        Map<Long, Long> model = new HashMap<>();
        Random random = new Random(1);
        try (KeyValueFile table = KeyValueFile.open(file, SIZE)) {
            for (int i = 0; i < KEYS; i++) {
                long key = random.nextLong() | 1;
                model.put(key, random.nextLong());
                table.put(key, 0);
                table.put(key, model.get(key));
            }
            model.forEach((key, value) -> assertEquals(OptionalLong.of(value), table.get(key)));
            assertThrows(IllegalArgumentException.class, () -> table.put(0, 1));
            table.force();
        }
        assertEquals(SIZE, Files.size(file));
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        long blocks = Long.parseLong(new String(stat.getInputStream().readAllBytes()).trim());
        assertTrue(blocks * 512 < 64 << 20, blocks + " blocks of 512 bytes");
        try (KeyValueFile table = KeyValueFile.open(file, 0)) {
            model.forEach((key, value) -> assertEquals(OptionalLong.of(value), table.get(key)));
            for (int i = 0; i < 1_000; i++) {
                assertEquals(OptionalLong.empty(), table.get(random.nextLong() & -2 | 2)); // Those that were put are odd.
            }
        }
        Files.delete(file);
    }

    /** So few entries that all threads want the same ones. */
    @Test
    void severalThreadsPutEachKeyOnce() throws Exception {
        Path file = TestFiles.newPath(".table");
        int entries = 1_000;
        AtomicInteger seed = new AtomicInteger();
        try (KeyValueFile table = KeyValueFile.open(file, entries * 16)) {
            Concurrently.run(4, () -> {
                Random random = new Random(seed.incrementAndGet());
                for (int i = 0; i < 20_000; i++) {
                    long key = 1 + random.nextInt(entries);
                    table.put(key, -key);
                    assertEquals(OptionalLong.of(-key), table.get(key));
                }
                return null;
            });
            for (long key = 1; key <= entries; key++) {
                table.put(key, key); // Fits, so no key has two entries.
            }
            for (long key = 1; key <= entries; key++) {
                assertEquals(OptionalLong.of(key), table.get(key));
            }
            assertThrows(IllegalStateException.class, () -> table.put(entries + 1, 1));
            assertEquals(OptionalLong.empty(), table.get(entries + 1));
        }
    }
}
