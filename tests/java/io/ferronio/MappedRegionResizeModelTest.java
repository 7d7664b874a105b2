package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A {@link MappedRegion} that is resized and used in any order, and its file, against an array. */
class MappedRegionResizeModelTest {

    private static final int MOST = 60_000;

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void regionAndFileAreWhatTheModelIs(@ForAll @IntRange(max = 9_000) int position,
            @ForAll @IntRange(max = 20_000) int size, @ForAll boolean isReserved, @ForAll Random random)
            throws IOException {
        Path file = TestFiles.newFile(position + size);
        MapOptions options = MapOptions.defaults().maxSize(MOST);
        byte[] model = TestFiles.content(position, size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_WRITE, position, size,
                        isReserved ? options.reserve() : options);
                MappedRegion rest = region.slice(size / 2, size - size / 2)) {
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        // Mostly a little more or less, sometimes anything.
                        int wanted = random.nextInt(5) == 0 ? random.nextInt(MOST + 1)
                                : Math.max(0, Math.min(MOST, model.length + random.nextInt(9_000) - 4_500));
                        region.resize(wanted);
                        model = Arrays.copyOf(model, wanted);
                    }
                    case 1 -> {
                        byte[] bytes = TestFiles.content(random.nextInt(1_000), random.nextInt(model.length + 1));
                        int index = random.nextInt(model.length - bytes.length + 1);
                        region.put(index, bytes, 0, bytes.length);
                        System.arraycopy(bytes, 0, model, index, bytes.length);
                    }
                    case 2 -> {
                        byte[] seen = new byte[model.length];
                        region.get(0, seen, 0, seen.length);
                        assertArrayEquals(model, seen);
                        int now = model.length;
                        assertThrows(IndexOutOfBoundsException.class, () -> region.get(now));
                    }
                    default -> {
                        int left = Math.max(0, Math.min(size, model.length) - size / 2);
                        assertEquals(left, rest.size());
                        if (left > 0) {
                            int index = random.nextInt(left);
                            assertEquals(model[size / 2 + index], rest.get(index));
                            rest.put(index, (byte) step);
                            model[size / 2 + index] = (byte) step;
                        }
                    }
                }
            }
            assertEquals(0, region.faults());
            region.force();
        }
        byte[] content = Files.readAllBytes(file);
        assertArrayEquals(TestFiles.content(0, position), Arrays.copyOf(content, position));
        assertArrayEquals(model, Arrays.copyOfRange(content, position, content.length));
        Files.delete(file);
    }
}
