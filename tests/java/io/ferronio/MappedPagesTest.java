package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What of a {@link MappedRegion} is in memory, shown by the kernel: advice, prefetch, evict, lock. */
class MappedPagesTest {

    private static final int PAGE = 4096;
    private static final int SIZE = 256 * PAGE;

    private final Path file = TestFiles.newFile(SIZE);

    private MappedRegion map(MapMode mode) throws IOException {
        return MappedRegion.map(file, mode, MapOptions.defaults());
    }

    private static byte[] bytes(MappedRegion region) {
        byte[] bytes = new byte[(int) region.size()];
        region.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static List<String> flagsAt(long address) {
        return List.of(Memory.detailsAt(address).get("VmFlags").split(" "));
    }

    private static long lockedAt(long address) {
        return Long.parseLong(Memory.detailsAt(address).get("Locked"));
    }

    // ---- advice

    /** See proc(5), VmFlags: sr is sequential, rr random, hg and nh huge pages and none, dd no dump. */
    @ParameterizedTest
    @CsvSource({"SEQUENTIAL, sr", "RANDOM, rr", "HUGE_PAGES, hg", "NO_HUGE_PAGES, nh", "DONT_DUMP, dd"})
    void adviceReachesTheKernelForThePagesOfItsRange(Advice advice, String flag) throws IOException {
        Assumptions.assumeTrue(!flag.matches("hg|nh") || Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage")),
                "this kernel has no transparent huge pages");
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            try (MappedRegion region = map(mode)) {
                region.advise(advice, 10 * PAGE + 100, PAGE);
                long start = region.address();
                for (int page : new int[] {0, 9, 10, 11, 12, 255}) {
                    assertEquals(page == 10 || page == 11, flagsAt(start + page * PAGE).contains(flag), "page " + page);
                }
                assertArrayEquals(TestFiles.content(0, SIZE), bytes(region));
                region.advise(advice, 0, SIZE);
                assertEquals(1, Memory.rangesOf(file).size());
                region.advise(Advice.NORMAL, 0, SIZE);
                // Only what was said of the order of reads.
                assertEquals(!flag.matches("sr|rr"), flagsAt(start).contains(flag));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Advice.class)
    void adviceOnNothingIsNothing(Advice advice) throws IOException {
        try (MappedRegion region = map(MapMode.READ_WRITE);
                MappedRegion empty = MappedRegion.map(TestFiles.newFile(0), MapMode.READ_WRITE, MapOptions.defaults())) {
            region.advise(advice, 100, 0);
            region.advise(advice, SIZE, 0);
            empty.advise(advice, 0, 0);
            assertEquals(1, Memory.rangesOf(file).size());
        }
    }

    @Test
    void rangesAreChecked() throws IOException {
        try (MappedRegion region = map(MapMode.READ_WRITE)) {
            for (long[] range : new long[][] {{-1, 1}, {0, -1}, {0, SIZE + 1}, {SIZE, 1}, {SIZE + 1, 0},
                    {1, Long.MAX_VALUE}, {Long.MAX_VALUE, 1}, {Long.MIN_VALUE, 0}}) {
                long index = range[0];
                long length = range[1];
                assertThrows(IndexOutOfBoundsException.class, () -> region.advise(Advice.RANDOM, index, length));
                assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(index, length));
                assertThrows(IndexOutOfBoundsException.class, () -> region.load(index, length));
                assertThrows(IndexOutOfBoundsException.class, () -> region.evict(index, length));
                assertThrows(IndexOutOfBoundsException.class, () -> region.lock(index, length));
                assertThrows(IndexOutOfBoundsException.class, () -> region.unlock(index, length));
            }
            assertEquals(1, Memory.rangesOf(file).size());
            assertEquals(0, Memory.residentAt(region.address()));
        }
    }

    // ---- into memory, and out of it

    @Test
    void loadBringsInItsPages() throws IOException {
        try (MappedRegion region = map(MapMode.READ_ONLY)) {
            region.advise(Advice.RANDOM, 0, SIZE);
            region.load(10 * PAGE + 100, PAGE);
            long resident = Memory.residentAt(region.address());
            assertTrue(resident >= 2 * PAGE && resident < SIZE, resident + " bytes"); // Some around them come with them.
            region.load(0, SIZE);
            assertEquals(SIZE, Memory.residentAt(region.address()));
        }
    }

    @Test
    void prefetchChangesNothingToBeSeen() throws IOException {
        try (MappedRegion region = map(MapMode.READ_ONLY)) {
            region.prefetch(0, SIZE);
            region.prefetch(SIZE, 0);
            assertArrayEquals(TestFiles.content(0, SIZE), bytes(region));
        }
    }

    @Test
    void loadOfPagesThatTheFileDoesNotHaveFails() throws IOException {
        try (MappedRegion region = map(MapMode.READ_ONLY)) {
            TestFiles.setSize(file, 100 * PAGE);
            region.load(0, 100 * PAGE);
            IOException e = assertThrows(IOException.class, () -> region.load(0, SIZE));
            assertTrue(e.getMessage().startsWith("cannot load " + SIZE + " bytes"), e.getMessage());
            e = assertThrows(IOException.class, () -> region.lock(0, SIZE));
            assertTrue(e.getMessage().startsWith("cannot lock " + SIZE + " bytes"), e.getMessage());
            assertEquals(0, lockedAt(region.address()));
            assertEquals(0, region.faults());
        }
    }

    @Test
    void evictedPagesAreGoneAndComeBack() throws IOException {
        try (MappedRegion region = map(MapMode.READ_WRITE)) {
            region.load(0, SIZE);
            byte[] expected = TestFiles.content(0, SIZE);
            for (int i = 0; i < SIZE; i += PAGE) {
                expected[i] = 0;
                region.put(i, (byte) 0);
            }
            assertEquals(SIZE, Memory.residentAt(region.address()));
            region.evict(10 * PAGE - 1, 20 * PAGE + 2); // 20 whole pages, and a byte on either side
            // Where the page cache has larger units, those that are split leave the mapping, not the cache.
            assertTrue(Memory.residentAt(region.address()) <= SIZE - 20 * PAGE);
            region.evict(0, SIZE);
            assertEquals(0, Memory.residentAt(region.address()));
            try (FileChannel channel = FileChannel.open(file)) {
                ByteBuffer read = ByteBuffer.allocate(SIZE);
                while (read.hasRemaining() && channel.read(read) > 0) {
                    continue;
                }
                assertArrayEquals(expected, read.array());
            }
            assertArrayEquals(expected, bytes(region));
            assertEquals(0, region.faults());
        }
    }

    @Test
    void whatWasChangedPrivatelyIsNotLost() throws IOException {
        try (MappedRegion region = map(MapMode.PRIVATE)) {
            region.load(0, SIZE);
            region.put(5 * PAGE, (byte) 0);
            region.evict(0, SIZE);
            byte[] expected = TestFiles.content(0, SIZE);
            assertArrayEquals(expected, Files.readAllBytes(file));
            expected[5 * PAGE] = 0;
            assertArrayEquals(expected, bytes(region));
        }
    }

    @Test
    void whatIsLockedIsNotEvicted() throws IOException {
        try (MappedRegion region = map(MapMode.READ_WRITE)) {
            region.lock(10 * PAGE, 10);
            UnsupportedOperationException e =
                    assertThrows(UnsupportedOperationException.class, () -> region.evict(0, SIZE));
            assertTrue(e.getMessage().contains("locked"), e.getMessage());
            assertEquals(PAGE, lockedAt(region.address() + 10 * PAGE));
            region.unlock(10 * PAGE, 10);
            region.evict(0, SIZE);
            assertEquals(0, Memory.residentAt(region.address()));
        }
    }

    // ---- residency

    /** Locked pages are certainly in memory, and those that nobody has used are not. */
    @Test
    void residencyIsThatOfThePagesOfItsRange() throws IOException {
        Path sparse = TestFiles.newSparseFile(SIZE);
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
            try (MappedRegion region = MappedRegion.map(file, mode, MapOptions.defaults())) {
                region.lock(0, SIZE);
                assertEquals("256 of 256 pages resident, unknown dirty", region.residency(0, SIZE).toString());
                assertEquals(3, region.residency(10 * PAGE - 1, PAGE + 2).pages());
                assertEquals(3, region.residency(10 * PAGE - 1, PAGE + 2).resident().orElseThrow());
                assertEquals(1, region.slice(5 * PAGE + 1, 100).residency(0, 100).resident().orElseThrow());
                assertEquals(0, region.residency(SIZE, 0).pages());
                assertEquals(0, region.residency(SIZE, 0).resident().orElseThrow());
            }
        }
        try (MappedRegion region = MappedRegion.map(sparse, MapMode.READ_ONLY, MapOptions.defaults().advice(Advice.RANDOM))) {
            assertEquals(0, region.residency(0, SIZE).resident().orElseThrow());
            region.lock(10 * PAGE, 1);
            assertEquals(1, region.residency(10 * PAGE, PAGE).resident().orElseThrow());
            assertEquals(0, region.residency(100 * PAGE, 100 * PAGE).resident().orElseThrow());
        }
        Files.delete(sparse);
    }

    // ---- lock

    @Test
    void lockedPagesAreThoseOfTheRange() throws IOException {
        try (MappedRegion region = map(MapMode.READ_WRITE)) {
            region.lock(10 * PAGE + 100, PAGE);
            assertEquals(2 * PAGE, lockedAt(region.address() + 10 * PAGE));
            assertEquals(2 * PAGE, Memory.residentAt(region.address() + 10 * PAGE));
            assertEquals(0, lockedAt(region.address()));
            region.lock(10 * PAGE, PAGE); // They do not nest.
            region.unlock(10 * PAGE, 1);
            assertEquals(0, lockedAt(region.address() + 10 * PAGE));
            assertEquals(PAGE, lockedAt(region.address() + 11 * PAGE));
            region.unlock(0, SIZE);
            region.unlock(0, SIZE);
            assertEquals(1, Memory.rangesOf(file).size());
            assertFalse(flagsAt(region.address()).contains("lo"));
        }
    }

    /** Root may lock what it likes: somebody else, with a limit of 64 KiB. */
    @Test
    void lockingBeyondTheLimitSaysTheLimitAndTheWish() {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit");
        String output = ChildJvm.runUnprivileged(FewLocks.class, List.of(), "here").succeeded();
        assertTrue(output.contains("nothing is locked"), output);
    }

    /** A program: lowers its own limit, and locks more. */
    static final class FewLocks {

        private static final int LIMIT = 16 * PAGE;

        public static void main(String[] args) throws Exception {
            String pid = Long.toString(ProcessHandle.current().pid());
            int status = new ProcessBuilder("prlimit", "--pid", pid, "--memlock=" + LIMIT).inheritIO().start().waitFor();
            assertEquals(0, status);
            Path file = TestFiles.newFile(SIZE);
            try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults())) {
                region.lock(0, LIMIT);
                assertEquals(LIMIT, lockedAt(region.address()));
                refused(LIMIT + PAGE, () -> region.lock(100 * PAGE, LIMIT + PAGE));
                assertEquals(0, lockedAt(region.address() + 100 * PAGE));
                refused(SIZE, () -> region.lock(0, SIZE));
                assertEquals(0, lockedAt(region.address())); // No page of the range.
                assertEquals(TestFiles.byteAt(SIZE - 1), region.get(SIZE - 1));
            }
            refused(SIZE, () -> MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults().lock()));
            assertEquals(List.of(), Memory.rangesOf(file));
            System.out.println("nothing is locked");
        }

        private interface Call {
            void run() throws IOException;
        }

        private static void refused(int wish, Call call) {
            IOException e = assertThrows(IOException.class, call::run);
            assertTrue(e.getMessage().startsWith("cannot lock " + wish + " bytes at offset "), e.getMessage());
            assertTrue(e.getMessage().contains("may lock " + LIMIT + " bytes in all (RLIMIT_MEMLOCK)"), e.getMessage());
        }
    }
}
