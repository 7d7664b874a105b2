package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on virtual threads whose targets are full, on a single carrier that must not be missed: it gets no help. */
class TransferParkingTest {

    @BeforeAll
    static void assumeVirtualThreads() {
        Carrier.VIRTUAL.assume();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stuckRunsLeaveTheOnlyCarrierToOthers(boolean blocking) {
        String output = ChildJvm.run(StuckSenders.class, List.of("-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1"), Boolean.toString(blocking)).succeeded();
        assertTrue(output.contains("all arrived"), output);
    }

    /** The program of the child JVM. */
    static final class StuckSenders {
        private static final int SENDERS = 64;
        private static final int SIZE = 1 << 20;
        private static final int HEADER = 100;

        private StuckSenders() {
        }

        public static void main(String[] args) throws Exception {
            boolean blocking = Boolean.parseBoolean(args[0]);
            Path file = TestFiles.newFile(SIZE);
            List<ChannelPair> pairs = new ArrayList<>();
            List<TransferTask<Long>> runs = new ArrayList<>();
            try (FileChannel source = FileChannel.open(file)) {
                for (int i = 0; i < SENDERS; i++) {
                    ChannelPair pair = ChannelPair.open(i % 2 == 0 ? ChannelPair.Kind.TCP : ChannelPair.Kind.UNIX);
                    ((SelectableChannel) pair.sink()).configureBlocking(blocking);
                    pairs.add(pair);
                    Transfer transfer = Transfer.from(source, 0, SIZE).to(pair.sink())
                            .header(ByteBuffer.allocate(HEADER));
                    runs.add(TransferTask.start(Carrier.VIRTUAL, () -> transfer.run().bytes()));
                }
                for (ChannelPair pair : pairs) {
                    ChannelBytes.read(pair.source(), HEADER);
                }
                for (TransferTask<Long> run : runs) {
                    run.awaitParked();
                }
                // Another virtual thread runs, and is done.
                TransferTask.start(Carrier.VIRTUAL, () -> "done").result();
                for (int i = 0; i < SENDERS; i++) {
                    byte[] content = ChannelBytes.read(pairs.get(i).source(), SIZE);
                    if (content[SIZE - 1] != TestFiles.byteAt(SIZE - 1) || runs.get(i).result() != HEADER + SIZE) {
                        throw new AssertionError("sender " + i);
                    }
                    pairs.get(i).close();
                }
            }
            System.out.println("all arrived");
        }
    }
}
