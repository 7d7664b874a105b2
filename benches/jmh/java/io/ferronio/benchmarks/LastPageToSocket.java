package io.ferronio.benchmarks;

import io.ferronio.Transfers;
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

/** Sends the last page of a file, of any size, to a TCP socket on loopback, whose receiver drops it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LastPageToSocket {

    private static final int PAGE = 4096;

    /** Bytes of the file: a page or more. The rest is a hole, and takes no memory. */
    @Param("4096")
    public long size;

    private FileChannel file;
    private Peer receiver;
    private SocketChannel socket;

    /** Opens both ends. */
    @Setup
    public void open() throws IOException {
        file = MemoryFile.createSparse(size);
        receiver = Peer.receiver();
        socket = receiver.channel();
    }

    /** Closes both ends. */
    @TearDown
    public void close() throws IOException {
        receiver.close();
        file.close();
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        for (long sent = 0; sent < PAGE;) {
            sent += file.transferTo(size - PAGE + sent, PAGE - sent, socket);
        }
        meter.operation();
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        for (long sent = 0; sent < PAGE;) {
            sent += Transfers.transferTo(file, size - PAGE + sent, PAGE - sent, socket);
        }
        meter.operation();
    }
}
