package io.ferronio.benchmarks;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Reads a page that cannot be had, and catches the error that Java code gets for it; JDK 17 throws only now and then, one
 * error for many faults. The bare fault, without a JVM, is in benches/kernel.rs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FaultOnDeadPage {

    /** Of one mapping, the guard answers so many faults in a row one by one: docs/guard.md. */
    private static final int BURST = 200;
    private static final int MAPPED = 256 << 20;

    /** Kept, so that no compiler leaves a read out. */
    private static volatile long seen;

    /** How the page went away. */
    @Param
    public Loss loss;

    /** Bytes that are lost with each fault: a page. */
    @Param("4096")
    public int size;

    private MappedByteBuffer buffer;

    /** Makes a mapping that has lost its pages. */
    @Setup(Level.Invocation)
    public void lose() throws IOException {
        buffer = loss.map(MAPPED);
    }

    /** Makes sure that there were faults. */
    @TearDown(Level.Invocation)
    public void check() {
        loss.checkAndUnmap(buffer);
    }

    /** {@code MappedByteBuffer.get} of a buffer of ours. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public void ferronio(Meter meter) throws InterruptedException {
        Thread reader = new Reader(buffer);
        reader.start();
        reader.join();
        meter.cannotCount();
        meter.operations(BURST);
    }

    /** Reads one page again and again. In a thread of its own: the errors may be a little late, even after the last read. */
    private static final class Reader extends Thread {
        private final MappedByteBuffer buffer;
        private int reads;

        Reader(MappedByteBuffer buffer) {
            this.buffer = buffer;
            setUncaughtExceptionHandler((thread, late) -> { });
        }

        @Override
        public void run() {
            while (reads < BURST) {
                try {
                    read();
                } catch (InternalError expected) {
                    // The next read.
                }
            }
        }

        private void read() {
            while (reads < BURST) {
                reads++;
                seen = buffer.get(MAPPED / 2);
            }
        }
    }
}
