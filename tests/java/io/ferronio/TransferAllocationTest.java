package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A transfer allocates nothing. */
class TransferAllocationTest {

    private static final int WARM_UP = 20_000;
    private static final int TRANSFERS = 20_000;
    private static final int COUNT = 512;
    /** More than is left to the JDK. */
    private static final int LARGE = 10_000;
    private static final Path FILE = TestFiles.newFile(4096);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the measurement itself may take, and the JVM when it replaces compiled code. */
    private static final long MOST = 1000;

    /** A transfer. */
    private interface Transfer {
        void run(int number) throws IOException;
    }

    private static void assertAllocatesNothing(FileChannel source, WritableByteChannel target) throws IOException {
        assertAllocatesNothing(i -> Transfers.transferTo(source, i & 1023, COUNT, target));
    }

    private static void assertAllocatesNothing(Transfer transfer) throws IOException {
        repeat(transfer, WARM_UP);
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        repeat(transfer, TRANSFERS);
        long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        assertTrue(allocated < MOST, allocated + " bytes in " + TRANSFERS + " transfers");
    }

    private static void repeat(Transfer transfer, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            transfer.run(i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void toWhatIsRead(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(kind)) {
            TransferTask<Long> reader = TransferTask.start(() -> ChannelBytes.discard(pair.source()));
            assertAllocatesNothing(source, pair.sink());
            pair.sink().close();
            assertEquals((long) (WARM_UP + TRANSFERS) * COUNT, reader.result());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "PIPE"})
    void toWhatIsFull(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                ChannelPair pair = ChannelPair.open(kind).nonBlocking().filled()) {
            assertAllocatesNothing(source, pair.sink());
        }
    }

    @Test
    void toAFile() throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
            assertAllocatesNothing(source, target);
            assertEquals((long) (WARM_UP + TRANSFERS) * COUNT, target.position());
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void toAFileFromWhatIsWritten(ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = ChannelPair.open(kind);
                FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
            TransferTask<Void> writer = TransferTask.start(() -> {
                write(pair.sink());
                return null;
            });
            assertAllocatesNothing(i -> assertEquals(LARGE, Transfers.transferFrom(target, pair.source(), i, LARGE)));
            pair.source().close();
            writer.result();
        }
    }

    private static void write(WritableByteChannel sink) {
        ByteBuffer content = ByteBuffer.allocateDirect(LARGE);
        try {
            while (sink.isOpen()) {
                sink.write(content.clear());
            }
        } catch (IOException e) {
            return; // The reader has enough.
        }
    }

    @Test
    void toAFileFromAFile() throws Exception {
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
            assertAllocatesNothing(i -> {
                source.position(i & 1023);
                Transfers.transferFrom(target, source, i, COUNT);
            });
        }
    }

    /** A channel of somebody's, which takes and gives all that there is. */
    private static final class Anything implements ReadableByteChannel, WritableByteChannel {
        @Override
        public int read(ByteBuffer buffer) {
            return write(buffer);
        }

        @Override
        public int write(ByteBuffer buffer) {
            int length = buffer.remaining();
            buffer.position(buffer.limit());
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void toAndFromOtherChannels() throws Exception {
        Anything channel = new Anything();
        try (FileChannel file = FileChannel.open(TestFiles.newFile(LARGE), StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            assertAllocatesNothing(i -> Transfers.transferTo(file, 0, LARGE, channel));
            assertAllocatesNothing(i -> Transfers.transferFrom(file, channel, 0, LARGE));
        }
    }
}
