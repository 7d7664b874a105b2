package io.ferronio.benchmarks;

import io.ferronio.Transfers;
import io.ferronio.internal.PipeNatives;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/** Receives from a TCP socket on loopback, whose sender never ceases, into a file that is there already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SocketToFile {

    /** Bytes to receive each time. */
    @Param("4096")
    public int size;

    private Peer sender;
    private SocketChannel socket;
    private FileChannel file;
    private int socketDescriptor;
    private int fileDescriptor;
    private long pipe;

    /** Opens both ends. */
    @Setup
    public void open(BenchmarkParams parameters) throws IOException, ReflectiveOperationException {
        sender = Peer.sender();
        socket = sender.channel();
        file = MemoryFile.createToWrite(size);
        if (parameters.getBenchmark().endsWith(".raw")) {
            socketDescriptor = Descriptors.of(socket);
            fileDescriptor = Descriptors.of(file);
            pipe = Descriptors.check("pipe2", PipeNatives.take());
        }
    }

    /** Closes both ends. */
    @TearDown
    public void close() throws IOException {
        sender.close();
        file.close();
    }

    /** {@code FileChannel.transferFrom}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        for (long received = 0; received < size;) {
            received += file.transferFrom(socket, received, size - received);
        }
        meter.operation();
    }

    /** {@code Transfers.transferFrom}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        for (long received = 0; received < size;) {
            received += Transfers.transferFrom(file, socket, received, size - received);
        }
        meter.operation();
    }

    /** Two natives that only call splice(2): into a pipe, and out of it. */
    @Benchmark
    public void raw(Meter meter) throws IOException {
        for (long received = 0; received < size;) {
            long moved = Descriptors.check("splice", PipeNatives.fill(pipe, socketDescriptor, size - received, true));
            Descriptors.check("splice", PipeNatives.drainToFile(pipe, fileDescriptor, received, moved));
            received += moved;
        }
        meter.operation();
    }
}
