package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The two ways to count, cachestat(2) and mincore(2), against what was written, and so against each other. */
class PageCacheEngineTest {

    private static final int PAGE = 4096;
    private static final int PAGES = 64;
    private static final long SIZE = PAGES * PAGE - 1000;
    private static final Path TMPFS = Path.of("/dev/shm");

    /** A new file in memory: its pages come when they are written, and stay. */
    private static FileChannel open() throws IOException {
        Assumptions.assumeTrue(Files.isWritable(TMPFS) && Files.getFileStore(TMPFS).type().equals("tmpfs"),
                "no filesystem in memory");
        Path path = Files.createTempFile(TMPFS, "ferronio-test-", null);
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(path);
        }
    }

    @Property(tries = 300)
    void bothWaysCountWhatWasWritten(@ForAll Set<@IntRange(max = PAGES - 1) Integer> written,
            @ForAll @LongRange(max = SIZE + 3 * PAGE) long position,
            @ForAll @LongRange(max = SIZE + 3 * PAGE) long length) throws IOException {
        try (FileChannel file = open()) {
            file.write(ByteBuffer.allocate(1), SIZE - 1);
            file.truncate(SIZE - 1);
            file.write(ByteBuffer.allocate(1), 0);
            for (int page : written) {
                file.write(ByteBuffer.allocate(1), (long) page * PAGE);
            }
            file.write(ByteBuffer.allocate(1), SIZE - 1);
            long end = Math.min(position + length, SIZE);
            long[] asked = LongStream.range(0, PAGES)
                    .filter(page -> position < end && page * PAGE < end && (page + 1) * PAGE > position).toArray();
            long expected = LongStream.of(asked)
                    .filter(page -> page == 0 || page == PAGES - 1 || written.contains((int) page)).count();

            assertEquals(new ResidentPages(asked.length, OptionalLong.of(expected),
                    expected == 0 && asked.length == 0 ? OptionalLong.of(0) : OptionalLong.empty()),
                    PageCacheEngine.mapped(file, position, end));
            ResidentPages cached = PageCacheEngine.cached(file, position, end);
            if (cached != null) { // Linux 6.5
                assertEquals(new ResidentPages(asked.length, OptionalLong.of(expected), OptionalLong.of(0)), cached);
            }
            ResidentPages told = PageCacheEngine.residency(file, position, length);
            assertEquals(List.of((long) asked.length, OptionalLong.of(expected)),
                    List.of(told.pages(), told.resident()));
        }
    }

    /** As a region's: from any address. */
    @Property(tries = 100)
    void mappedMemoryIsCountedAlike(@ForAll @LongRange(max = SIZE) long offset,
            @ForAll @LongRange(max = SIZE) long length) throws IOException {
        long some = Math.min(length, SIZE - offset);
        try (FileChannel file = open()) {
            file.write(ByteBuffer.allocate(1), SIZE - 1);
            file.write(ByteBuffer.allocate(3 * PAGE), 10 * PAGE);
            MappedMemory memory = MappedMemory.map(file, FileChannel.MapMode.READ_ONLY, 0, SIZE);
            try {
                ResidentPages counted = ResidentPages.ofMemory(memory.address() + offset, some, true);
                ResidentPages ofFile = PageCacheEngine.mapped(file, offset, offset + some);
                assertEquals(ofFile, counted);
                assertEquals(ResidentPages.ofMemory(memory.address() + offset, some, false).pages(), counted.pages());
            } finally {
                memory.retire();
            }
        }
    }

    @Test
    void whatIsNotToldIsUnknown() throws IOException {
        try (FileChannel file = open()) {
            file.write(ByteBuffer.allocate(1), SIZE - 1);
            MappedMemory memory = MappedMemory.map(file, FileChannel.MapMode.READ_ONLY, 0, SIZE);
            try {
                long last = memory.address() + SIZE - 1; // In memory, as the kernel would claim of all.
                assertEquals(ResidentPages.unknown(1), ResidentPages.ofMemory(last, 1, false));
                // It does not claim that a page is missing which is there.
                assertEquals(new ResidentPages(PAGES, OptionalLong.of(1), OptionalLong.empty()),
                        ResidentPages.ofMemory(memory.address(), SIZE, false));
            } finally {
                memory.retire();
            }
        }
        // mmap(2) is only for files that are open for reading.
        try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE), StandardOpenOption.WRITE)) {
            assertEquals(ResidentPages.unknown(PAGES), PageCacheEngine.mapped(file, 0, SIZE));
        }
    }

    @Test
    void mincoreTellsWhoMayWriteOrOwns() throws Exception {
        Path readable = TestFiles.newSparseFile(SIZE, "rw-r--r--");
        Path writable = TestFiles.newSparseFile(SIZE, "rw-rw-rw-");
        String output = ChildJvm.runUnprivileged(Stranger.class, List.of(), readable.toString(), writable.toString())
                .succeeded();
        assertTrue(output.contains("told what may be told"), output);
    }

    /** A program: a file that it may only read (unless the test is no root), one that it may write, one of its own. */
    static final class Stranger {
        private Stranger() {
        }

        public static void main(String[] args) throws Exception {
            Path own = TestFiles.newSparseFile(SIZE);
            for (Path path : List.of(Path.of(args[0]), Path.of(args[1]), own)) {
                try (FileChannel file = FileChannel.open(path)) {
                    OptionalLong expected = Files.isWritable(path) ? OptionalLong.of(0) : OptionalLong.empty();
                    assertEquals(new ResidentPages(PAGES, expected, OptionalLong.empty()),
                            PageCacheEngine.mapped(file, 0, SIZE), path::toString);
                    // cachestat(2) tells no less, and older kernels tell everybody.
                    ResidentPages told = PageCacheEngine.residency(file, 0, SIZE);
                    assertFalse(expected.isPresent() && told.resident().isEmpty(), told::toString);
                    assertEquals(0, told.resident().orElse(0), told::toString);
                }
            }
            System.out.println("told what may be told");
        }
    }
}
