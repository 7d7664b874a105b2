package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferTask;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Targets that cannot take all, because the disk is full or the process may make no larger files: every byte is
 * delivered, reported as taken and lost, or still to be had from the source.
 */
class TransferToFullDiskTest {

    /** More than the target takes. */
    private static final int SIZE = 6 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"", "copy_file_range", "copy_file_range,sendfile", "splice"})
    void fullDisk(String disabled) throws Exception {
        Path folder = TestFiles.newFolder();
        List<String> launcher = FileCopyRouteTest.mounted("mount -t tmpfs -o size=10m tmpfs " + folder);
        run(launcher, disabled, folder, folder.resolve("source"), "No space left on device");
    }

    /** The JVM ignores SIGXFSZ, and the kernel says EFBIG. */
    @ParameterizedTest
    @ValueSource(strings = {"", "copy_file_range", "copy_file_range,sendfile", "splice"})
    void limitOfFileSizes(String disabled) throws Exception {
        List<String> launcher = List.of("prlimit", "--fsize=" + (4 << 20));
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "no prlimit");
        run(launcher, disabled, TestFiles.newFolder(), TestFiles.newFile(SIZE), "File too large");
    }

    private static void run(List<String> launcher, String disabled, Path folder, Path source, String message) {
        String output = ChildJvm.runThrough(launcher, SmallTarget.class, List.of("-Dio.ferronio.disable=" + disabled),
                folder.toString(), source.toString(), TestFiles.newFile(SIZE).toString(), message).succeeded();
        assertTrue(output.contains("every byte is accounted for"), output);
    }

    /** A program: transfers more than a target can take, until that fails. */
    static final class SmallTarget {

        /** One call. */
        private interface Transfer {
            /** Transfers to the place in the target where the last call has ended. */
            long move(long position) throws IOException;
        }

        /**
         * How a series of calls has ended.
         *
         * @param delivered bytes that have reached the target
         * @param undelivered bytes that are said to be lost
         * @param message of the exception
         */
        private record End(long delivered, long undelivered, String message) {
        }

        private final Path target;
        private final String message;

        private SmallTarget(Path target, String message) {
            this.target = target;
            this.message = message;
        }

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            Path near = Path.of(args[1]);
            Path far = Path.of(args[2]);
            if (Files.notExists(near)) {
                Files.copy(far, near);
            }
            SmallTarget test = new SmallTarget(folder.resolve("target"), args[3]);
            for (ChannelPair.Kind kind : List.of(ChannelPair.Kind.TCP, ChannelPair.Kind.UNIX, ChannelPair.Kind.PIPE)) {
                test.fromStream(kind, StandardOpenOption.WRITE);
                test.fromStream(kind, StandardOpenOption.APPEND);
            }
            test.fromForeignChannel();
            for (Path source : List.of(near, far)) {
                for (StandardOpenOption option : List.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                    assertEquals(test.fromFile(TransferMethod.JDK, source, option),
                            test.fromFile(TransferMethod.FERRONIO, source, option));
                    assertEquals(test.toFile(TransferMethod.JDK, source, option),
                            test.toFile(TransferMethod.FERRONIO, source, option));
                }
            }
            System.out.println("every byte is accounted for");
        }

        /** Calls until one fails. */
        private End untilFailure(Transfer transfer) throws IOException {
            long moved = 0;
            while (moved < SIZE) {
                try {
                    long n = transfer.move(moved);
                    assertTrue(n > 0, "nothing was moved, and nothing is said");
                    moved += n;
                } catch (IOException e) {
                    assertEquals(message, e.getMessage());
                    long delivered = 0;
                    long undelivered = 0;
                    for (Throwable suppressed : e.getSuppressed()) {
                        delivered += ((TransferException) suppressed).delivered();
                        undelivered += ((TransferException) suppressed).undelivered();
                    }
                    assertTrue(e.getSuppressed().length == 0 || undelivered > 0);
                    assertHolds(moved + delivered);
                    return new End(moved + delivered, undelivered, e.getMessage());
                }
            }
            throw new AssertionError("all was moved");
        }

        private void assertHolds(long size) throws IOException {
            assertArrayEquals(TestFiles.content(0, (int) size), Files.readAllBytes(target));
            assertTrue(size > 0);
        }

        private FileChannel open(StandardOpenOption option) throws IOException {
            Files.deleteIfExists(target);
            return FileChannel.open(target, StandardOpenOption.CREATE, option);
        }

        private void fromStream(ChannelPair.Kind kind, StandardOpenOption option) throws Exception {
            try (ChannelPair pair = ChannelPair.open(kind); FileChannel file = open(option)) {
                TransferTask<Void> writer = TransferTask.start(() -> {
                    try (WritableByteChannel sink = pair.sink()) {
                        ByteBuffer content = ByteBuffer.wrap(TestFiles.content(0, SIZE));
                        while (content.hasRemaining()) {
                            sink.write(content);
                        }
                    }
                    return null;
                });
                End end = untilFailure(position -> Transfers.transferFrom(file, pair.source(), position, SIZE));
                long left = ChannelBytes.discard(pair.source());
                writer.result();
                assertEquals(SIZE, end.delivered() + end.undelivered() + left, end::toString);
            }
        }

        private void fromForeignChannel() throws IOException {
            ByteArrayInputStream stream = new ByteArrayInputStream(TestFiles.content(0, SIZE));
            try (FileChannel file = open(StandardOpenOption.WRITE)) {
                End end = untilFailure(position ->
                        Transfers.transferFrom(file, Channels.newChannel(stream), position, SIZE));
                assertEquals(SIZE, end.delivered() + end.undelivered() + stream.available(), end::toString);
            }
        }

        /** Nothing is lost of a file: its position is where the target ends. */
        private End fromFile(TransferMethod method, Path path, StandardOpenOption option) throws IOException {
            try (FileChannel source = FileChannel.open(path); FileChannel file = open(option)) {
                End end = untilFailure(position -> method.transferFrom(file, source, position, SIZE));
                assertEquals(new End(source.position(), 0, message), end);
                return end;
            }
        }

        private End toFile(TransferMethod method, Path path, StandardOpenOption option) throws IOException {
            try (FileChannel source = FileChannel.open(path); FileChannel file = open(option)) {
                End end = untilFailure(position -> method.transferTo(source, position, SIZE, file));
                assertEquals(new End(file.position(), 0, message), end);
                return end;
            }
        }
    }
}
