package io.ferronio.agent;

import io.ferronio.Mappings;
import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TestNatives;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A program: mappings that the JDK makes, and the agent's guard answers for by {@code guard=all}. Argument: a {@link Part}. The
 * copy of FerroNIO on the class path is another than the agent's.
 */
final class GuardedMappings {

    static final String OPTIONS = "methods=transferTo,guard=all";
    static final int PAGE = 4096;
    static final int SIZE = 64 * PAGE;
    /** What is left of a file that was cut: it ends within a page. */
    static final int KEPT = 10 * PAGE + 100;

    private static final Pattern FAULTS = Pattern.compile("^faults (\\d+)$", Pattern.MULTILINE);
    private static final Pattern WATCHED = Pattern.compile("mappings watched (\\d+), (\\d+) now");

    private GuardedMappings() {
    }

    enum Part {
        NONE {
            @Override
            void run() throws Exception {
                BufferCleaner.invoke(map(TestFiles.newFile(SIZE), MapMode.READ_WRITE, 0, SIZE));
                System.out.println(report());
            }
        },

        /** By {@code FileChannel.map}, which the agent was told to leave to the JDK. */
        BUFFER {
            @Override
            void run() throws Exception {
                for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE)) {
                    Path file = TestFiles.newFile(SIZE + 100);
                    MappedByteBuffer buffer = map(file, mode, 100, SIZE); // not at the start of a page
                    checkCutAndRegrown(file, buffer, 100);
                    BufferCleaner.invoke(buffer);
                    checkWatched(0);
                }
            }
        },

        /** What was written to a private mapping stays, where the file is cut; what was lost is not taken for data. */
        PRIVATE_BUFFER {
            @Override
            void run() throws Exception {
                Path file = TestFiles.newFile(SIZE);
                MappedByteBuffer buffer = map(file, MapMode.PRIVATE, 0, SIZE);
                buffer.put(0, (byte) 7);
                TestFiles.setSize(file, KEPT);
                check(fails(buffer, 20 * PAGE), "no error");
                check(buffer.get(0) == 7 && buffer.get(1) == TestFiles.byteAt(1), "what is left has changed");
                FaultingThread.run(() -> crc(buffer));
                check(faults() > 0, report());
                BufferCleaner.invoke(buffer);
                checkWatched(0);
            }
        },

        /** Once for each mapping, with its file's name: also if it is unmapped at once. */
        TOLD {
            @Override
            void run() throws Exception {
                List<String> told = new CopyOnWriteArrayList<>();
                Logger logger = Logger.getLogger("io.ferronio");
                logger.addHandler(new Handler() {
                    @Override
                    public void publish(LogRecord record) {
                        told.add(record.getMessage());
                    }

                    @Override
                    public void flush() {
                        // Nothing is held back.
                    }

                    @Override
                    public void close() {
                        // There is nothing to close.
                    }
                });
                Path kept = TestFiles.newFile(SIZE + 100);
                MappedByteBuffer buffer = map(kept, MapMode.READ_ONLY, PAGE + 100, SIZE - PAGE);
                TestFiles.setSize(kept, KEPT);
                check(fails(buffer, 20 * PAGE), "no error");
                check(Eventually.holds(() -> told.size() == 1), told::toString);
                for (int i = 0; i < 10; i++) {
                    Path file = TestFiles.newFile(SIZE);
                    MappedByteBuffer unmapped = map(file, MapMode.READ_ONLY, 0, SIZE);
                    TestFiles.setSize(file, KEPT);
                    TestNatives.sum(TestNatives.address(unmapped), SIZE);
                    BufferCleaner.invoke(unmapped);
                    int number = i + 2;
                    check(Eventually.holds(() -> told.size() == number), told::toString);
                    check(told.get(i + 1).startsWith(file + ", " + SIZE + " bytes mapped: ")
                            && told.get(i + 1).contains("truncated to " + KEPT + " bytes"), told::toString);
                }
                check(fails(buffer, 20 * PAGE), "no error");
                BufferCleaner.invoke(buffer);
                check(told.size() == 11 && told.get(0).startsWith(kept + ", ") && told.get(0).contains(
                        "offset " + 21 * PAGE + ": the file was truncated to " + KEPT + " bytes"), told::toString);
            }
        },

        /** To a memory segment, which is closed with its arena. */
        SEGMENT {
            @Override
            void run() throws Exception {
                Segment confined = Segment.of("ofConfined", TestFiles.newFile(SIZE), 0);
                checkWatched(1);
                confined.close();
                checkWatched(0);
                Path file = TestFiles.newFile(SIZE + 100);
                Segment segment = Segment.of("ofShared", file, 100);
                checkCutAndRegrown(file, segment.buffer(), 100);
                segment.close();
                checkWatched(0);
                MappedByteBuffer collected = (MappedByteBuffer) Segment.of("ofAuto", file, 100).buffer();
                checkCutAndRegrown(file, collected, 100);
                collected = null;
                check(Eventually.afterCollection(() -> watched(2) == 0), report());
            }
        },

        /** Buffers and segments that were there when the agent came. */
        EARLIER {
            @Override
            void run() throws Exception {
                List<Path> files = new ArrayList<>();
                List<ByteBuffer> buffers = new ArrayList<>();
                List<Segment> segments = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    BufferCleaner.invoke(map(TestFiles.newFile(SIZE), MapMode.READ_WRITE, 0, SIZE));
                    files.add(TestFiles.newFile(SIZE + 100));
                    buffers.add(map(files.get(i), MapMode.READ_WRITE, 100, SIZE));
                }
                for (String arena : Segment.EXIST ? List.of("ofConfined", "ofShared", "ofAuto", "global") : List.<String>of()) {
                    files.add(TestFiles.newFile(SIZE + 100));
                    Segment segment = Segment.of(arena, files.get(files.size() - 1), 100);
                    segments.add(segment);
                    buffers.add(segment.buffer());
                    if (!arena.equals("ofAuto") && !arena.equals("global")) {
                        Segment.of(arena, files.get(0), 0).close();
                    }
                }
                check(install(), "it was there");
                checkWatched(buffers.size());
                for (int i = 0; i < buffers.size(); i++) {
                    if (i == 50) {
                        continue; // This one is confined to this thread.
                    }
                    checkCutAndRegrown(files.get(i), buffers.get(i), 100);
                }
                for (int i = 0; i < 50; i++) {
                    BufferCleaner.invoke(buffers.get(i));
                }
                checkWatched(segments.size());
                buffers.clear();
                for (Segment segment : segments.subList(0, segments.size() / 2)) {
                    segment.close();
                }
                segments.clear();
                int global = Segment.EXIST ? 1 : 0; // It is never closed.
                check(Eventually.afterCollection(() -> watched(2) == global), report());
            }
        },

        /** The agent comes and goes while mappings do. */
        MEANWHILE {
            @Override
            void run() throws Exception {
                Path file = TestFiles.newFile(SIZE);
                AtomicBoolean done = new AtomicBoolean();
                Callable<Void> comingAndGoing = () -> {
                    for (int i = 0; i < 40; i++) {
                        check(install() && uninstall(), "it was there, or was not");
                    }
                    done.set(true);
                    return null;
                };
                Callable<Void> mapping = () -> {
                    Random random = new Random(1);
                    List<MappedByteBuffer> kept = new ArrayList<>();
                    while (!done.get()) {
                        kept.add(map(file, MapMode.READ_WRITE, 0, (1 + random.nextInt(64)) * PAGE));
                        if (kept.size() > 8) {
                            MappedByteBuffer gone = kept.remove(random.nextInt(kept.size()));
                            check(gone.get(PAGE - 1) == TestFiles.byteAt(PAGE - 1), "content");
                            BufferCleaner.invoke(gone);
                        }
                    }
                    kept.forEach(BufferCleaner::invoke);
                    return null;
                };
                Callable<Void> segments = () -> {
                    List<Segment> kept = new ArrayList<>();
                    for (int i = 0; Segment.EXIST && !done.get(); i++) {
                        kept.add(Segment.of(i % 2 == 0 ? "ofShared" : "ofConfined", file, 0));
                        Segment.of("ofAuto", file, 0); // It is garbage at once.
                        if (kept.size() > 8) {
                            Segment gone = kept.remove(i % 7);
                            check(gone.buffer().get(PAGE - 1) == TestFiles.byteAt(PAGE - 1), "content");
                            gone.close();
                        }
                    }
                    for (Segment segment : kept) {
                        segment.close();
                    }
                    return null;
                };
                Concurrently.run(List.of(comingAndGoing, mapping, mapping, segments));
                checkWatched(0);
                check(install(), "it was there");
                check(Eventually.afterCollection(() -> watched(2) == 0), report());
            }
        },

        /** The same addresses again and again, with faults, by several threads: what is gone is not touched any more. */
        SAME_ADDRESSES {
            @Override
            void run() throws Exception {
                Path whole = TestFiles.newFile(SIZE);
                Path cut = TestFiles.newFile(SIZE);
                Callable<Void> faulting = () -> {
                    Random random = new Random(2);
                    try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
                        for (int i = 0; i < 200; i++) {
                            MappedByteBuffer buffer = map(cut, MapMode.READ_WRITE, 0, SIZE); // The JDK extends the file.
                            channel.truncate(KEPT);
                            int position = random.nextInt(SIZE);
                            FaultingThread.run(() -> buffer.get(position));
                            FaultingThread.run(() -> crc(buffer));
                            unmap(random, buffer);
                        }
                    }
                    return null;
                };
                Callable<Void> reading = () -> {
                    Random random = new Random(3);
                    for (int i = 0; i < 2000; i++) {
                        MappedByteBuffer buffer = map(whole, MapMode.READ_WRITE, 0, SIZE);
                        for (int position = 0; position < SIZE; position += 1000) {
                            check(buffer.get(position) == TestFiles.byteAt(position), "content");
                        }
                        unmap(random, buffer);
                    }
                    return null;
                };
                Concurrently.run(List.of(faulting, reading, reading, reading));
                check(faults() > 0, report());
                check(Eventually.afterCollection(() -> watched(2) == 0), report());
            }

            private void unmap(Random random, MappedByteBuffer buffer) {
                if (random.nextInt(4) > 0) { // else the collector does it
                    BufferCleaner.invoke(buffer);
                }
            }
        },

        /** Another copy of FerroNIO takes a mapping over that the agent watches. */
        TAKEN_OVER {
            @Override
            void run() throws Exception {
                for (int i = 0; i < 10; i++) {
                    MappedByteBuffer buffer = map(TestFiles.newFile(SIZE), MapMode.READ_WRITE, 0, SIZE);
                    checkWatched(1);
                    Mappings.unmap(buffer);
                    checkWatched(0);
                    check(fails(buffer, 3 * PAGE), "no error");
                    check(Mappings.faults(buffer) > 0, "not counted");
                }
                check(faults() == 0, report());
            }
        },

        UNINSTALLED {
            @Override
            void run() throws Exception {
                Path file = TestFiles.newFile(SIZE);
                MappedByteBuffer buffer = map(file, MapMode.READ_WRITE, 0, SIZE);
                TestFiles.setSize(file, KEPT);
                FaultingThread.run(() -> crc(buffer));
                check(faults() > 0, report());
                check(uninstall(), "it was not there");
                checkWatched(0);
                long total = watched(1);
                TestFiles.setSize(file, SIZE);
                check(buffer.get(30 * PAGE) == 0 && buffer.get(0) == TestFiles.byteAt(0), "not the file's");
                buffer.put(30 * PAGE, (byte) 5);
                try (FileChannel channel = FileChannel.open(file)) {
                    ByteBuffer read = ByteBuffer.allocate(1);
                    channel.read(read, 30 * PAGE);
                    check(read.get(0) == 5, "not written to the file");
                }
                BufferCleaner.invoke(buffer);
                BufferCleaner.invoke(map(file, MapMode.READ_ONLY, 0, SIZE));
                check(watched(1) == total, report());
            }
        };

        abstract void run() throws Exception;
    }

    /** A mapping of the JDK's as a memory segment: by reflection, since JDK 17 has none. */
    private record Segment(Object arena, Object segment) {

        static final boolean EXIST = Runtime.version().feature() >= 22;

        static Segment of(String arena, Path file, long position) throws Exception {
            Class<?> type = Class.forName("java.lang.foreign.Arena");
            Object made = type.getMethod(arena).invoke(null);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return new Segment(made, FileChannel.class.getMethod("map", MapMode.class, long.class, long.class, type)
                        .invoke(channel, MapMode.READ_WRITE, position, (long) SIZE, made));
            }
        }

        ByteBuffer buffer() throws Exception {
            return (ByteBuffer) Class.forName("java.lang.foreign.MemorySegment").getMethod("asByteBuffer").invoke(segment);
        }

        void close() throws Exception {
            Class.forName("java.lang.foreign.Arena").getMethod("close").invoke(arena);
        }
    }

    public static void main(String[] args) throws Exception {
        Part.valueOf(args[0]).run();
        System.out.println("survived");
    }

    private static MappedByteBuffer map(Path file, MapMode mode, long position, long size) throws IOException {
        StandardOpenOption write = StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, write)) {
            return channel.map(mode, position, size);
        }
    }

    /** Another process cuts the file, it is used in all the ways that end a JVM, and has grown again at last. */
    private static void checkCutAndRegrown(Path file, ByteBuffer buffer, int position) throws Exception {
        long before = faults();
        TestFiles.setSize(file, KEPT);
        check(fails(buffer, 20 * PAGE), "no error for get");
        check(fails(buffer, 20 * PAGE), "no error for the second get");
        FaultingThread.run(() -> crc(buffer));
        TestNatives.sum(TestNatives.address(buffer), SIZE);
        check(faults() > before, report());
        Path target = TestFiles.newFile(0);
        // Once the zeros are gone that the sum has met, the kernel refuses.
        check(Eventually.holds(() -> refuses(target, buffer.duplicate().position(15 * PAGE))), "zeros were written");
        check(buffer.get(KEPT - position - 1) == TestFiles.byteAt(KEPT - 1), "what is left has changed");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(TestFiles.content(KEPT, SIZE + position - KEPT));
            channel.write(rest, KEPT);
        }
        // Of what the sum has met, the last may still be zeros.
        check(Eventually.holds(() -> firstOther(buffer, position) == SIZE), () -> "byte " + firstOther(buffer, position));
    }

    private static int firstOther(ByteBuffer buffer, int position) {
        int i = 0;
        while (i < SIZE && buffer.get(i) == TestFiles.byteAt(i + position)) {
            i++;
        }
        return i;
    }

    /** HotSpot's error comes a little later than the access, on JDK 17 with the next native call, and never if the thread has ended. */
    private static boolean fails(ByteBuffer buffer, int position) {
        return FaultingThread.run(() -> {
            int sum = 0;
            for (int i = 0; i < 100; i++) {
                sum += buffer.get(position);
                Thread.yield();
            }
            return sum;
        });
    }

    private static boolean refuses(Path target, ByteBuffer from) {
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            channel.write(from);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static long crc(ByteBuffer buffer) {
        CRC32 sum = new CRC32();
        sum.update(buffer.duplicate().clear());
        return sum.getValue();
    }

    private static boolean install() {
        return (boolean) call("install", OPTIONS);
    }

    private static boolean uninstall() {
        return (boolean) call("uninstall");
    }

    private static String report() {
        return String.join("\n", ((List<?>) call("report")).stream().map(Object::toString).toList());
    }

    /** Group 1: ever, 2: now. */
    private static long watched(int group) {
        Matcher matcher = WATCHED.matcher(report());
        check(matcher.find(), GuardedMappings::report);
        return Long.parseLong(matcher.group(group));
    }

    private static long faults() {
        Matcher matcher = FAULTS.matcher(report());
        check(matcher.find(), GuardedMappings::report);
        return Long.parseLong(matcher.group(1));
    }

    private static void checkWatched(long expected) {
        check(watched(2) == expected, () -> "expected " + expected + " of\n" + report());
    }

    private static Object call(String method, Object... arguments) {
        try {
            Class<?> agent = Class.forName("io.ferronio.agent.FerronioAgent");
            return arguments.length == 0 ? agent.getMethod(method).invoke(null)
                    : agent.getMethod(method, String.class).invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static void check(boolean condition, String message) {
        check(condition, () -> message);
    }

    private static void check(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new AssertionError(message.get());
        }
    }
}
