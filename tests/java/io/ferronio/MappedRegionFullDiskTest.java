package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * {@link MapOptions#reserve} where there is no space, and sizes beyond a limit: an exception of {@code map} or
 * {@code resize}, and region and file are what they were.
 */
class MappedRegionFullDiskTest {

    @Test
    void aFullTmpfs() throws Exception {
        Path folder = TestFiles.newFolder();
        onSmallDisk("mount -t tmpfs -o size=1m tmpfs " + folder, folder);
    }

    @Test
    void aFullExt4() throws Exception {
        Path disk = TestFiles.newSparseFile(4 << 20);
        Path folder = TestFiles.newFolder();
        onSmallDisk("mkfs.ext4 -q -F -m 0 -O ^has_journal %s; mount -o loop %s %s".formatted(disk, disk, folder), folder);
    }

    @Test
    void aFullXfs() throws Exception {
        Path disk = TestFiles.newSparseFile(320 << 20);
        Path folder = TestFiles.newFolder();
        onSmallDisk("mkfs.xfs -q -f %s; mount -o loop %s %s; fallocate -l 200M %s/other"
                .formatted(disk, disk, folder, folder), folder);
    }

    private static void onSmallDisk(String script, Path folder) throws Exception {
        String output = ChildJvm.runThrough(FileCopyRouteTest.mounted(script), SmallDisk.class, List.of(),
                folder.toString()).succeeded();
        assertTrue(output.contains("all is as it was"), output);
    }

    /** A program: reserves more than there is, in a folder on a small disk. */
    static final class SmallDisk {

        private static final int SIZE = 100_000;
        private static final int TOO_MUCH = 400 << 20;

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0], "data");
            Files.write(file, TestFiles.content(0, SIZE));
            MapOptions reserve = MapOptions.defaults().maxSize(TOO_MUCH).reserve();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                for (int position : new int[] {0, 5_000, 200_000}) {
                    refused(() -> MappedRegion.map(channel, MapMode.READ_WRITE, position, TOO_MUCH, reserve));
                    assertEquals(List.of(), Memory.rangesOf(file));
                    assertUnchanged(file);
                }
            }
            try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, reserve)) {
                for (int i = 0; i < 3; i++) {
                    refused(() -> region.resize(TOO_MUCH));
                    assertEquals(SIZE, region.size());
                    assertUnchanged(file);
                }
                region.resize(SIZE + 50_000); // There is as much as there was.
                region.fill(SIZE, 50_000, (byte) 1);
                assertEquals(0, region.faults());
                region.force();
                region.resize(SIZE);
            }
            assertUnchanged(file);
            // Without reserving it is only a size, and a page that cannot be had is missed when it is written.
            try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE,
                    MapOptions.defaults().maxSize(TOO_MUCH))) {
                region.resize(TOO_MUCH);
                assertEquals(TOO_MUCH, Files.size(file));
                assertEquals(0, region.get(TOO_MUCH - 1));
                region.resize(SIZE);
            }
            assertUnchanged(file);
            System.out.println("all is as it was");
        }

        private interface Call {
            void run() throws IOException;
        }

        private static void refused(Call call) {
            IOException e = assertThrows(IOException.class, call::run);
            assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
        }

        private static void assertUnchanged(Path file) throws IOException {
            assertArrayEquals(TestFiles.content(0, SIZE), Files.readAllBytes(file));
        }
    }

    private static void limited(String limit, Class<?> program, String... args) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit");
        String output = ChildJvm.runThrough(List.of("prlimit", limit), program, List.of("-Xmx64m", "-XX:+UseSerialGC"),
                args).succeeded();
        assertTrue(output.contains("all is as it was"), output);
    }

    /** The JVM ignores SIGXFSZ, and the kernel says EFBIG. */
    @Test
    void beyondTheLimitOfFileSizes() throws Exception {
        limited("--fsize=" + (1 << 20), SmallFiles.class);
    }

    /** A program: makes a file larger than it may. */
    static final class SmallFiles {
        public static void main(String[] args) throws IOException {
            Path file = TestFiles.newFile(100_000);
            for (MapOptions options : List.of(MapOptions.defaults().maxSize(8 << 20),
                    MapOptions.defaults().maxSize(8 << 20).reserve())) {
                try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, options)) {
                    IOException e = assertThrows(IOException.class, () -> region.resize((1 << 20) + 1));
                    assertTrue(e.getMessage().contains("File too large"), e.getMessage());
                    assertEquals(100_000, region.size());
                    assertEquals(100_000, Files.size(file));
                    region.resize(1 << 20);
                    region.resize(100_000);
                }
                assertArrayEquals(TestFiles.content(0, 100_000), Files.readAllBytes(file));
            }
            System.out.println("all is as it was");
        }
    }

    @Test
    void beyondTheLimitOfAddresses() throws Exception {
        limited("--as=" + (8L << 30), FewAddresses.class);
    }

    /** A program: takes more addresses than it may. */
    static final class FewAddresses {
        public static void main(String[] args) throws IOException {
            Path file = TestFiles.newFile(100_000);
            for (MapMode mode : List.of(MapMode.READ_WRITE, MapMode.READ_ONLY, MapMode.PRIVATE)) {
                IOException e = assertThrows(IOException.class,
                        () -> MappedRegion.map(file, mode, MapOptions.defaults().maxSize(9L << 30)));
                assertTrue(e.getMessage().contains("RLIMIT_AS"), e.getMessage());
                assertEquals(List.of(), Memory.rangesOf(file));
                try (MappedRegion region = MappedRegion.map(file, mode, MapOptions.defaults().maxSize(1L << 30))) {
                    byte[] bytes = new byte[100_000];
                    region.get(0, bytes, 0, bytes.length);
                    assertTrue(Arrays.equals(TestFiles.content(0, bytes.length), bytes));
                }
            }
            System.out.println("all is as it was");
        }
    }
}
