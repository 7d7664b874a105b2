package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
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

/** Sends a file in memory to a channel that is not the JDK's and takes every buffer at no cost. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FileToChannel {

    /** Bytes to send each time. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
    private final WritableByteChannel channel = new WritableByteChannel() {
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
    };

    /** Opens the file. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.create(size);
    }

    /** Closes it. */
    @TearDown
    public void close() throws IOException {
        file.close();
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        for (long sent = 0; sent < size;) {
            sent += file.transferTo(sent, size - sent, channel);
        }
        meter.operation();
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        for (long sent = 0; sent < size;) {
            sent += Transfers.transferTo(file, sent, size - sent, channel);
        }
        meter.operation();
    }

    /** What no way through memory can do without: pread(2) into a large buffer, with nobody to get it. */
    @Benchmark
    public void raw(Meter meter) throws IOException {
        for (long read = 0; read < size;) {
            read += file.read(buffer.clear().limit((int) Math.min(buffer.capacity(), size - read)), read);
        }
        meter.operation();
    }
}
