package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ferronio.testing.DifferentialTries;
import io.ferronio.testing.InPlace;
import io.ferronio.testing.TestFiles;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** {@link Mappings#map} does what {@code FileChannel.map} does on the running JDK, in whatever state both are. */
@AddLifecycleHook(DifferentialTries.class)
class MapContractTest {

    private static final long NOT_A_LENGTH = Long.MAX_VALUE - 3;

    /** The ways to get a channel on a file. */
    enum Opening {
        READ, WRITE, READ_WRITE, APPEND, STREAM_IN, STREAM_OUT_APPEND, RANDOM_ACCESS_R, RANDOM_ACCESS_RW;

        FileChannel open(Path file) throws IOException {
            return switch (this) {
                case READ -> FileChannel.open(file, StandardOpenOption.READ);
                case WRITE -> FileChannel.open(file, StandardOpenOption.WRITE);
                case READ_WRITE -> FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                case APPEND -> FileChannel.open(file, StandardOpenOption.APPEND);
                case STREAM_IN -> new FileInputStream(file.toFile()).getChannel();
                case STREAM_OUT_APPEND -> new FileOutputStream(file.toFile(), true).getChannel();
                case RANDOM_ACCESS_R -> new RandomAccessFile(file.toFile(), "r").getChannel();
                case RANDOM_ACCESS_RW -> new RandomAccessFile(file.toFile(), "rw").getChannel();
            };
        }
    }

    /** What the channel and the thread are in when the call is made. */
    enum State {
        GOOD, CLOSED, INTERRUPTED;

        void enter(FileChannel channel) throws IOException {
            if (this == CLOSED) {
                channel.close();
            } else if (this == INTERRUPTED) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One of the two methods that are compared. */
    private interface Method {
        MappedByteBuffer map(FileChannel channel, MapMode mode, long position, long size) throws IOException;
    }

    private static final Method JDK = (channel, mode, position, size) -> {
        InPlace.ofTheJdk(false);
        return channel.map(mode, position, size);
    };
    private static final Method OURS = (channel, mode, position, size) -> InPlace.ofTheJdk(true)
            ? channel.map(mode, position, size) : Mappings.map(channel, mode, position, size);

    /** The same call on two files of the same content; everything that can be seen of it, side by side. */
    private static void compare(Opening opening, State state, long fileSize, MapMode mode, long position, long size)
            throws IOException {
        assertEquals(observe(JDK, opening, state, fileSize, mode, position, size),
                observe(OURS, opening, state, fileSize, mode, position, size));
    }

    private static List<Object> observe(Method method, Opening opening, State state, long fileSize, MapMode mode,
            long position, long size) throws IOException {
        Path file = TestFiles.newFile(fileSize);
        List<Object> seen = new ArrayList<>();
        try (FileChannel channel = opening.open(file)) {
            state.enter(channel);
            MappedByteBuffer buffer = null;
            try {
                buffer = method.map(channel, mode, position, size);
            } catch (IOException | RuntimeException e) {
                seen.addAll(List.of("thrown", e.getClass(), String.valueOf(e.getMessage())));
            }
            seen.addAll(List.of("interrupted", Thread.interrupted(), "open", channel.isOpen()));
            if (buffer != null) {
                look(buffer, seen);
                Mappings.unmap(buffer);
            }
        } finally {
            Thread.interrupted();
        }
        // A far position makes a file that is mostly hole, where the filesystem allows such files.
        try (InputStream content = Files.newInputStream(file)) {
            seen.addAll(List.of("size of the file", Files.size(file), "its content",
                    new String(content.readNBytes(100_000), StandardCharsets.ISO_8859_1)));
        }
        Files.delete(file);
        return seen;
    }

    private static void look(MappedByteBuffer buffer, List<Object> seen) {
        seen.addAll(List.of(buffer.getClass(), buffer.toString(), buffer.isReadOnly(), buffer.isDirect(),
                buffer.order(), buffer.hasArray()));
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(0, bytes);
        seen.addAll(List.of("content", new String(bytes, StandardCharsets.ISO_8859_1)));
        if (!buffer.isReadOnly() && buffer.hasRemaining()) {
            buffer.put(0, (byte) 'a').put(buffer.limit() - 1, (byte) 'z');
            buffer.force();
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void anyCall(@ForAll Opening opening, @ForAll("states") State state, @ForAll @IntRange(max = 20_000) int fileSize,
            @ForAll("modes") MapMode mode, @ForAll("positions") long position, @ForAll("sizes") long size)
            throws IOException {
        compare(opening, state, fileSize, mode, position, size);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void anyGoodCall(@ForAll @IntRange(max = 20_000) int fileSize, @ForAll("goodModes") MapMode mode,
            @ForAll @IntRange(max = 20_000) int position, @ForAll @IntRange(max = 20_000) int size) throws IOException {
        compare(Opening.READ_WRITE, State.GOOD, fileSize, mode, position, size);
    }

    @Provide
    Arbitrary<State> states() {
        return Arbitraries.frequencyOf(Tuple.of(8, Arbitraries.just(State.GOOD)),
                Tuple.of(1, Arbitraries.of(State.CLOSED, State.INTERRUPTED)));
    }

    @Provide
    Arbitrary<MapMode> goodModes() {
        return Arbitraries.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE);
    }

    @Provide
    Arbitrary<MapMode> modes() {
        return goodModes().injectNull(0.1);
    }

    @Provide
    Arbitrary<Long> positions() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.longs().between(0, 20_000)),
                Tuple.of(2, Arbitraries.of(0L, 4096L, 8192L, 4095L, 4097L)),
                Tuple.of(1, Arbitraries.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, NOT_A_LENGTH)));
    }

    @Provide
    Arbitrary<Long> sizes() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.longs().between(0, 20_000)),
                Tuple.of(2, Arbitraries.of(0L, 1L, 4096L)),
                Tuple.of(1, Arbitraries.of(-1L, Long.MIN_VALUE, Long.MAX_VALUE, NOT_A_LENGTH, 1L << 31)));
    }

    @Test
    void eachOfTheJdksChecksByItself() throws IOException {
        MapMode good = MapMode.READ_ONLY;
        compare(Opening.READ, State.GOOD, 100, null, 0, 10);
        compare(Opening.READ, State.CLOSED, 100, good, 0, 10);
        compare(Opening.READ, State.CLOSED, 100, null, 0, 10);
        compare(Opening.READ, State.CLOSED, 100, good, 0, 1L << 31);
        compare(Opening.READ, State.GOOD, 100, good, -1, 10);
        compare(Opening.READ, State.GOOD, 100, good, 0, -1);
        compare(Opening.READ, State.GOOD, 100, good, Long.MAX_VALUE, 1);
        compare(Opening.READ, State.GOOD, 100, good, 0, 1L << 31);
        compare(Opening.READ, State.GOOD, 100, MapMode.READ_WRITE, 0, 10);
        compare(Opening.READ, State.GOOD, 100, MapMode.PRIVATE, 0, 10);
        compare(Opening.WRITE, State.GOOD, 100, good, 0, 10);
        compare(Opening.READ, State.GOOD, 100, good, 0, 101);
        compare(Opening.READ, State.GOOD, 100, good, 101, 0);
        compare(Opening.READ, State.INTERRUPTED, 100, good, 0, 10);
        compare(Opening.READ_WRITE, State.GOOD, 100, MapMode.PRIVATE, 0, 101);
        compare(Opening.READ_WRITE, State.GOOD, 100, good, 5000, 0);
    }

    /** Synchronous modes need persistent memory: whatever the JDK says about that. */
    @Test
    void modesThatOnlySomeJdksHave() throws Exception {
        Class<?> modes;
        try {
            modes = Class.forName("jdk.nio.mapmode.ExtendedMapMode");
        } catch (ClassNotFoundException e) {
            Assumptions.abort("this runtime image has no module jdk.nio.mapmode");
            return;
        }
        for (String name : List.of("READ_ONLY_SYNC", "READ_WRITE_SYNC")) {
            MapMode mode = (MapMode) modes.getField(name).get(null);
            compare(Opening.READ_WRITE, State.GOOD, 10_000, mode, 0, 10_000);
            compare(Opening.READ, State.GOOD, 10_000, mode, 0, 10_000);
        }
    }

    /** Files that are no files: a directory, devices, files without a size. */
    @Test
    void filesThatCannotBeMapped() throws IOException {
        for (String name : List.of("/proc", "/proc/self/maps", "/dev/null", "/dev/zero")) {
            List<String> outcomes = new ArrayList<>();
            for (Method method : List.of(JDK, OURS)) {
                try (FileChannel channel = FileChannel.open(Path.of(name))) {
                    method.map(channel, MapMode.READ_ONLY, 0, 10);
                    outcomes.add("mapped");
                } catch (IOException e) {
                    outcomes.add(e.toString());
                }
            }
            assertEquals(outcomes.get(0), outcomes.get(1), name);
        }
        assertFailsAlike(TestFiles.newFolder(), StandardOpenOption.READ);
    }

    /** One that is open for writing would be extended, if it were a file. */
    @Test
    void aPipeWithAName() throws IOException, InterruptedException {
        Path fifo = TestFiles.newPath(".fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor());
        assertFailsAlike(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(fifo);
    }

    private static void assertFailsAlike(Path file, StandardOpenOption... options) throws IOException {
        try (FileChannel channel = FileChannel.open(file, options)) {
            IOException theirs = assertThrows(IOException.class,
                    () -> JDK.map(channel, MapMode.READ_ONLY, 0, 10));
            IOException ours = assertThrows(IOException.class,
                    () -> OURS.map(channel, MapMode.READ_ONLY, 0, 10));
            assertEquals(theirs.toString(), ours.toString());
        }
    }

    @Test
    void privateChangesStayPrivate() throws IOException {
        Path file = TestFiles.newFile(10_000);
        try (FileChannel channel = Opening.READ_WRITE.open(file)) {
            MappedByteBuffer buffer = Mappings.map(channel, MapMode.PRIVATE, 0, 10_000);
            buffer.put(5000, (byte) 0);
            buffer.force();
            assertEquals(0, buffer.get(5000));
            Mappings.unmap(buffer);
        }
        assertArrayEquals(TestFiles.content(0, 10_000), Files.readAllBytes(file));
    }
}
