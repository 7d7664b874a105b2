package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Writes at one end, transfers and reads at the other ends, in any order and of any sizes: what comes out is the
 * beginning of what went in, and what is pending is what is between.
 */
class RelayModelTest {

    /** No FIFO: it cannot be put into non-blocking mode. */
    enum Kind { TCP, UNIX, PIPE }

    enum What { WRITE, TRANSFER, READ_TARGET, READ_COPY }

    record Step(What what, int size) {
    }

    @Property(tries = 60)
    void whatComesOutIsTheBeginningOfWhatWentIn(@ForAll Kind from, @ForAll Kind to, @ForAll boolean copies,
            @ForAll @Size(max = 200) List<What> steps,
            @ForAll @Size(value = 200) List<@IntRange(min = 1, max = 300_000) Integer> sizes) throws Exception {
        try (Model model = new Model(from, to, copies)) {
            for (int i = 0; i < steps.size(); i++) {
                model.take(new Step(steps.get(i), sizes.get(i)));
            }
            model.finish();
        }
    }

    private static final class Model implements AutoCloseable {

        private final ChannelPair in;
        private final List<ChannelPair> outs = new ArrayList<>();
        private final List<ByteArrayOutputStream> arrived = new ArrayList<>();
        private final Relay relay;
        private long written;
        private long delivered;

        Model(Kind from, Kind to, boolean copies) throws IOException {
            in = ChannelPair.open(ChannelPair.Kind.valueOf(from.name())).nonBlocking();
            ((SelectableChannel) in.source()).configureBlocking(false);
            for (int i = 0; i < (copies ? 2 : 1); i++) {
                ChannelPair out = ChannelPair.open(ChannelPair.Kind.valueOf(to.name())).nonBlocking();
                ((SelectableChannel) out.source()).configureBlocking(false);
                outs.add(out);
                arrived.add(new ByteArrayOutputStream());
            }
            relay = copies ? Relay.open(in.source(), outs.get(0).sink(), outs.get(1).sink())
                    : Relay.open(in.source(), outs.get(0).sink());
        }

        void take(Step step) throws IOException {
            switch (step.what) {
                case WRITE -> written += in.sink().write(ByteBuffer.wrap(TestFiles.content(written, step.size)));
                case TRANSFER -> transfer(step.size);
                default -> {
                    int index = step.what == What.READ_TARGET ? 0 : outs.size() - 1;
                    read(index, step.size);
                }
            }
        }

        private void transfer(long count) throws IOException {
            long pending = relay.pending();
            long n = relay.transfer(count);
            assertTrue(n >= 0 && n <= count, () -> n + " of " + count);
            delivered += n;
            assertTrue(relay.pending() <= Math.max(pending, count), () -> relay.pending() + " pending");
            assertTrue(delivered + relay.pending() <= written);
            long most = outs.stream().mapToLong(out -> relay.pending(out.sink())).max().orElseThrow();
            assertEquals(relay.pending(), most);
        }

        private void read(int index, int size) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(size);
            outs.get(index).source().read(buffer);
            byte[] bytes = new byte[buffer.position()];
            buffer.flip().get(bytes);
            assertArrayEquals(TestFiles.content(arrived.get(index).size(), bytes.length), bytes);
            arrived.get(index).write(bytes);
            long sent = delivered + relay.pending() - relay.pending(outs.get(index).sink());
            assertTrue(arrived.get(index).size() <= sent, () -> arrived.get(index).size() + " of " + sent);
        }

        /** Where every byte is: at a target, pending, or still in the source. */
        void finish() throws Exception {
            in.sink().close();
            byte[] left = rest(in.source());
            long taken = delivered + relay.pending();
            assertEquals(written, taken + left.length);
            assertArrayEquals(TestFiles.content(taken, left.length), left);
            for (int i = 0; i < outs.size(); i++) {
                WritableByteChannel sink = outs.get(i).sink();
                long expected = taken - relay.pending(sink);
                sink.close();
                byte[] last = rest(outs.get(i).source());
                assertArrayEquals(TestFiles.content(arrived.get(i).size(), last.length), last);
                assertEquals(expected, arrived.get(i).size() + last.length);
            }
        }

        private static byte[] rest(ReadableByteChannel channel) throws Exception {
            ((SelectableChannel) channel).configureBlocking(true);
            return TransferTask.start(() -> ChannelBytes.readAll(channel)).result();
        }

        @Override
        public void close() throws IOException {
            relay.close();
            in.close();
            for (ChannelPair out : outs) {
                out.close();
            }
        }
    }
}
