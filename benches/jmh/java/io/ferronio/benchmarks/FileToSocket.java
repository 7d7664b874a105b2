package io.ferronio.benchmarks;

import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.Transfers;
import io.ferronio.internal.TransferNatives;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.Channel;
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

/**
 * Sends a part of a file to a TCP socket on loopback, whose receiver drops it: the JDK's way, ours, and the
 * raw limit. A time is that of all calls that it takes to send {@code size} bytes, on a blocking socket
 * nearly always one.
 *
 * <p>The raw limit is one native that only calls sendfile(2), with descriptors that were looked up before:
 * nothing keeps them open or looks for interrupts, so no program could use it as it is. They are the only
 * thing that {@code --add-opens} is for.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
public class FileToSocket {

    /** More than a processor caches: what is sent was not sent just before. */
    private static final int FILE_SIZE = 64 << 20;

    /** Bytes to send each time. */
    @Param({"512", "4096", "16384", "65536", "1048576"})
    public int size;

    private FileChannel file;
    private Peer receiver;
    private SocketChannel socket;
    private int fileDescriptor;
    private int socketDescriptor;
    private int position;

    /** Opens both ends, and makes sure that our way is not in truth the JDK's. */
    @Setup
    public void open() throws IOException, ReflectiveOperationException {
        if (size > FILE_SIZE) {
            throw new IllegalArgumentException("size " + size + " is over " + FILE_SIZE);
        }
        file = MemoryFile.create(FILE_SIZE);
        receiver = Peer.receiver();
        socket = receiver.channel();
        fileDescriptor = descriptor(file);
        socketDescriptor = descriptor(socket);
        ferronio();
        if (Counters.snapshot().transfers(Route.SENDFILE) == 0) {
            throw new IllegalStateException("FerroNIO leaves this transfer to the JDK here: doctor says why");
        }
    }

    /** Closes both ends. */
    @TearDown
    public void close() throws IOException {
        receiver.close();
        file.close();
    }

    private static int descriptor(Channel channel) throws ReflectiveOperationException {
        Field descriptor = channel.getClass().getDeclaredField("fd");
        descriptor.setAccessible(true);
        Method value = Class.forName("sun.nio.ch.IOUtil").getMethod("fdVal", FileDescriptor.class);
        return (int) value.invoke(null, descriptor.get(channel));
    }

    /** Where to send from next: through the file, and again from its start. */
    private long advance() {
        int start = position;
        position = start + 2 * size > FILE_SIZE ? 0 : start + size;
        return start;
    }

    /** {@code FileChannel.transferTo}. */
    @Benchmark
    public void jdk() throws IOException {
        long start = advance();
        long sent = 0;
        while (sent < size) {
            sent += file.transferTo(start + sent, size - sent, socket);
        }
    }

    /** {@code Transfers.transferTo}. */
    @Benchmark
    public void ferronio() throws IOException {
        long start = advance();
        long sent = 0;
        while (sent < size) {
            sent += Transfers.transferTo(file, start + sent, size - sent, socket);
        }
    }

    /** One native that only calls sendfile(2). */
    @Benchmark
    public void raw() throws IOException {
        long start = advance();
        long sent = 0;
        while (sent < size) {
            long moved = TransferNatives.sendfile(socketDescriptor, fileDescriptor, start + sent, size - sent);
            if (moved < 0) {
                throw new IOException("sendfile: error " + -moved);
            }
            sent += moved;
        }
    }
}
