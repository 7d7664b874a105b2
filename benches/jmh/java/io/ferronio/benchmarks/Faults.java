package io.ferronio.benchmarks;

import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32;

/**
 * What it costs when pages cannot be had: microseconds a fault, with the error that Java code gets; and seconds for
 * the checksum of a file of 256 MiB of which nothing is left. The JDK's own mappings have nothing to compare: the
 * checksum ends the JVM. The bare fault, without a JVM, is in benches/kernel.rs.
 */
final class Faults {

    private static final int SIZE = 256 << 20;
    private static final int WARM_UP_ROUNDS = 2;
    /** Of one mapping, the guard answers so many faults in a row one by one: docs/guard.md. */
    private static final int BURST = 200;

    /** Where each mapping is reported: here they are meant to fault. A field, since loggers are kept weakly. */
    private static final Logger WARNINGS = Logger.getLogger("io.ferronio");

    /** Kept, so that no compiler leaves a read out. */
    private static volatile long seen;

    private Faults() {
    }

    /** How the pages went away. */
    private enum Loss {
        TRUNCATED, UNMAPPED;

        MappedByteBuffer map() throws IOException {
            Path name = Files.createTempFile("ferronio-benchmark-", null);
            try (FileChannel file = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_WRITE, 0, SIZE);
                if (this == UNMAPPED) {
                    Mappings.unmap(buffer);
                } else {
                    file.truncate(0);
                }
                return buffer;
            } finally {
                Files.delete(name);
            }
        }
    }

    /** Measures and prints. */
    static void run(int rounds, double seconds) throws Exception {
        WARNINGS.setLevel(Level.OFF);
        for (Loss loss : Loss.values()) {
            double[] fault = new double[rounds];
            double[] checksum = new double[rounds];
            double[] errors = new double[rounds];
            for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                System.err.printf("%s, round %d of %d%n", loss, round + 1, rounds);
                Totals totals = readFor(seconds, loss);
                double crc = checksum(loss.map());
                if (round >= 0) {
                    fault[round] = totals.time / 1e3 / totals.faults;
                    errors[round] = (double) totals.errors / totals.faults;
                    checksum[round] = crc;
                }
            }
            System.out.printf("%s, on JDK %s, %d rounds: median (least .. greatest)%n", loss, Runtime.version(),
                    rounds);
            print("microseconds a fault, with its InternalError", fault);
            print("InternalErrors a fault", errors);
            print("seconds for CRC32 of " + (SIZE >> 20) + " MiB", checksum);
        }
    }

    private static Totals readFor(double seconds, Loss loss) throws IOException, InterruptedException {
        Totals totals = new Totals();
        while (totals.time < seconds * TimeUnit.SECONDS.toNanos(1)) {
            MappedByteBuffer buffer = loss.map();
            Reader reader = new Reader(buffer);
            reader.start();
            reader.join();
            long faults = Mappings.faults(buffer);
            if (reader.time == 0 || faults == 0) {
                throw new IllegalStateException("an error came too late to be caught, or nothing faulted");
            }
            totals.time += reader.time;
            totals.faults += faults;
            totals.errors += reader.errors;
            if (loss == Loss.TRUNCATED) {
                Mappings.unmap(buffer);
            }
        }
        return totals;
    }

    /** Of all readers of a round. */
    private static final class Totals {
        private long faults;
        private long errors;
        private long time;
    }

    private static void print(String what, double[] values) {
        Arrays.sort(values);
        System.out.printf("%46s  %.3f (%.3f .. %.3f)%n", what, values[values.length / 2], values[0],
                values[values.length - 1]);
    }

    /**
     * Reads one page again and again, and catches the errors. In a thread of its own: they may be a little late. JDK 17
     * throws only now and then, one error for many faults.
     */
    private static final class Reader extends Thread {
        private final MappedByteBuffer buffer;
        private int reads;
        private long errors;
        private long time;

        Reader(MappedByteBuffer buffer) {
            this.buffer = buffer;
            setUncaughtExceptionHandler((thread, late) -> errors++); // One after the last read: JDK 17.
        }

        @Override
        public void run() {
            long start = System.nanoTime();
            while (time == 0) {
                try {
                    readUntilItFails();
                    time = System.nanoTime() - start;
                } catch (InternalError e) {
                    errors++;
                }
            }
        }

        private void readUntilItFails() {
            while (reads < BURST) {
                reads++;
                seen = buffer.get(SIZE / 2);
            }
        }
    }

    private static double checksum(MappedByteBuffer buffer) {
        CRC32 checksum = new CRC32();
        long start = System.nanoTime();
        checksum.update(buffer);
        double time = (System.nanoTime() - start) / 1e9;
        seen = checksum.getValue();
        if (Mappings.faults(buffer) == 0) {
            throw new IllegalStateException("nothing faulted");
        }
        return time;
    }
}
