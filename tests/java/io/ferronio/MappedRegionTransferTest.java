package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link MappedRegion#transferTo}: all bytes, or as many as the channel takes. */
class MappedRegionTransferTest {

    private static final int SIZE = ChannelPair.MORE_THAN_FITS;

    private final Path file = TestFiles.newFile(SIZE);

    private MappedRegion map() throws IOException {
        return MappedRegion.map(file, MapMode.READ_ONLY, MapOptions.defaults());
    }

    @Test
    void toAFile() throws IOException {
        Path target = TestFiles.newFile(1_000);
        try (MappedRegion region = map(); MappedRegion slice = region.slice(5_001, 100_000);
                FileChannel writer = FileChannel.open(target, StandardOpenOption.WRITE);
                FileChannel appender = FileChannel.open(target, StandardOpenOption.APPEND)) {
            writer.position(500);
            assertEquals(10_000, region.transferTo(700, 10_000, writer));
            assertEquals(10_500, writer.position());
            assertEquals(0, region.transferTo(SIZE, 0, writer));
            assertEquals(99_999, slice.transferTo(1, 99_999, appender));
        }
        byte[] expected = Arrays.copyOf(TestFiles.content(0, 500), 110_499);
        System.arraycopy(TestFiles.content(700, 10_000), 0, expected, 500, 10_000);
        System.arraycopy(TestFiles.content(5_002, 99_999), 0, expected, 10_500, 99_999);
        assertArrayEquals(expected, Files.readAllBytes(target));
    }

    @ParameterizedTest
    @EnumSource(ChannelPair.Kind.class)
    void toAChannelThatBlocks(ChannelPair.Kind kind) throws Exception {
        try (MappedRegion region = map(); ChannelPair pair = ChannelPair.open(kind)) {
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.read(pair.source(), SIZE - 100));
            assertEquals(SIZE - 100, region.transferTo(100, SIZE - 100, pair.sink()));
            assertArrayEquals(TestFiles.content(100, SIZE - 100), reader.result());
        }
    }

    @ParameterizedTest
    @EnumSource(value = ChannelPair.Kind.class, names = {"TCP", "UNIX", "PIPE"})
    void toAChannelThatDoesNotBlock(ChannelPair.Kind kind) throws Exception {
        try (MappedRegion region = map(); ChannelPair pair = ChannelPair.open(kind).nonBlocking()) {
            long part = region.transferTo(100, SIZE - 100, pair.sink());
            assertTrue(part > 0 && part < SIZE - 100, part + " bytes");
            assertArrayEquals(TestFiles.content(100, (int) part), ChannelBytes.read(pair.source(), (int) part));
        }
        if (kind != ChannelPair.Kind.TCP) {
            try (MappedRegion region = map(); ChannelPair pair = ChannelPair.open(kind).nonBlocking().filled()) {
                assertEquals(0, region.transferTo(0, 1_000, pair.sink()));
            }
        }
    }

    @Test
    void toAStream() throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (MappedRegion region = map()) {
            assertEquals(SIZE, region.transferTo(0, SIZE, Channels.newChannel(stream)));
        }
        assertArrayEquals(TestFiles.content(0, SIZE), stream.toByteArray());
    }

    /** Takes little at a time, and after some time nothing. */
    private static final class SlowChannel implements WritableByteChannel {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int most;

        SlowChannel(int most) {
            this.most = most;
        }

        @Override
        public int write(ByteBuffer source) {
            assertTrue(source.isReadOnly());
            int count = Math.min(Math.min(source.remaining(), 7), most - taken.size());
            for (int i = 0; i < count; i++) {
                taken.write(source.get());
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new AssertionError("nobody closes it");
        }
    }

    @Test
    @SuppressWarnings("resource") // There is nothing to close.
    void whatAChannelDoesNotTakeIsNotCounted() throws IOException {
        try (MappedRegion region = map()) {
            SlowChannel all = new SlowChannel(SIZE);
            assertEquals(1_000, region.transferTo(10, 1_000, all));
            assertArrayEquals(TestFiles.content(10, 1_000), all.taken.toByteArray());
            SlowChannel part = new SlowChannel(100);
            assertEquals(100, region.transferTo(10, 1_000, part));
            assertArrayEquals(TestFiles.content(10, 100), part.taken.toByteArray());
            assertEquals(0, region.transferTo(10, 1_000, part));
        }
    }

    @Test
    void badInputIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path target = TestFiles.newFile(0);
        FileChannel closed = FileChannel.open(target, StandardOpenOption.WRITE);
        closed.close();
        try (MappedRegion region = map(); FileChannel writer = FileChannel.open(target, StandardOpenOption.WRITE);
                FileChannel reader = FileChannel.open(target)) {
            for (long[] range : new long[][] {{-1, 1}, {0, -1}, {0, SIZE + 1}, {SIZE, 1}, {1, Long.MAX_VALUE},
                    {Long.MAX_VALUE, Long.MAX_VALUE}, {Long.MIN_VALUE, 1}}) {
                assertThrows(IndexOutOfBoundsException.class,
                        () -> region.transferTo(range[0], range[1], writer));
            }
            assertThrows(NullPointerException.class, () -> region.transferTo(0, 1, null));
            assertThrows(NonWritableChannelException.class, () -> region.transferTo(0, 1, reader));
            assertThrows(ClosedChannelException.class, () -> region.transferTo(0, 1, closed));
        }
        assertEquals(0, Files.size(target));
    }

    /** The kernel cannot read them either, and says so. */
    @Test
    void pagesThatCannotBeHadAreAnException() throws IOException {
        Path target = TestFiles.newFile(0);
        try (MappedRegion region = map(); FileChannel writer = FileChannel.open(target, StandardOpenOption.WRITE)) {
            TestFiles.setSize(file, 8_192);
            IOException e = assertThrows(IOException.class, () -> region.transferTo(8_192, 100, writer));
            assertEquals("Bad address", e.getMessage());
            assertEquals(100, region.transferTo(8_000, 100, writer));
        }
        assertArrayEquals(TestFiles.content(8_000, 100), Files.readAllBytes(target));
    }
}
