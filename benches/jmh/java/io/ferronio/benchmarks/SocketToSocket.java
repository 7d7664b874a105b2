package io.ferronio.benchmarks;

import io.ferronio.Counters;
import io.ferronio.Relay;
import io.ferronio.Route;
import java.io.IOException;
import java.nio.ByteBuffer;
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

/**
 * From one TCP socket on loopback to another: a loop of read and write through a direct buffer of 64 KiB, and a
 * {@link Relay}. Sender and receiver are other processes, the one never ceases, the other drops what arrives.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SocketToSocket {

    private static final int BUFFER = 64 << 10;

    /** Bytes to pass on each time. */
    @Param("65536")
    public int size;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private Peer sender;
    private Peer receiver;
    private SocketChannel source;
    private SocketChannel target;
    private Relay relay;

    /** Opens both connections. */
    @Setup
    public void open(BenchmarkParams parameters) throws IOException {
        sender = Peer.sender();
        receiver = Peer.receiver();
        source = sender.channel();
        target = receiver.channel();
        relay = Relay.open(source, target);
        if (parameters.getBenchmark().endsWith(".ferronio")) {
            relay.transfer(1);
            if (Counters.snapshot().bytes(Route.SPLICE) == 0) {
                throw new IllegalStateException("FerroNIO does not splice here: doctor says why");
            }
        }
    }

    /** Closes both connections. */
    @TearDown
    public void close() throws IOException {
        relay.close();
        receiver.close();
        sender.close();
    }

    /** {@code SocketChannel.read} and {@code write}. */
    @Benchmark
    public void jdk(Meter meter) throws IOException {
        for (long left = size; left > 0;) {
            left -= source.read(buffer.clear().limit((int) Math.min(BUFFER, left)));
            buffer.flip();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
        }
        meter.operation();
    }

    /** {@code Relay.transfer}. */
    @Benchmark
    public void ferronio(Meter meter) throws IOException {
        for (long left = size; left > 0;) {
            left -= relay.transfer(left);
        }
        meter.operation();
    }
}
