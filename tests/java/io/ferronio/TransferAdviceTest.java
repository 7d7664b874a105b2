package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a run asks of the page cache: fincore(1) shows what of a file is in it. */
class TransferAdviceTest {

    private static final int SIZE = 16 << 20;

    /** Bytes of a file that are in the page cache. */
    private static long resident(Path file) throws IOException {
        try {
            Process process = new ProcessBuilder("fincore", "--bytes", "--noheadings", "--output", "RES",
                    file.toString())
                    .redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            Assumptions.assumeTrue(process.waitFor() == 0, text);
            return Long.parseLong(text);
        } catch (IOException e) {
            throw Assumptions.<RuntimeException>abort("fincore is not installed");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file whose pages are clean, and can leave the page cache: not on every filesystem. */
    private static Path cleanFile() throws IOException {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        assertEquals(SIZE, resident(file));
        return file;
    }

    private static void send(Path file, Transfer transfer) throws Exception {
        try (ChannelPair pair = ChannelPair.open(ChannelPair.Kind.TCP)) {
            TransferTask<byte[]> reader = TransferTask.start(() -> ChannelBytes.readAll(pair.source()));
            assertEquals(SIZE, transfer.to(pair.sink()).run().bytes());
            pair.sink().close();
            assertTrue(Arrays.equals(TestFiles.content(0, SIZE), reader.result()));
        }
    }

    @Test
    void whatHasBeenSentLeavesThePageCache() throws Exception {
        Path file = cleanFile();
        try (FileChannel source = FileChannel.open(file)) {
            send(file, Transfer.from(source, 0, SIZE));
            assertEquals(SIZE, resident(file));
            dropOnTrial(file);
            send(file, Transfer.from(source, 0, SIZE).dropBehind());
            // The tail may stay: what was in the socket's queue at the end.
            assertTrue(resident(file) <= SIZE / 2, () -> "still there: " + file);
        }
    }

    /** Skips the test where pages never leave, as in tmpfs. */
    private static void dropOnTrial(Path file) throws Exception {
        Process dd = new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        Assumptions.assumeTrue(dd.waitFor() == 0 && resident(file) < SIZE, "pages do not leave the page cache here");
        try (FileChannel source = FileChannel.open(file)) {
            source.read(ByteBuffer.allocate(SIZE), 0);
        }
    }

    /** Holes are read, too, and would fill the memory of any machine. */
    @Test
    void ofALargeFileLittleIsReadAhead() throws Exception {
        Path file = TestFiles.newSparseFile(1L << 30);
        IllegalStateException failure = new IllegalStateException("of the test");
        try (FileChannel source = FileChannel.open(file)) {
            Transfer transfer = Transfer.from(source, 0, Long.MAX_VALUE).readAhead(Long.MAX_VALUE)
                    .to(Channels.newChannel(OutputStream.nullOutputStream())).onProgress(bytes -> {
                        throw failure;
                    });
            assertSame(failure, assertThrows(IllegalStateException.class, transfer::run));
            long resident = resident(file);
            assertTrue(resident < 80 << 20, resident + " bytes");
        }
    }

    @Test
    void whatIsToBeSentIsReadAhead() throws Exception {
        Path file = cleanFile();
        dropOnTrial(file);
        new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        try (FileChannel source = FileChannel.open(file); ChannelPair pair = ChannelPair.open(ChannelPair.Kind.UNIX)) {
            // Stuck after what the socket holds; the kernel has been asked for all.
            TransferTask<TransferResult> run = TransferTask.start(
                    Transfer.from(source, 0, SIZE).readAhead(Long.MAX_VALUE).to(pair.sink())::run);
            run.awaitWaiting();
            long start = System.nanoTime();
            while (resident(file) < SIZE && System.nanoTime() - start < 60_000_000_000L) {
                Thread.yield();
            }
            assertEquals(SIZE, resident(file));
            assertEquals(SIZE, ChannelBytes.read(pair.source(), SIZE).length);
            assertEquals(SIZE, run.result().bytes());
        }
    }
}
