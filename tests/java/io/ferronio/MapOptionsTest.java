package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** {@link MapOptions}: what they do, and what {@link MappedRegion#map} refuses. Room to grow: {@link MappedRegionResizeTest}. */
class MapOptionsTest {

    private static final int SIZE = 1 << 20;

    private final Path file = TestFiles.newFile(SIZE);

    // ---- the options themselves

    @Test
    void areImmutable() {
        MapOptions defaults = MapOptions.defaults();
        String described = defaults.toString();
        List<MapOptions> others = List.of(defaults.order(ByteOrder.BIG_ENDIAN), defaults.maxSize(10), defaults.populate(),
                defaults.lock(), defaults.reserve(), defaults.advice(Advice.RANDOM));
        others.forEach(other -> assertNotSame(defaults, other));
        assertEquals(described, defaults.toString());
        assertSame(defaults, MapOptions.defaults());
    }

    @Test
    void addUp() {
        MapOptions all = MapOptions.defaults().advice(Advice.RANDOM).reserve().lock().populate().maxSize(10)
                .order(ByteOrder.BIG_ENDIAN);
        assertEquals("MapOptions[BIG_ENDIAN, at most 10 bytes, populate, lock, reserve, RANDOM]", all.toString());
        assertEquals("MapOptions[BIG_ENDIAN, populate, lock, reserve]",
                all.maxSize(0).advice(Advice.NORMAL).toString());
    }

    @Test
    void refuseWhatTheyCannotSay() {
        MapOptions defaults = MapOptions.defaults();
        assertThrows(NullPointerException.class, () -> defaults.order(null));
        assertThrows(NullPointerException.class, () -> defaults.advice(null));
        assertThrows(IllegalArgumentException.class, () -> defaults.maxSize(-1));
        assertThrows(IllegalArgumentException.class, () -> defaults.maxSize(Long.MIN_VALUE));
        assertEquals(Long.MAX_VALUE, defaults.maxSize(Long.MAX_VALUE).maxSize());
    }

    // ---- what they do

    @Test
    void populatedRegionsAreInMemory() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            try (MappedRegion region = MappedRegion.map(file, mode, MapOptions.defaults())) {
                assertEquals(0, Memory.residentAt(region.address()));
            }
            try (MappedRegion region = MappedRegion.map(file, mode, MapOptions.defaults().maxSize(2 * SIZE).populate())) {
                assertEquals(SIZE, Memory.residentAt(region.address()));
                assertEquals(TestFiles.byteAt(SIZE - 1), region.get(SIZE - 1));
            }
        }
    }

    @Test
    void lockedRegionsAreLockedUntilTheyAreClosed() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE,
                MapOptions.defaults().maxSize(2 * SIZE).lock())) {
            assertEquals(Integer.toString(SIZE), Memory.detailsAt(region.address()).get("Locked"));
            assertEquals(List.of((long) SIZE, (long) SIZE),
                    Memory.rangesOf(file).stream().map(Memory.Range::length).toList());
            assertEquals(SIZE, lockedInAll());
        }
        assertEquals(0, lockedInAll());
    }

    /** VmLck in {@code /proc/self/status}. */
    private static long lockedInAll() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmLck:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElseThrow();
    }

    @Test
    void adviceIsGivenToAllOfTheRoom() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE,
                MapOptions.defaults().maxSize(3 * SIZE).advice(Advice.RANDOM))) {
            assertEquals(List.of(3L * SIZE), Memory.rangesOf(file).stream().map(Memory.Range::length).toList());
            assertTrue(List.of(Memory.detailsAt(region.address()).get("VmFlags").split(" ")).contains("rr"));
        }
    }

    // ---- what cannot be mapped

    @Test
    void nullsAreRefused() throws IOException {
        MapOptions options = MapOptions.defaults();
        try (FileChannel channel = FileChannel.open(file)) {
            for (Executable call : List.<Executable>of(
                    () -> MappedRegion.map((FileChannel) null, MapMode.READ_ONLY, 0, 1),
                    () -> MappedRegion.map(channel, null, 0, 1),
                    () -> MappedRegion.map(channel, MapMode.READ_ONLY, 0, 1, null),
                    () -> MappedRegion.map((Path) null, MapMode.READ_ONLY, options),
                    () -> MappedRegion.map(file, null, options),
                    () -> MappedRegion.map(file, MapMode.READ_ONLY, null))) {
                assertThrows(NullPointerException.class, call);
            }
        }
    }

    @Test
    void onlyRegularFilesAreMappedByTheirPath() throws Exception {
        Path pipe = TestFiles.newPath(".fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        for (Path path : List.of(TestFiles.newFolder(), pipe, Path.of("/dev/null"), Path.of("/dev/zero"))) {
            for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
                // On another thread: who opens a pipe waits for its other end.
                TransferTask<IOException> task = TransferTask.start(() -> assertThrows(IOException.class,
                        () -> MappedRegion.map(path, mode, MapOptions.defaults())));
                assertEquals("cannot map " + path + ": not a regular file", task.result().getMessage());
            }
        }
        Path missing = TestFiles.newPath(".missing");
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            assertThrows(NoSuchFileException.class, () -> MappedRegion.map(missing, mode, MapOptions.defaults()));
        }
        assertTrue(Files.notExists(missing));
        Path link = Files.createSymbolicLink(TestFiles.newPath(".link"), file);
        try (MappedRegion region = MappedRegion.map(link, MapMode.READ_ONLY, MapOptions.defaults())) {
            assertEquals(SIZE, region.size());
        }
    }

    @Test
    void channelsMustBeOpenForWhatTheModeNeeds() throws IOException {
        MapOptions options = MapOptions.defaults().maxSize(2 * SIZE);
        try (FileChannel reader = FileChannel.open(file);
                FileChannel writer = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long size : new long[] {0, SIZE}) {
                assertThrows(NonWritableChannelException.class,
                        () -> MappedRegion.map(reader, MapMode.READ_WRITE, 0, size, options));
                assertThrows(NonWritableChannelException.class,
                        () -> MappedRegion.map(reader, MapMode.READ_WRITE, 0, size, options.reserve()));
                assertThrows(NonWritableChannelException.class,
                        () -> MappedRegion.map(reader, MapMode.PRIVATE, 0, size, options));
                assertThrows(NonReadableChannelException.class,
                        () -> MappedRegion.map(writer, MapMode.READ_WRITE, 0, size, options));
                assertThrows(NonReadableChannelException.class,
                        () -> MappedRegion.map(writer, MapMode.READ_ONLY, 0, size, options));
            }
        }
        assertEquals(List.of(), Memory.rangesOf(file));
        assertEquals(SIZE, Files.size(file));
    }

    /** Persistent memory: whatever the JDK says to these modes, we say. */
    @Test
    void theModesOfPersistentMemoryAreRefusedAsTheJdkDoes() throws Exception {
        Class<?> modes;
        try {
            modes = Class.forName("jdk.nio.mapmode.ExtendedMapMode");
        } catch (ClassNotFoundException e) {
            Assumptions.abort("this runtime image lacks jdk.nio.mapmode");
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (String name : List.of("READ_ONLY_SYNC", "READ_WRITE_SYNC")) {
                MapMode mode = (MapMode) modes.getField(name).get(null);
                Exception theirs = assertThrows(Exception.class, () -> channel.map(mode, 0, SIZE));
                for (Executable call : List.<Executable>of(() -> MappedRegion.map(channel, mode, 0, SIZE),
                        () -> MappedRegion.map(channel, mode, 0, SIZE, MapOptions.defaults().maxSize(2 * SIZE)),
                        () -> MappedRegion.map(file, mode, MapOptions.defaults()))) {
                    Exception ours = assertThrows(Exception.class, call);
                    assertEquals(theirs.getClass(), ours.getClass());
                    assertEquals(theirs.getMessage(), ours.getMessage());
                }
            }
        }
        assertEquals(List.of(), Memory.rangesOf(file));
    }
}
