package io.ferronio.benchmarks;

import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.Transfers;
import io.ferronio.internal.TransferNatives;
import java.io.IOException;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Sends a part of a file to a TCP socket on loopback, whose receiver drops it: the JDK's way, ours, Netty's, and
 * the raw limit. A time is that of all calls that it takes to send {@code size} bytes, on a blocking socket
 * nearly always one. Several threads send from one file, each to a connection of its own.
 *
 * <p>The raw limit is one native that only calls sendfile(2), with descriptors that were looked up before:
 * nothing keeps them open or looks for interrupts, so no program could use it as it is.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FileToSocket {

    /** More than a processor caches: what is sent was not sent just before. */
    private static final long LEAST_FILE_SIZE = 64 << 20;

    private static final int PAGE = 4096;

    private static FileChannel shared;

    /** Bytes to send each time. */
    @Param("4096")
    public int size;

    private FileChannel file;
    private long fileSize;
    private String way;
    private Peer receiver;
    private SocketChannel socket;
    private NettyConnection netty;
    private int fileDescriptor;
    private int socketDescriptor;
    private long position;

    /** Opens the file. */
    @Setup
    public void open(BenchmarkParams parameters) throws IOException {
        fileSize = Math.max(size, LEAST_FILE_SIZE);
        file = file(fileSize);
        way = parameters.getBenchmark().substring(parameters.getBenchmark().lastIndexOf('.') + 1);
    }

    /**
     * Connects, and makes sure that our way is not in truth the JDK's. For each iteration anew: from one connection to the next
     * the same bytes take up to three times as long, by whatever way.
     */
    @Setup(Level.Iteration)
    public void connect() throws IOException, ReflectiveOperationException {
        if (way.equals("netty")) {
            netty = new NettyConnection();
            return;
        }
        receiver = Peer.receiver();
        socket = receiver.channel();
        if (way.equals("raw")) {
            fileDescriptor = Descriptors.of(file);
            socketDescriptor = Descriptors.of(socket);
        }
        if (way.equals("ferronio")) {
            Transfers.transferTo(file, 0, PAGE, socket); // a whole one: or all that follows would lie askew in it
            if (Counters.snapshot().transfers(Route.SENDFILE) == 0) {
                throw new IllegalStateException("FerroNIO leaves this transfer to the JDK here: doctor says why");
            }
        }
    }

    /** The one for all threads; it goes with the JVM. */
    private static synchronized FileChannel file(long size) throws IOException {
        if (shared == null) {
            shared = MemoryFile.create(size);
        }
        return shared;
    }

    /** Closes the connection. */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (netty != null) {
            netty.close();
        } else {
            receiver.close();
        }
    }

    /** Where to send from next: through the file, and again from its start. */
    private long advance() {
        long start = position;
        position = start + 2L * size > fileSize ? 0 : start + size;
        return start;
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        long start = advance();
        long sent = 0;
        while (sent < size) {
            sent += file.transferTo(start + sent, size - sent, socket);
        }
        meter.operation();
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        long start = advance();
        long sent = 0;
        while (sent < size) {
            sent += Transfers.transferTo(file, start + sent, size - sent, socket);
        }
        meter.operation();
    }

    /** One native that only calls sendfile(2). */
    @Benchmark
    public void raw(Meter meter) throws IOException {
        long start = advance();
        long sent = 0;
        while (sent < size) {
            sent += Descriptors.check("sendfile",
                    TransferNatives.sendfile(socketDescriptor, fileDescriptor, start + sent, size - sent));
        }
        meter.operation();
    }

    /** A {@code DefaultFileRegion}, written and flushed, and its event loop run until it is sent. */
    @Benchmark
    public void netty(Meter meter) throws IOException {
        netty.send(file, advance(), size);
        meter.operation();
    }
}
