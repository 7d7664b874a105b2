package io.ferronio;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A program: eight threads use a mapping, each in its own way, while it is unmapped, again and again, and
 * strangers are mapped right afterwards. Exit status 1 if anybody has seen anything but the mapping's own
 * bytes before and zeros afterwards.
 */
final class StaleReaders {

    private static final int SIZE = 4 * 4096;
    private static final byte STRANGERS_BYTE = (byte) 0x80;
    private static final Expected MAPPED = Expected.mapped(ownContent());

    private static volatile boolean unmapped;
    private static volatile Throwable failure;
    private static final AtomicInteger ERRORS = new AtomicInteger();
    private static final AtomicInteger PASSES_AFTERWARDS = new AtomicInteger();

    private StaleReaders() {
    }

    /** Neither zeros nor strangers' bytes. */
    private static byte[] ownContent() {
        byte[] content = TestFiles.content(0, SIZE);
        for (int i = 0; i < SIZE; i++) {
            content[i] = (byte) (content[i] & 0x7f | 1);
        }
        return content;
    }

    /** What is used in a round, in eight ways, how it is unmapped, and what may be seen then. */
    private record Shown(List<Consumer<Expected>> ways, Runnable unmap, Expected afterwards) {

        static Shown buffer(MappedByteBuffer buffer, Consumer<MappedByteBuffer> unmap) {
            List<Consumer<Expected>> ways = new ArrayList<>();
            for (WayToRead way : WayToRead.values()) {
                ways.add(expected -> way.read(buffer, expected));
            }
            return new Shown(ways, () -> unmap.accept(buffer), MAPPED.gone(0));
        }

        static Shown region(MappedRegion region) {
            MappedByteBuffer buffer = region.asByteBuffer(0, SIZE);
            List<Consumer<Expected>> ways = List.of(
                    expected -> expected.check(seen -> {
                        for (int i = 0; i < SIZE; i++) {
                            seen[i] = region.get(i);
                        }
                    }),
                    expected -> expected.check(seen -> {
                        LongBuffer longs = ByteBuffer.wrap(seen).order(region.order()).asLongBuffer();
                        for (int i = 0; i < longs.limit(); i++) {
                            longs.put(i, region.getLong(i * Long.BYTES));
                        }
                    }),
                    expected -> expected.check(seen -> region.get(0, seen, 0, SIZE)),
                    expected -> expected.check(seen -> region.get(0, ByteBuffer.wrap(seen))),
                    expected -> {
                        for (int i = 0; i < SIZE; i++) {
                            region.put(i, expected.bytes()[i]);
                        }
                    },
                    expected -> region.put(0, expected.bytes(), 0, SIZE),
                    expected -> WayToRead.TABLE_LOOKUP.read(buffer, expected),
                    expected -> WayToRead.MISMATCH.read(buffer, expected));
            // What the two writers write too late stays in the pages of zeros, for the other stale readers to see.
            return new Shown(ways, region::close, MAPPED.goingAway());
        }
    }

    /** In turn a buffer of ours, one of the JDK's, one that a cleaner unmaps, a region. */
    private static Shown map(int round, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return switch (round % 4) {
                case 0 -> Shown.buffer(Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE), Mappings::unmap);
                case 1 -> Shown.buffer(channel.map(MapMode.READ_ONLY, 0, SIZE), Mappings::unmap);
                case 2 -> Shown.buffer(Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE), BufferCleaner::invoke);
                default -> Shown.region(MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE));
            };
        }
    }

    private static void useUntilUnmapped(Consumer<Expected> way, Expected afterwards, CountDownLatch started) {
        try {
            way.accept(MAPPED);
            started.countDown();
            Expected goingAway = MAPPED.goingAway();
            while (!unmapped) {
                way.accept(goingAway);
                Thread.yield(); // There are more readers than processors, and the one that unmaps waits for them.
            }
            way.accept(afterwards);
            PASSES_AFTERWARDS.incrementAndGet();
        } catch (InternalError | IllegalStateException e) {
            ERRORS.incrementAndGet();
        } catch (Throwable e) {
            failure = e;
            started.countDown();
        }
    }

    private static void round(Shown shown, Path stranger) throws Exception {
        unmapped = false;
        CountDownLatch started = new CountDownLatch(shown.ways().size());
        List<Thread> readers = new ArrayList<>();
        for (Consumer<Expected> way : shown.ways()) {
            Thread reader = new Thread(() -> useUntilUnmapped(way, shown.afterwards(), started));
            reader.setUncaughtExceptionHandler((thread, e) -> {
                // An InternalError may still come after the reader has caught one.
                if (!(e instanceof InternalError)) {
                    failure = e;
                }
            });
            reader.start();
            readers.add(reader);
        }
        started.await();
        shown.unmap().run();
        List<MappedByteBuffer> strangers = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(stranger)) {
            strangers.add(Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE));
            strangers.add(channel.map(MapMode.READ_ONLY, 0, SIZE));
        }
        unmapped = true;
        for (Thread reader : readers) {
            reader.join();
        }
        for (MappedByteBuffer buffer : strangers) {
            for (int i = 0; i < SIZE; i += 1024) {
                if (buffer.get(i) != STRANGERS_BYTE) {
                    failure = new AssertionError("a stranger's memory has changed");
                }
            }
            Mappings.unmap(buffer);
        }
    }

    /** Arguments: the number of rounds; how often each way is run before, so that the JIT compiles it. */
    public static void main(String[] args) throws Exception {
        Path file = Files.write(TestFiles.newPath(".own"), MAPPED.bytes());
        byte[] others = new byte[SIZE];
        Arrays.fill(others, STRANGERS_BYTE);
        Path stranger = Files.write(TestFiles.newPath(".stranger"), others);
        for (int kind = 0; kind < 4; kind++) {
            Shown shown = map(kind, file);
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                shown.ways().forEach(way -> way.accept(MAPPED));
            }
            shown.unmap().run();
        }
        for (int i = 0; i < Integer.parseInt(args[0]) && failure == null; i++) {
            round(map(i, file), stranger);
        }
        System.out.println(ERRORS + " readers got an error, " + PASSES_AFTERWARDS + " only zeros");
        if (failure != null) {
            failure.printStackTrace(System.out);
            System.exit(1);
        }
    }
}
