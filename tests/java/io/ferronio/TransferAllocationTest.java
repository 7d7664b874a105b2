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
import java.nio.channels.FileChannel;
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
    private static final Path FILE = TestFiles.newFile(4096);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the measurement itself may take, and the JVM when it replaces compiled code. */
    private static final long MOST = 1000;

    private static void assertAllocatesNothing(FileChannel source, WritableByteChannel target) throws IOException {
        transfer(source, target, WARM_UP);
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        transfer(source, target, TRANSFERS);
        long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        assertTrue(allocated < MOST, allocated + " bytes in " + TRANSFERS + " transfers");
    }

    private static void transfer(FileChannel source, WritableByteChannel target, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Transfers.transferTo(source, i & 1023, COUNT, target);
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
}
