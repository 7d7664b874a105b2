package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTarget;
import io.ferronio.testing.TransferTask;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any plan delivers what it says: the header, what the source has of the range, and the trailer. */
class TransferPlanPropertyTest {

    private static final int SIZE = 700_000;
    private static final Path FILE = TestFiles.newFile(SIZE);

    private enum To {
        TCP, TCP_NON_BLOCKING, PIPE, FILE, FILE_AT_A_POSITION, FOREIGN
    }

    /** All that a plan may say. */
    private record Plan(boolean fromStream, int position, long count, To to, List<byte[]> header, List<byte[]> trailer,
            long readAhead, boolean dropBehind, boolean listens) {

        byte[] expected() {
            int available = Math.max(0, SIZE - position);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            header.forEach(all::writeBytes);
            all.writeBytes(TestFiles.content(position, (int) Math.min(count, available)));
            trailer.forEach(all::writeBytes);
            return all.toByteArray();
        }

        @Override
        public String toString() {
            return (fromStream ? "stream" : "file") + " from " + position + ", " + count + " bytes, to " + to
                    + ", header "
                    + lengths(header) + ", trailer " + lengths(trailer) + ", ahead " + readAhead
                    + (dropBehind ? ", drops behind" : "") + (listens ? ", listens" : "");
        }

        private static List<Integer> lengths(List<byte[]> buffers) {
            return buffers.stream().map(buffer -> buffer.length).toList();
        }
    }

    @Provide
    Arbitrary<Plan> plans() {
        Arbitrary<byte[]> buffer = Arbitraries.oneOf(Arbitraries.integers().between(0, 300),
                Arbitraries.integers().between(30_000, 40_000)).map(length -> TestFiles.content(123, length));
        Arbitrary<List<byte[]>> buffers = buffer.list().ofMaxSize(3);
        Arbitrary<Long> counts = Arbitraries.oneOf(Arbitraries.longs().between(0, 2 * SIZE),
                Arbitraries.longs().between(0, 33_000),
                Arbitraries.just(Long.MAX_VALUE));
        return Combinators.combine(Arbitraries.of(true, false), Arbitraries.integers().between(0, SIZE + 10), counts,
                Arbitraries.of(To.class), buffers, buffers,
                Combinators.combine(Arbitraries.of(0L, 1L, 100_000L, Long.MAX_VALUE), Arbitraries.of(true, false),
                        Arbitraries.of(true, false)).as(Advice::new))
                .as((fromStream, position, count, to, header, trailer, advice) -> new Plan(fromStream, position, count,
                        to, header, trailer, advice.readAhead, advice.dropBehind, advice.listens));
    }

    private record Advice(long readAhead, boolean dropBehind, boolean listens) {
    }

    /** The same bytes as buffers of either kind, at another place than the beginning. */
    private static ByteBuffer[] buffers(List<byte[]> contents) {
        ByteBuffer[] buffers = new ByteBuffer[contents.size()];
        for (int i = 0; i < buffers.length; i++) {
            byte[] content = contents.get(i);
            ByteBuffer buffer = i % 2 == 0 ? ByteBuffer.allocate(content.length + 5)
                    : ByteBuffer.allocateDirect(content.length + 5);
            buffer.position(2).put(content).flip().position(2);
            buffers[i] = i == 2 ? buffer.asReadOnlyBuffer() : buffer;
        }
        return buffers;
    }

    @Property(tries = 150)
    void runDeliversWhatThePlanSays(@ForAll("plans") Plan plan) throws Exception {
        ByteBuffer[] header = buffers(plan.header);
        ByteBuffer[] trailer = buffers(plan.trailer);
        List<Long> told = new ArrayList<>();
        try (FileChannel file = FileChannel.open(FILE);
                ChannelPair stream = ChannelPair.open(ChannelPair.Kind.UNIX)) {
            Transfer transfer;
            TransferTask<?> writer = null;
            if (plan.fromStream) {
                writer = TransferTask.start(() -> {
                    Transfer.from(file, plan.position, SIZE).to(stream.sink()).run();
                    stream.sink().close();
                    return null;
                });
                transfer = Transfer.from(stream.source(), plan.count);
            } else {
                transfer = Transfer.from(file, plan.position, plan.count).readAhead(plan.readAhead);
                transfer = plan.dropBehind ? transfer.dropBehind() : transfer;
            }
            transfer = transfer.header(header).trailer(trailer);
            transfer = plan.listens ? transfer.onProgress(told::add) : transfer;
            TransferResult[] result = new TransferResult[1];
            byte[] expected = plan.expected();
            assertArrayEquals(expected, run(transfer, plan.to, result));
            assertEquals(expected.length, result[0].bytes());
            if (plan.listens && expected.length > 0) {
                assertEquals(expected.length, told.get(told.size() - 1));
                assertTrue(told.stream().sorted().toList().equals(told), told::toString);
            }
            for (int i = 0; i < header.length; i++) {
                assertEquals(2, header[i].position());
                assertEquals(plan.header.get(i).length, header[i].remaining());
            }
            if (writer != null) {
                ChannelBytes.discard(stream.source());
                writer.result();
            }
        }
    }

    private static byte[] run(Transfer transfer, To to, TransferResult[] result) throws Exception {
        if (to == To.FILE || to == To.FILE_AT_A_POSITION) {
            Path file = TestFiles.newPath(".data");
            try (FileChannel target = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                result[0] = (to == To.FILE ? transfer.to(target) : transfer.to(target, 3)).run();
                byte[] content = Files.readAllBytes(file);
                return to == To.FILE || content.length == 0 ? content : Arrays.copyOfRange(content, 3, content.length);
            } finally {
                Files.delete(file);
            }
        }
        TransferTarget target = switch (to) {
            case TCP -> TransferTarget.read(ChannelPair.open(ChannelPair.Kind.TCP));
            case TCP_NON_BLOCKING -> TransferTarget.read(ChannelPair.open(ChannelPair.Kind.TCP).nonBlocking());
            case PIPE -> TransferTarget.read(ChannelPair.open(ChannelPair.Kind.PIPE));
            default -> TransferTarget.foreign(5000);
        };
        try (target) {
            result[0] = transfer.to(target.channel()).run();
            return target.arrived();
        }
    }
}
