package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ferronio.testing.ChannelPair;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A relay's call allocates nothing, whether it moves bytes or finds that it would have to wait. */
class RelayAllocationTest {

    private static final int WARM_UP = 20_000;
    private static final int TRANSFERS = 20_000;
    private static final int SIZE = 512;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the measurement itself may take, and the JVM when it replaces compiled code. */
    private static final long MOST = 1000;

    private static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(SIZE);

    private static void assertAllocatesNothing(ChannelPair in, Relay relay, ChannelPair out) throws IOException {
        transfer(in, relay, out, WARM_UP);
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        transfer(in, relay, out, TRANSFERS);
        long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        assertTrue(allocated < MOST, allocated + " bytes in " + TRANSFERS + " transfers");
    }

    private static void transfer(ChannelPair in, Relay relay, ChannelPair out, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            in.sink().write(BUFFER.clear());
            for (long n = 0; n < SIZE;) {
                n += relay.transfer(Long.MAX_VALUE);
            }
            for (BUFFER.clear(); BUFFER.hasRemaining();) {
                out.source().read(BUFFER);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void inBlockingMode(ChannelPair.Kind kind) throws Exception {
        try (ChannelPair in = ChannelPair.open(kind); ChannelPair out = ChannelPair.open(kind);
                Relay relay = Relay.open(in.source(), out.sink())) {
            assertAllocatesNothing(in, relay, out);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "FIFO", mode = EnumSource.Mode.EXCLUDE)
    void inNonBlockingMode(ChannelPair.Kind kind) throws Exception {
        try (ChannelPair in = ChannelPair.open(kind); ChannelPair out = ChannelPair.open(kind).nonBlocking();
                Relay relay = Relay.open(in.source(), out.sink())) {
            ((SelectableChannel) in.source()).configureBlocking(false);
            assertEquals(0, relay.transfer(1));
            assertAllocatesNothing(in, relay, out);
        }
    }
}
