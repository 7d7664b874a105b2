package io.ferronio.benchmarks;

import io.ferronio.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
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

/**
 * Sends a header of 200 bytes and a part of a file to a TCP socket on loopback, whose receiver drops it, as an HTTP
 * server does: by {@code write} and {@code transferTo}, and by one {@code Transfer}. The header is in a direct buffer,
 * which costs the JDK least.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderAndFile {

    private static final int HEADER_SIZE = 200;

    /** More than a processor caches: what is sent was not sent just before. */
    private static final int FILE_SIZE = 64 << 20;

    /** Bytes of the file to send each time. */
    @Param("4096")
    public int size;

    private final ByteBuffer header = ByteBuffer.allocateDirect(HEADER_SIZE);
    private FileChannel file;
    private Peer receiver;
    private SocketChannel socket;
    private long position;

    /** Opens the file. */
    @Setup
    public void open() throws IOException {
        if (size > FILE_SIZE) {
            throw new IllegalArgumentException("size " + size + " is over " + FILE_SIZE);
        }
        file = MemoryFile.create(FILE_SIZE);
    }

    /** Connects, for each iteration anew: see {@link FileToSocket#connect}. */
    @Setup(Level.Iteration)
    public void connect() throws IOException {
        receiver = Peer.receiver();
        socket = receiver.channel();
    }

    /** Closes the connection. */
    @TearDown(Level.Iteration)
    public void disconnect() throws IOException {
        receiver.close();
    }

    /** Closes the file. */
    @TearDown
    public void close() throws IOException {
        file.close();
    }

    /** Where to send from next: through the file, and again from its start. */
    private long advance() {
        long start = position;
        position = start + 2L * size > FILE_SIZE ? 0 : start + size;
        return start;
    }

    /** {@code SocketChannel.write} and {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        long start = advance();
        header.clear();
        while (header.hasRemaining()) {
            socket.write(header);
        }
        for (long sent = 0; sent < size;) {
            sent += file.transferTo(start + sent, size - sent, socket);
        }
        meter.operation();
    }

    /** A {@code Transfer}, made for each response. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        Transfer.from(file, advance(), size).to(socket).header(header.clear()).run();
        meter.operation();
    }
}
