package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link Mappings}: buffers that work like the JDK's, and are gone when they are unmapped. Using them
 * meanwhile and afterwards: {@link StaleAccessTest}.
 */
class MappingsTest {

    private static final int SIZE = 40_000;

    private final Path file = TestFiles.newFile(SIZE);

    /** Who has made a buffer. */
    enum Maker {
        FERRONIO, JDK;

        MappedByteBuffer map(Path file, MapMode mode, long position, long size) throws IOException {
            try (FileChannel channel = mode == MapMode.READ_ONLY ? FileChannel.open(file)
                    : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return this == JDK ? channel.map(mode, position, size) : Mappings.map(channel, mode, position, size);
            }
        }

        MappedByteBuffer map(Path file) throws IOException {
            return map(file, MapMode.READ_ONLY, 0, Files.size(file));
        }
    }

    /** So that the totals start at zero. */
    @BeforeEach
    void collectWhatEarlierTestsLeft() {
        assertTrue(Eventually.afterCollection(() -> Counters.snapshot().mapped() + Counters.snapshot().retired() == 0));
    }

    private static BufferPoolMXBean poolOfTheJdk() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("mapped")).findFirst().orElseThrow();
    }

    // ---- map

    @Test
    void nullIsRefused() throws IOException {
        assertThrows(NullPointerException.class, () -> Mappings.map(null, MapMode.READ_ONLY, 0, 1));
        assertThrows(NullPointerException.class, () -> Mappings.unmap(null));
    }

    @Test
    void theBufferDoesAllThatTheJdksDoes() throws IOException {
        MappedByteBuffer buffer = Maker.FERRONIO.map(file, MapMode.READ_WRITE, 5000, 20_000);
        assertEquals(ByteOrder.BIG_ENDIAN, buffer.order());
        assertEquals("java.nio.DirectByteBuffer[pos=0 lim=20000 cap=20000]", buffer.toString());
        assertTrue(buffer.load().isLoaded());
        assertEquals(ByteBuffer.wrap(TestFiles.content(5000, 20_000)), buffer);

        buffer.slice(100, 50).put(0, (byte) 0);
        buffer.duplicate().position(200).put((byte) 0);
        buffer.force();
        buffer.force(100, 101);
        buffer.slice(100, 50).force();
        byte[] expected = TestFiles.content(0, SIZE);
        expected[5100] = 0;
        expected[5200] = 0;
        assertArrayEquals(expected, Files.readAllBytes(file));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.get(20_000));
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.force(0, 20_001));
        Mappings.unmap(buffer);
    }

    @Test
    void aReadOnlyBufferRefusesWrites() throws IOException {
        MappedByteBuffer buffer = Maker.FERRONIO.map(file);
        assertTrue(buffer.isReadOnly());
        assertThrows(ReadOnlyBufferException.class, () -> buffer.put(0, (byte) 0));
        Mappings.unmap(buffer);
    }

    @Test
    void theMappingOutlivesItsChannelAndTheFilesName() throws IOException {
        MappedByteBuffer buffer = Maker.FERRONIO.map(file);
        Files.delete(file);
        assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)), buffer);
        Mappings.unmap(buffer);
    }

    @Test
    void aFileGrowsAsTheJdkMakesItGrow() throws IOException {
        MappedByteBuffer buffer = Maker.FERRONIO.map(file, MapMode.READ_WRITE, SIZE + 10_000, 10);
        assertEquals(SIZE + 10_010, Files.size(file));
        buffer.put(9, (byte) 9);
        Mappings.unmap(buffer);
        byte[] content = Files.readAllBytes(file);
        assertEquals(9, content[SIZE + 10_009]);
        assertEquals(0, content[SIZE]);
    }

    @Test
    void threadsThatExtendAFileAtOnceNeverCutItShort() throws Exception {
        for (int round = 0; round < 50; round++) {
            Path empty = TestFiles.newFile(0);
            try (FileChannel channel = FileChannel.open(empty, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                AtomicInteger number = new AtomicInteger();
                Concurrently.run(4, () -> {
                    int size = 10_000 * number.incrementAndGet();
                    MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_WRITE, 0, size);
                    buffer.put(size - 1, (byte) 1);
                    Mappings.unmap(buffer);
                    return null;
                });
                assertEquals(40_000, channel.size());
            }
            byte[] content = Files.readAllBytes(empty);
            for (int size = 10_000; size <= 40_000; size += 10_000) {
                assertEquals(1, content[size - 1]);
            }
            Files.delete(empty);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBufferThatIsOnlyDroppedIsUnmappedByTheCollector(Maker maker) throws IOException {
        assertEquals(SIZE, maker.map(file).remaining());
        assertTrue(Eventually.afterCollection(() -> Memory.rangesOf(file).isEmpty()));
    }

    // ---- unmap

    @ParameterizedTest
    @EnumSource
    void unmapGivesTheFileBackAtOnceAndKeepsTheAddresses(Maker maker) throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            for (int position : new int[] {0, 4096, 5000}) {
                MappedByteBuffer buffer = maker.map(file, mode, position, 20_000);
                Memory.Range range = Memory.rangesOf(file).get(0);
                Mappings.unmap(buffer);
                assertEquals(List.of(), Memory.rangesOf(file));
                assertEquals(Memory.RETIRED, Memory.rangeAt(range.start()).name());
                assertEquals(Memory.RETIRED, Memory.rangeAt(range.end() - 1).name());
                Reference.reachabilityFence(buffer);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theAddressesStayTakenWhileAViewIsReachable(Maker maker) throws IOException {
        ByteBuffer view = maker.map(file).duplicate().slice(100, 100).asReadOnlyBuffer();
        long address = Memory.rangesOf(file).get(0).start();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertEquals(file.toString(), Memory.rangeAt(address).name());
        assertEquals(TestFiles.byteAt(100), view.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void theAddressesStayTakenAfterUnmapWhileAViewIsReachable(Maker maker) throws IOException {
        MappedByteBuffer buffer = maker.map(file);
        long address = Memory.rangesOf(file).get(0).start();
        ByteBuffer view = buffer.slice(100, 100);
        Mappings.unmap(buffer);
        buffer = null;
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
        assertEquals(1, Counters.snapshot().retired());
        Reference.reachabilityFence(view);
        view = null;
        assertTrue(Eventually.afterCollection(() -> Counters.snapshot().retired() == 0));
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenIsKept(Maker maker) throws IOException {
        MappedByteBuffer buffer = maker.map(file, MapMode.READ_WRITE, 5000, 20_000);
        buffer.put(10_000, (byte) 0);
        Mappings.unmap(buffer);
        byte[] expected = TestFiles.content(0, SIZE);
        expected[15_000] = 0;
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    /** In a thread of its own: the error for a stale access may come any time later in the thread that made it. */
    @ParameterizedTest
    @EnumSource
    void aWriteAfterUnmapGoesNowhere(Maker maker) throws Exception {
        MappedByteBuffer buffer = maker.map(file, MapMode.READ_WRITE, 0, SIZE);
        Mappings.unmap(buffer);
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Thread writer = new Thread(() -> {
            for (int i = 0; i < SIZE; i++) {
                buffer.put(i, (byte) 0);
            }
        });
        writer.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
        writer.start();
        writer.join();
        assertTrue(thrown.stream().allMatch(e -> e instanceof InternalError), thrown::toString);
        assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
    }

    @ParameterizedTest
    @EnumSource
    void theKernelRefusesAnUnmappedBuffer(Maker maker) throws IOException {
        MappedByteBuffer buffer = maker.map(file);
        Mappings.unmap(buffer);
        Path target = TestFiles.newFile(0);
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            IOException e = assertThrows(IOException.class, () -> channel.write(buffer));
            assertEquals("Bad address", e.getMessage());
        }
        assertEquals(0, Files.size(target));
    }

    @ParameterizedTest
    @EnumSource
    void unmapIsIdempotent(Maker maker) throws IOException {
        MappedByteBuffer buffer = maker.map(file);
        for (int i = 0; i < 3; i++) {
            Mappings.unmap(buffer);
        }
        assertEquals(1, Counters.snapshot().retired());
        Reference.reachabilityFence(buffer);
    }

    @ParameterizedTest
    @EnumSource
    void unmapFromManyThreadsAtOnceHappensOnce(Maker maker) throws Exception {
        long mappedByTheJdk = poolOfTheJdk().getCount();
        List<MappedByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            MappedByteBuffer buffer = maker.map(file);
            buffers.add(buffer);
            Concurrently.run(4, () -> {
                Mappings.unmap(buffer);
                // Whoever returns, it is unmapped, whichever thread did it.
                assertEquals(List.of(), Memory.rangesOf(file));
                return null;
            });
        }
        assertEquals(100, Counters.snapshot().retired());
        assertEquals(0, Counters.snapshot().mapped());
        assertEquals(mappedByTheJdk, poolOfTheJdk().getCount());
        Reference.reachabilityFence(buffers);
    }

    @Test
    void countersFollowALife() throws IOException {
        MappedByteBuffer buffer = Maker.FERRONIO.map(file, MapMode.READ_ONLY, 5000, 20_000);
        assertEquals(List.of(1L, 20_000L, 0L, 0L), counters());
        Mappings.unmap(buffer);
        assertEquals(List.of(0L, 0L, 1L, 20_000L), counters());
        Reference.reachabilityFence(buffer);
        buffer = null;
        assertTrue(Eventually.afterCollection(() -> counters().equals(List.of(0L, 0L, 0L, 0L))));
    }

    private static List<Long> counters() {
        Counters now = Counters.snapshot();
        return List.of(now.mapped(), now.mappedBytes(), now.retired(), now.retiredBytes());
    }

    @ParameterizedTest
    @EnumSource
    void oneCollectionTakesTheAddressesOfUnmappedBuffers(Maker maker) throws IOException {
        for (int i = 0; i < 500; i++) {
            Mappings.unmap(maker.map(file));
        }
        assertTrue(Counters.snapshot().retired() > 0);
        assertTrue(Eventually.afterOneCollection(() -> counters().equals(List.of(0L, 0L, 0L, 0L))));
        assertTrue(Memory.ranges().stream().noneMatch(range -> range.name().contains("ferronio-retired")));
    }

    @Test
    void aBufferOfTheJdksLeavesItsPool() throws IOException {
        BufferPoolMXBean pool = poolOfTheJdk();
        long count = pool.getCount();
        long bytes = pool.getTotalCapacity();
        MappedByteBuffer buffer = Maker.JDK.map(file);
        assertEquals(count + 1, pool.getCount());
        Mappings.unmap(buffer);
        assertEquals(count, pool.getCount());
        assertEquals(bytes, pool.getTotalCapacity());
        Reference.reachabilityFence(buffer);
        buffer = null;
        assertTrue(Eventually.afterCollection(() -> Counters.snapshot().retired() == 0));
        assertEquals(count, pool.getCount());
    }

    @ParameterizedTest
    @EnumSource
    void manyUnmappedBuffersTakeFewMappings(Maker maker) throws IOException {
        int before = Memory.ranges().size();
        List<MappedByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            MappedByteBuffer buffer = maker.map(file);
            buffers.add(buffer);
            Mappings.unmap(buffer);
        }
        int more = Memory.ranges().size() - before;
        assertTrue(more < 100, "2000 retired buffers take " + more + " mappings more");
        Reference.reachabilityFence(buffers);
    }

    /** The kernel says 0 for its size where it says a file's. */
    @Test
    void aBlockDeviceIsMapped() throws Exception {
        Path image = TestFiles.newFile(1 << 20);
        Process attached = new ProcessBuilder("sh", "-c", "losetup --find --show --read-only " + image)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Path device = Path.of(new String(attached.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim());
        Assumptions.assumeTrue(attached.waitFor() == 0, "no loop device, or not allowed to use one");
        try {
            MappedByteBuffer buffer = Maker.FERRONIO.map(device, MapMode.READ_ONLY, 5000, 20_000);
            assertEquals(ByteBuffer.wrap(TestFiles.content(5000, 20_000)), buffer);
            Mappings.unmap(buffer);
            assertThrows(IOException.class, () -> Maker.JDK.map(device, MapMode.READ_ONLY, 0, (1 << 20) + 1));
            assertThrows(IOException.class, () -> Maker.FERRONIO.map(device, MapMode.READ_ONLY, 0, (1 << 20) + 1));
        } finally {
            new ProcessBuilder("losetup", "--detach", device.toString()).start().waitFor();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMappingOfNoBytesHasNothingToUnmap(Maker maker) throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            MappedByteBuffer buffer = maker.map(file, mode, 100, 0);
            Mappings.unmap(buffer);
            Mappings.unmap(buffer);
            assertEquals(0, buffer.capacity());
        }
        assertEquals(List.of(0L, 0L, 0L, 0L), counters());
    }

    // ---- beside Unsafe.invokeCleaner

    @Test
    void invokeCleanerOnOurBufferUnmapsSafely() throws IOException {
        MappedByteBuffer buffer = Maker.FERRONIO.map(file);
        long address = Memory.rangesOf(file).get(0).start();
        BufferCleaner.invoke(buffer);
        assertEquals(List.of(), Memory.rangesOf(file));
        assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
        Mappings.unmap(buffer);
        BufferCleaner.invoke(buffer);
        assertEquals(1, Counters.snapshot().retired());
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
        Reference.reachabilityFence(buffer);
    }

    @ParameterizedTest
    @EnumSource
    void invokeCleanerAfterUnmapDoesNothing(Maker maker) throws IOException {
        long mappedByTheJdk = poolOfTheJdk().getCount();
        MappedByteBuffer buffer = maker.map(file);
        long address = Memory.rangesOf(file).get(0).start();
        Mappings.unmap(buffer);
        BufferCleaner.invoke(buffer);
        assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
        assertEquals(1, Counters.snapshot().retired());
        assertEquals(mappedByTheJdk, poolOfTheJdk().getCount());
        Reference.reachabilityFence(buffer);
    }

    /** The addresses of a cleaned buffer are the next mapping's: what is done to that one is not done to the other. */
    @Test
    void aCleanedBufferIsNotTheOneThatHasItsAddressesNow() throws IOException {
        for (int i = 0; i < 10; i++) {
            MappedByteBuffer cleaned = Maker.JDK.map(file);
            BufferCleaner.invoke(cleaned);
            MappedByteBuffer next = Maker.JDK.map(file);
            Mappings.unmap(next);
            assertRefused("was unmapped before", cleaned);
            Mappings.unmap(next);
            Reference.reachabilityFence(next);
        }
    }

    @Test
    void invokeCleanerBesideUnmapOfOurBuffer() throws Exception {
        for (int i = 0; i < 100; i++) {
            MappedByteBuffer buffer = Maker.FERRONIO.map(file);
            long address = Memory.rangesOf(file).get(0).start();
            List<Callable<Void>> actions = List.of(
                    () -> unmap(buffer), () -> clean(buffer), () -> unmap(buffer), () -> clean(buffer));
            Concurrently.run(actions);
            assertEquals(List.of(), Memory.rangesOf(file));
            assertEquals(Memory.RETIRED, Memory.rangeAt(address).name());
            Reference.reachabilityFence(buffer);
        }
    }

    private static Void unmap(MappedByteBuffer buffer) {
        Mappings.unmap(buffer);
        return null;
    }

    private static Void clean(MappedByteBuffer buffer) {
        BufferCleaner.invoke(buffer);
        return null;
    }

    /** Only one of the two gets the mapping: the JDK's cleaner munmaps it, or we retire it. */
    @Test
    void invokeCleanerBesideUnmapOfTheJdksBuffer() throws Exception {
        long mappedByTheJdk = poolOfTheJdk().getCount();
        AtomicInteger refused = new AtomicInteger();
        List<MappedByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            MappedByteBuffer buffer = Maker.JDK.map(file);
            buffers.add(buffer);
            List<Callable<Void>> actions = List.of(() -> clean(buffer), () -> {
                try {
                    Mappings.unmap(buffer);
                } catch (IllegalArgumentException e) {
                    refused.incrementAndGet();
                }
                return null;
            });
            Concurrently.run(actions);
            assertEquals(List.of(), Memory.rangesOf(file));
        }
        assertEquals(mappedByTheJdk, poolOfTheJdk().getCount());
        assertEquals(200 - refused.get(), Counters.snapshot().retired());
        Reference.reachabilityFence(buffers);
    }

    // ---- what unmap refuses

    private static List<Memory.Range> rangesOfTestFiles() {
        return Memory.ranges().stream().filter(range -> range.name().endsWith(".data")).toList();
    }

    private static void assertRefused(String why, ByteBuffer buffer) {
        List<Long> before = counters();
        List<Memory.Range> mapped = rangesOfTestFiles();
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Mappings.unmap((MappedByteBuffer) buffer));
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertEquals(before, counters());
        assertEquals(mapped, rangesOfTestFiles());
    }

    @ParameterizedTest
    @EnumSource
    void viewsAreRefused(Maker maker) throws IOException {
        MappedByteBuffer buffer = maker.map(file, MapMode.READ_WRITE, 0, SIZE);
        assertRefused("view", buffer.slice());
        assertRefused("view", buffer.slice(0, 0));
        assertRefused("view", buffer.duplicate());
        assertRefused("view", buffer.asReadOnlyBuffer());
        assertRefused("view", buffer.alignedSlice(8));
        assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)), buffer);
        Mappings.unmap(buffer);
        assertRefused("view", buffer.duplicate());
    }

    @Test
    void allocatedMemoryIsRefused() {
        for (int capacity : new int[] {0, 1, 100_000}) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(capacity);
            assertRefused("allocated memory", buffer);
            for (int i = 0; i < capacity; i++) {
                assertEquals(0, buffer.put(i, (byte) 1).get(i) - 1);
            }
        }
    }

    @Test
    void aBufferThatTheJdkHasUnmappedIsRefused() throws IOException {
        MappedByteBuffer buffer = Maker.JDK.map(file);
        BufferCleaner.invoke(buffer);
        assertRefused("unmapped before", buffer);
        assertRefused("unmapped before", buffer);
    }

    @Test
    void aRegionsBufferIsRefused() throws IOException {
        try (FileChannel channel = FileChannel.open(file);
                MappedRegion region = MappedRegion.map(channel, MapMode.READ_ONLY, 0, SIZE)) {
            MappedByteBuffer buffer = region.asByteBuffer(0, SIZE);
            assertRefused("close the region", buffer);
            assertRefused("close the region", region.asByteBuffer(0, 0));
            BufferCleaner.invoke(buffer);
            assertRefused("close the region", buffer);
            assertEquals(ByteBuffer.wrap(TestFiles.content(0, SIZE)), buffer);
        }
    }

    @Test
    void aMemorySegmentsBufferIsRefused() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() >= 22, "java.lang.foreign is final from JDK 22 on");
        Class<?> arenas = Class.forName("java.lang.foreign.Arena");
        Class<?> segments = Class.forName("java.lang.foreign.MemorySegment");
        Method asByteBuffer = segments.getMethod("asByteBuffer");
        Object arena = arenas.getMethod("ofShared").invoke(null);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Object allocated = arenas.getMethod("allocate", long.class).invoke(arena, 10_000L);
            assertRefused("memory segment's", (ByteBuffer) asByteBuffer.invoke(allocated));
            Object mapped = FileChannel.class.getMethod("map", MapMode.class, long.class, long.class, arenas)
                    .invoke(channel, MapMode.PRIVATE, 0L, 10_000L, arena);
            ByteBuffer buffer = (ByteBuffer) asByteBuffer.invoke(mapped);
            assertRefused("memory segment's", buffer);
            Object readOnly = segments.getMethod("asReadOnly").invoke(mapped);
            assertRefused("view", (ByteBuffer) asByteBuffer.invoke(readOnly));
            assertEquals(ByteBuffer.wrap(TestFiles.content(0, 10_000)), buffer);
        } finally {
            arenas.getMethod("close").invoke(arena);
        }
        Object automatic = arenas.getMethod("ofAuto").invoke(null);
        ByteBuffer buffer = (ByteBuffer) asByteBuffer.invoke(
                arenas.getMethod("allocate", long.class).invoke(automatic, 10_000L));
        assertRefused("memory segment's", buffer);
        Object heap = segments.getMethod("ofArray", byte[].class).invoke(null, (Object) new byte[10]);
        assertFalse(((ByteBuffer) asByteBuffer.invoke(heap)).isDirect());
    }

    /** What native code makes by JNI's NewDirectByteBuffer: the JDK has a constructor for it. */
    @Test
    void nativeCodesMemoryIsRefused() {
        ChildJvm.run(NativeMemory.class, List.of("--add-opens=java.base/java.nio=ALL-UNNAMED")).succeeded();
    }

    /** A program, since the constructor is not accessible without an option. */
    static final class NativeMemory {

        private NativeMemory() {
        }

        public static void main(String[] args) throws ReflectiveOperationException {
            ByteBuffer memory = ByteBuffer.allocateDirect(100);
            Field address = Buffer.class.getDeclaredField("address");
            address.setAccessible(true);
            Class<?> number = Runtime.version().feature() < 21 ? int.class : long.class;
            Constructor<?> constructor = memory.getClass().getDeclaredConstructor(long.class, number);
            constructor.setAccessible(true);
            for (int capacity : new int[] {0, 100}) {
                Object size = number == int.class ? (Object) capacity : (Object) (long) capacity;
                ByteBuffer buffer = (ByteBuffer) constructor.newInstance(address.getLong(memory), size);
                assertRefused("native code's memory", buffer);
            }
            memory.put(99, (byte) 1);
        }
    }

    @Test
    void afterARefusalTheBufferCanStillBeUnmapped() throws IOException {
        MappedByteBuffer buffer = Maker.JDK.map(file);
        assertRefused("view", buffer.duplicate());
        assertDoesNotThrow(() -> Mappings.unmap(buffer));
        assertEquals(List.of(), Memory.rangesOf(file));
    }
}
