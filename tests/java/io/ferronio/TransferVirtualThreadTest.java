package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A virtual thread whose target is full parks: its carrier is free for others, until the target takes bytes again. */
class TransferVirtualThreadTest {

    private static final int THREADS = 64;
    private static final int SIZE = 1 << 20;
    private static final Path FILE = TestFiles.newFile(SIZE);

    @BeforeAll
    static void assumeVirtualThreads() {
        Carrier.VIRTUAL.assume();
    }

    /** A virtual thread in a transfer that does not end by itself. */
    private record Sender(FileChannel source, ChannelPair pair, TransferTask<Long> transfer) implements AutoCloseable {
        static Sender start(ChannelPair pair) throws IOException {
            FileChannel source = FileChannel.open(FILE);
            return new Sender(source, pair, TransferTask.start(Carrier.VIRTUAL,
                    () -> Transfers.transferTo(source, 0, SIZE, pair.sink())));
        }

        @Override
        public void close() throws IOException {
            try (source; pair) {
                return;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void stuckTransfersLeaveTheCarriersToOthers(ChannelPair.Kind kind) throws Exception {
        List<Sender> senders = new ArrayList<>();
        try {
            for (int i = 0; i < THREADS; i++) {
                senders.add(Sender.start(ChannelPair.open(kind)));
            }
            for (Sender sender : senders) {
                assertArrayEquals(TestFiles.content(0, 1), ChannelBytes.read(sender.pair.source(), 1));
                sender.transfer.awaitParked();
            }
            assertEquals("done", TransferTask.start(Carrier.VIRTUAL, () -> "done").result());

            // A quarter each: the reader goes, the sender's channel is closed, the thread is interrupted, all is read.
            for (int i = 0; i < THREADS; i++) {
                Sender sender = senders.get(i);
                switch (i % 4) {
                    case 0:
                        sender.pair.source().close();
                        assertPartial(sender);
                        break;
                    case 1:
                        sender.pair.sink().close();
                        assertPartial(sender);
                        break;
                    case 2:
                        sender.transfer.interrupt();
                        assertThrows(ClosedByInterruptException.class, sender.transfer::result);
                        break;
                    default:
                        byte[] rest = ChannelBytes.read(sender.pair.source(), SIZE - 1);
                        assertArrayEquals(TestFiles.content(1, SIZE - 1), rest);
                        assertEquals(SIZE, sender.transfer.result());
                        break;
                }
            }
        } finally {
            for (Sender sender : senders) {
                sender.close();
            }
        }
    }

    private static void assertPartial(Sender sender) throws Exception {
        long moved = sender.transfer.result();
        assertTrue(moved > 0 && moved < SIZE, moved + " bytes");
    }

    /** Once a virtual thread has used a socket, it is non-blocking to the kernel and still blocking to its users. */
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "PIPE"})
    void platformThreadWaitsForATargetThatAVirtualThreadHasUsed(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(kind)) {
            assertEquals(1, TransferTask.start(Carrier.VIRTUAL,
                    () -> Transfers.transferTo(source, 0, 1, pair.sink())).result());
            pair.filled();
            TransferTask<Long> transfer = TransferTask.start(() -> Transfers.transferTo(source, 9, 1000, pair.sink()));
            transfer.awaitWaiting();
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
            assertEquals(1000, transfer.result());
            pair.sink().close();
            byte[] all = reader.result();
            assertArrayEquals(TestFiles.content(9, 1000), Arrays.copyOfRange(all, all.length - 1000, all.length));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "PIPE"})
    void targetInNonBlockingModeIsNotWaitedFor(ChannelPair.Kind kind) throws Exception {
        try (FileChannel source = FileChannel.open(FILE); ChannelPair pair = ChannelPair.open(kind).nonBlocking()) {
            long moved = TransferTask.start(Carrier.VIRTUAL, () -> {
                long sum = 0;
                for (long n; (n = Transfers.transferTo(source, sum, SIZE, pair.sink())) > 0;) {
                    sum += n;
                }
                return sum;
            }).result();
            assertTrue(moved > 0 && moved < SIZE, moved + " bytes");
            assertArrayEquals(TestFiles.content(0, (int) moved), ChannelBytes.read(pair.source(), (int) moved));
        }
    }

    @Test
    void fileIsTransferredToAFile() throws Exception {
        Path file = TestFiles.newFile(0);
        try (FileChannel source = FileChannel.open(FILE);
                FileChannel target = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertEquals(SIZE - 5, TransferTask.start(Carrier.VIRTUAL,
                    () -> Transfers.transferTo(source, 5, Long.MAX_VALUE, target)).result());
        }
        assertArrayEquals(TestFiles.content(5, SIZE - 5), Files.readAllBytes(file));
    }
}
