package io.ferronio.benchmarks;

import io.ferronio.Counters;
import io.ferronio.Relay;
import io.ferronio.Route;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * From one TCP socket on loopback to another: a loop of read and write through a direct buffer of 64 KiB, and a
 * {@link Relay}. Sender and receiver are other processes, the one never ceases, the other drops what arrives; counted is
 * the time on the clock, and of the processor what the relaying thread alone has used.
 *
 * <p>Both ways take turns in one JVM, forwards and backwards, after some rounds that are not counted. The results
 * are the medians of the rounds' ratios, with the least and the greatest.
 */
final class RelayComparison {

    private static final int BUFFER = 64 << 10;
    private static final int WARM_UP_ROUNDS = 2;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private RelayComparison() {
    }

    private interface Way {
        void pass(SocketChannel source, SocketChannel target, long bytes) throws IOException;
    }

    /** What one run took, in nanoseconds. */
    private record Cost(long clock, long processor) {
    }

    /** Measures and prints. */
    static void run(int rounds, long bytes) throws IOException {
        double[] clock = new double[rounds];
        double[] processor = new double[rounds];
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            boolean isBackwards = (round & 1) != 0;
            Cost first = measure(isBackwards ? RelayComparison::relay : RelayComparison::readAndWrite, bytes);
            Cost second = measure(isBackwards ? RelayComparison::readAndWrite : RelayComparison::relay, bytes);
            Cost loop = isBackwards ? second : first;
            Cost relay = isBackwards ? first : second;
            if (round >= 0) {
                clock[round] = (double) relay.clock / loop.clock;
                processor[round] = (double) relay.processor / loop.processor;
                System.err.printf("round %d of %d: loop %d ms, processor %d ms; relay %d ms, processor %d ms%n",
                        round + 1, rounds, loop.clock / 1_000_000, loop.processor / 1_000_000, relay.clock / 1_000_000,
                        relay.processor / 1_000_000);
            }
        }
        if (Counters.snapshot().bytes(Route.SPLICE) < bytes) {
            throw new IllegalStateException("FerroNIO does not splice here: doctor says why");
        }
        System.out.printf("relay of %d bytes on JDK %s, %d rounds, against a loop of %d bytes: median ratio"
                + " (least .. greatest)%n", bytes, Runtime.version(), rounds, BUFFER);
        print("time on the clock", clock);
        print("processor time", processor);
    }

    private static void print(String what, double[] ratios) {
        Arrays.sort(ratios);
        System.out.printf("%20s  %.2f (%.2f .. %.2f)%n", what, ratios[ratios.length / 2], ratios[0],
                ratios[ratios.length - 1]);
    }

    private static Cost measure(Way way, long bytes) throws IOException {
        try (Peer receiver = Peer.receiver(); Peer sender = Peer.sender()) {
            long clock = System.nanoTime();
            long processor = THREADS.getCurrentThreadCpuTime();
            way.pass(sender.channel(), receiver.channel(), bytes);
            return new Cost(System.nanoTime() - clock, THREADS.getCurrentThreadCpuTime() - processor);
        }
    }

    private static void readAndWrite(SocketChannel source, SocketChannel target, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        for (long left = bytes; left > 0;) {
            left -= source.read(buffer.clear());
            buffer.flip();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
        }
    }

    private static void relay(SocketChannel source, SocketChannel target, long bytes) throws IOException {
        try (Relay relay = Relay.open(source, target)) {
            for (long left = bytes; left > 0;) {
                left -= relay.transfer(left);
            }
        }
    }
}
