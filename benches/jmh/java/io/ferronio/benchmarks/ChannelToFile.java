package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Receives from a channel that is not the JDK's and fills every buffer at no cost, into a file that is there already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChannelToFile {

    /** Bytes to receive each time. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
    private final ReadableByteChannel channel = new ReadableByteChannel() {
        @Override
        public int read(ByteBuffer buffer) {
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
    };

    /** Opens the file. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.createToWrite(size);
    }

    /** Closes it. */
    @TearDown
    public void close() throws IOException {
        file.close();
    }

    /** {@code FileChannel.transferFrom}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        for (long received = 0; received < size;) {
            received += file.transferFrom(channel, received, size - received);
        }
        meter.operation();
    }

    /** {@code Transfers.transferFrom}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        for (long received = 0; received < size;) {
            received += Transfers.transferFrom(file, channel, received, size - received);
        }
        meter.operation();
    }

    /** What no way through memory can do without: pwrite(2) of a large buffer that nobody fills. */
    @Benchmark
    public void raw(Meter meter) throws IOException {
        for (long written = 0; written < size;) {
            written += file.write(buffer.clear().limit((int) Math.min(buffer.capacity(), size - written)), written);
        }
        meter.operation();
    }
}
