package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.examples.AppendLog;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The example log: what was acknowledged is there after kill -9 at any moment, and nothing that is broken. */
class AppendLogTest {

    private static final long MAX_SIZE = 1L << 32;
    private static final int ROUNDS = 8;

    /** The record with a number: of any length, mostly short, sometimes several pages. */
    private static byte[] record(int number) {
        Random random = new Random(number);
        byte[] bytes = new byte[1 + random.nextInt(number % 50 == 0 ? 50_000 : 500)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static List<byte[]> records(AppendLog log) throws IOException {
        List<byte[]> records = new ArrayList<>();
        log.forEach(record -> {
            byte[] bytes = new byte[record.remaining()];
            record.get(bytes);
            records.add(bytes);
        });
        return records;
    }

    private static int checkAll(AppendLog log) throws IOException {
        List<byte[]> records = records(log);
        for (int i = 0; i < records.size(); i++) {
            assertArrayEquals(record(i), records.get(i), "record " + i);
        }
        return records.size();
    }

    @Test
    void keepsItsRecords() throws IOException {
        Path file = TestFiles.newPath(".log");
        for (int from = 0; from < 1_000; from += 200) {
            try (AppendLog log = AppendLog.open(file, MAX_SIZE)) {
                assertEquals(from, checkAll(log));
                for (int i = from; i < from + 200; i++) {
                    log.append(ByteBuffer.wrap(record(i)));
                }
                log.force();
                assertEquals(from + 200, checkAll(log));
                assertThrows(IllegalArgumentException.class, () -> log.append(ByteBuffer.allocate(0)));
            }
        }
        long size = 0;
        for (int i = 0; i < 1_000; i++) {
            size += 8 + record(i).length;
        }
        assertEquals(size, Files.size(file));
    }

    /** Whatever became of the last record: it is not there, and the next one is in its place. */
    @Test
    void aBrokenRecordIsNone() throws IOException {
        Path file = TestFiles.newPath(".log");
        try (AppendLog log = AppendLog.open(file, MAX_SIZE)) {
            for (int i = 0; i < 3; i++) {
                log.append(ByteBuffer.wrap(record(i)));
            }
        }
        byte[] content = Files.readAllBytes(file);
        int start = content.length - 8 - record(2).length;
        for (int i = start; i < content.length; i += i < start + 16 ? 1 : 37) {
            byte[] cut = Arrays.copyOf(content, i);
            byte[] zeros = Arrays.copyOf(cut, content.length + 5_000);
            byte[] wrong = content.clone();
            wrong[i] ^= 1;
            for (byte[] broken : List.of(cut, zeros, wrong)) {
                Files.write(file, broken);
                boolean isWhole = broken == zeros && Arrays.equals(content, Arrays.copyOf(zeros, content.length));
                try (AppendLog log = AppendLog.open(file, MAX_SIZE)) {
                    assertEquals(isWhole ? 3 : 2, checkAll(log), "byte " + i);
                    if (!isWhole) {
                        log.append(ByteBuffer.wrap(record(2)));
                    }
                }
                assertArrayEquals(content, Files.readAllBytes(file));
            }
        }
    }

    @Test
    void survivesKill9() throws Exception {
        Path file = TestFiles.newPath(".log");
        Random random = new Random(1);
        int known = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Process writer = ChildJvm.start(Writer.class, file.toString());
            int acknowledged = known;
            try (BufferedReader output = new BufferedReader(
                    new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
                int lines = 1 + random.nextInt(300);
                String line = output.readLine();
                for (int i = 1; line != null; i++) {
                    if (line.endsWith(".")) { // else it was cut off
                        acknowledged = Integer.parseInt(line.replace(".", ""));
                    }
                    if (i == lines) {
                        writer.toHandle().destroyForcibly(); // What it says until that arrives is read below.
                    }
                    line = output.readLine();
                }
            }
            assertEquals(128 + 9, writer.waitFor());
            assertTrue(acknowledged > known);
            try (AppendLog log = AppendLog.open(file, MAX_SIZE)) {
                known = checkAll(log);
            }
            assertTrue(known >= acknowledged, known + " of " + acknowledged + " records");
        }
    }

    /** A program: appends for ever, and says how many records are forced. */
    static final class Writer {
        public static void main(String[] args) throws IOException {
            try (AppendLog log = AppendLog.open(Path.of(args[0]), MAX_SIZE)) {
                int number = checkAll(log);
                Random random = new Random();
                while (!System.out.checkError()) {
                    for (int i = random.nextInt(20); i >= 0; i--) {
                        log.append(ByteBuffer.wrap(record(number++)));
                    }
                    log.force();
                    System.out.println(number + ".");
                }
            }
        }
    }
}
