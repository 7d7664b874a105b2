package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Receives from a TCP socket on loopback, whose sender never ceases, into a file that is there already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SocketToFile {

    /** Bytes to receive each time. */
    @Param({"65536", "268435456"})
    public int size;

    private Peer sender;
    private SocketChannel socket;
    private FileChannel file;

    /** Opens both ends. */
    @Setup
    public void open() throws IOException {
        sender = Peer.sender();
        socket = sender.channel();
        file = MemoryFile.createToWrite(size);
    }

    /** Closes both ends. */
    @TearDown
    public void close() throws IOException {
        sender.close();
        file.close();
    }

    /** {@code FileChannel.transferFrom}. */
    @Benchmark
    public void jdk(CpuTime cpu) throws IOException {
        for (long received = 0; received < size;) {
            received += file.transferFrom(socket, received, size - received);
        }
        cpu.operation();
    }

    /** {@code Transfers.transferFrom}. */
    @Benchmark
    public void ferronio(CpuTime cpu) throws IOException {
        for (long received = 0; received < size;) {
            received += Transfers.transferFrom(file, socket, received, size - received);
        }
        cpu.operation();
    }
}
