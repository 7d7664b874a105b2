package io.ferronio.benchmarks;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** CRC32 of a mapping of which nothing is left: HotSpot's own code for it has no error to throw, and reads zeros. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumOfDeadPages {

    /** How the pages went away. */
    @Param
    public Loss loss;

    /** Bytes of the mapping. */
    @Param("4096")
    public int size;

    private MappedByteBuffer buffer;

    /** Makes a mapping that has lost its pages. */
    @Setup(Level.Invocation)
    public void lose() throws IOException {
        buffer = loss.map(size);
    }

    /** Makes sure that there were faults. */
    @TearDown(Level.Invocation)
    public void check() {
        loss.checkAndUnmap(buffer);
    }

    /** {@code CRC32.update} with a buffer of ours. */
    @Benchmark
    public long ferronio(Meter meter) {
        CRC32 checksum = new CRC32();
        checksum.update(buffer);
        meter.cannotCount();
        meter.operation();
        return checksum.getValue();
    }
}
