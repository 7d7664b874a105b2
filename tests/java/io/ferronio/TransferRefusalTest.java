package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Strace;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * System calls that are refused, as by an old kernel, a container's filter or a filesystem, and such that a signal
 * interrupts: strace(1) makes them fail. The bytes arrive all the same.
 */
class TransferRefusalTest {

    private static final int SIZE = 300_000;
    private static final int CHANNELS = 3;
    private static final int TRANSFERS = 4;

    /** Kinds of pairs of channels, each a row of its own in the table of routes. */
    private enum Pair {
        FILE_TO_SOCKET(Route.SENDFILE) {
            @Override
            void transfer() throws Exception {
                toPair(ChannelPair.Kind.TCP);
            }
        },
        FILE_TO_PIPE(Route.SENDFILE) {
            @Override
            void transfer() throws Exception {
                toPair(ChannelPair.Kind.PIPE);
            }
        },
        FILE_TO_FILE(Route.COPY_FILE_RANGE) {
            @Override
            void transfer() throws Exception {
                betweenFiles((source, target, position) -> Transfers.transferTo(source, position, SIZE, target));
            }
        },
        FILE_FROM_FILE(Route.COPY_FILE_RANGE) {
            @Override
            void transfer() throws Exception {
                betweenFiles((source, target, position) -> Transfers.transferFrom(target, source, position, SIZE));
            }
        },
        FILE_FROM_SOCKET(Route.SPLICE) {
            @Override
            void transfer() throws Exception {
                fromPair(ChannelPair.Kind.TCP);
            }
        },
        FILE_FROM_PIPE(Route.SPLICE) {
            @Override
            void transfer() throws Exception {
                fromPair(ChannelPair.Kind.PIPE);
            }
        };

        private final Route best;

        Pair(Route best) {
            this.best = best;
        }

        /** Several transfers between two channels. */
        abstract void transfer() throws Exception;
    }

    /** What a run of {@link AllPairs} has shown, by pair: the routes that were taken, and the calls by name. */
    private record Run(Map<Pair, String> routes, Map<Pair, Map<String, Integer>> calls, long injected) {
    }

    private static Run run(String... injections) throws Exception {
        Strace.assume();
        Path trace = TestFiles.newPath(".strace");
        List<String> strace = new ArrayList<>(List.of("strace", "-f", "-qq", "-o", trace.toString(), "-e",
                "trace=sendfile,copy_file_range,splice,?poll,ppoll," + Strace.MARKER_CALLS));
        for (String injection : injections) {
            strace.addAll(List.of("-e", "inject=" + injection));
        }
        String output = ChildJvm.runThrough(strace, AllPairs.class, List.of()).succeeded();
        Map<String, Map<String, Integer>> calls = Strace.callsBetweenMarkers(trace);
        Map<Pair, String> routes = new EnumMap<>(Pair.class);
        Map<Pair, Map<String, Integer>> transferCalls = new EnumMap<>(Pair.class);
        for (Pair pair : Pair.values()) {
            routes.put(pair, output.lines().filter(line -> line.startsWith(pair + ": ")).findFirst().orElseThrow()
                    .substring(pair.name().length() + 2));
            transferCalls.put(pair, new TreeMap<>(calls.get(pair.name())));
            transferCalls.get(pair).keySet().retainAll(List.of("sendfile", "copy_file_range", "splice"));
        }
        long injected = Files.readAllLines(trace).stream().filter(line -> line.endsWith("(INJECTED)")).count();
        return new Run(routes, transferCalls, injected);
    }

    /** What is refused whatever the channels is asked for once; what only these two cannot do, once for any two. */
    @ParameterizedTest
    @CsvSource({"ENOSYS, 1", "EPERM, 1", "EINVAL, 3", "EXDEV, 3", "EOPNOTSUPP, 3"})
    void everyCallIsRefused(String error, int times) throws Exception {
        Run run = run("sendfile,copy_file_range,splice:error=" + error);
        for (Pair pair : Pair.values()) {
            assertEquals("[BUFFERED]", run.routes.get(pair), pair::toString);
            assertEquals(pair == Pair.FILE_TO_FILE ? Map.of("copy_file_range", times, "sendfile", times)
                    : Map.of(pair.best.property(), times), run.calls.get(pair), pair::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"ENOSYS, 1", "EXDEV, 3"})
    void onlyCopyFileRangeIsRefused(String error, int times) throws Exception {
        Run run = run("copy_file_range:error=" + error);
        for (Pair pair : Pair.values()) {
            Route route = pair == Pair.FILE_TO_FILE ? Route.SENDFILE
                    : pair == Pair.FILE_FROM_FILE ? Route.BUFFERED : pair.best;
            assertEquals(List.of(route).toString(), run.routes.get(pair), pair::toString);
        }
        assertEquals(Map.of("copy_file_range", times, "sendfile", CHANNELS * TRANSFERS),
                run.calls.get(Pair.FILE_TO_FILE));
        assertEquals(Map.of("copy_file_range", times), run.calls.get(Pair.FILE_FROM_FILE));
    }

    /** The bytes that are in our pipe already go through a buffer, and so does all that follows from that channel. */
    @ParameterizedTest
    @ValueSource(strings = {"EINVAL", "EOPNOTSUPP"})
    void fileThatCannotBeSplicedToIsWritten(String error) throws Exception {
        Run run = run("splice:error=" + error + ":when=2+2");
        assertEquals("[SPLICE, BUFFERED]", run.routes.get(Pair.FILE_FROM_SOCKET));
        assertEquals(Map.of("splice", 2 * CHANNELS), run.calls.get(Pair.FILE_FROM_SOCKET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sendfile,copy_file_range,splice:error=EINTR:when=1..2",
            "sendfile,copy_file_range,splice:error=EINTR:when=1+2",
            "sendfile,copy_file_range,splice:error=EINTR:when=2+3", "?poll,ppoll:error=EINTR:when=1+2"})
    void interruptedCallsAreMadeAgain(String injection) throws Exception {
        Run run = run(injection);
        assertTrue(run.injected > 0);
        for (Pair pair : Pair.values()) {
            assertEquals(List.of(pair.best).toString(), run.routes.get(pair), pair::toString);
        }
    }

    private interface Transfer {
        long move(FileChannel source, FileChannel target, long position) throws IOException;
    }

    private static void toPair(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(TestFiles.newFile(SIZE));
                ChannelPair pair = ChannelPair.open(kind)) {
            for (int i = 0; i < TRANSFERS; i++) {
                TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.read(pair.source(), SIZE));
                all(position -> Transfers.transferTo(source, position, SIZE - position, pair.sink()));
                assertArrayEquals(TestFiles.content(0, SIZE), reader.result());
            }
        }
    }

    private static void fromPair(ChannelPair.Kind kind) throws Exception {
        Path file = TestFiles.newFile(0);
        try (ChannelPair pair = ChannelPair.open(kind);
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < TRANSFERS; i++) {
                TransferTask<Void> writer = TransferTask.start(() -> {
                    ByteBuffer content = ByteBuffer.wrap(TestFiles.content(0, SIZE));
                    while (content.hasRemaining()) {
                        pair.sink().write(content);
                    }
                    return null;
                });
                target.truncate(0);
                all(position -> Transfers.transferFrom(target, pair.source(), position, SIZE - position));
                writer.result();
                assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
            }
        }
    }

    private static void betweenFiles(Transfer transfer) throws Exception {
        Path file = TestFiles.newFile(0);
        try (FileChannel source = FileChannel.open(TestFiles.newFile(SIZE));
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < TRANSFERS; i++) {
                source.position(0);
                target.truncate(0);
                all(position -> transfer.move(source, target, position));
                assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
            }
        }
    }

    private interface Part {
        long move(long position) throws IOException;
    }

    private static void all(Part part) throws IOException {
        for (long position = 0; position < SIZE;) {
            long moved = part.move(position);
            assertTrue(moved > 0, () -> "nothing moved");
            position += moved;
        }
    }

    /** A program, run under strace: transfers between all kinds of pairs, and says by which routes. */
    static final class AllPairs {
        private AllPairs() {
        }

        public static void main(String[] args) throws Exception {
            for (Pair pair : Pair.values()) {
                Counters before = Counters.snapshot();
                Strace.mark(pair.name());
                for (int i = 0; i < CHANNELS; i++) {
                    pair.transfer();
                }
                Strace.mark(Strace.END);
                Counters after = Counters.snapshot();
                List<Route> routes = Arrays.stream(Route.values())
                        .filter(route -> after.transfers(route) > before.transfers(route)).toList();
                System.out.println(pair + ": " + routes);
            }
        }
    }
}
