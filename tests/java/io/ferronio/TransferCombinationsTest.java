package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChannelSinkDelegate;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.InPlace;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferOutcome;
import io.ferronio.testing.TransferTarget;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything that can be wrong with a call, in every combination: the order of checks, the exceptions and the state
 * that they leave behind are those of the running JDK.
 */
class TransferCombinationsTest {

    private static final int SIZE = 10_000;
    private static final byte[] CONTENT = TestFiles.content(0, SIZE);
    private static final Path FILE = TestFiles.newFile(SIZE);
    private static final Path EMPTY_FILE = TestFiles.newFile(0);
    private static final Path CHANGED_FILE = TestFiles.newFile(0);

    /** Positions and counts. */
    private static final long[][] RANGES = {
        {0, 1000}, {0, 0}, {5, Long.MAX_VALUE}, {SIZE, 10}, {SIZE + 1, 10}, {Long.MAX_VALUE, 1},
        {-1, 10}, {0, -1}, {-1, -1}, {Long.MIN_VALUE, Long.MIN_VALUE}, {SIZE + 1, -1}};

    private interface SourceOpening {
        FileChannel open() throws IOException;
    }

    /** What a source can be like. */
    private enum Source {
        NULL(() -> null),
        READABLE(() -> FileChannel.open(FILE)),
        READABLE_AND_WRITABLE(() ->
                FileChannel.open(restoredFile(), StandardOpenOption.READ, StandardOpenOption.WRITE)),
        EMPTY(() -> FileChannel.open(EMPTY_FILE)),
        CLOSED(() -> closed(FileChannel.open(FILE))),
        NOT_READABLE(() -> FileChannel.open(FILE, StandardOpenOption.WRITE)),
        NOT_READABLE_CLOSED(() -> closed(FileChannel.open(FILE, StandardOpenOption.WRITE))),
        DIRECTORY(() -> FileChannel.open(FILE.getParent())),
        OF_THE_KERNEL(() -> FileChannel.open(Path.of("/proc/version"))),
        OF_AN_INPUT_STREAM(() -> new FileInputStream(FILE.toFile()).getChannel()),
        OF_A_RANDOM_ACCESS_FILE(() -> new RandomAccessFile(restoredFile().toFile(), "rw").getChannel()),
        FOREIGN(() -> new ChannelDelegate(FileChannel.open(FILE)));

        final SourceOpening opening;

        Source(SourceOpening opening) {
            this.opening = opening;
        }
    }

    /** A file that may be written to: with the same content every time. */
    private static Path restoredFile() throws IOException {
        return Files.write(CHANGED_FILE, CONTENT);
    }

    private interface TargetOpening {
        TransferTarget open(FileChannel source) throws IOException;
    }

    /** What a target can be like. */
    private enum Target {
        NULL(source -> TransferTarget.unread(null, null)),
        TCP(source -> TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.TCP))),
        TCP_NON_BLOCKING(source -> TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.TCP).nonBlocking())),
        TCP_CLOSED(source -> unreadClosed(ChannelPair.open(ChannelPair.Kind.TCP))),
        TCP_SHUT_DOWN(source -> shutDown(ChannelPair.open(ChannelPair.Kind.TCP))),
        TCP_SHUT_DOWN_NON_BLOCKING(source -> shutDown(ChannelPair.open(ChannelPair.Kind.TCP).nonBlocking())),
        TCP_RESET(source -> reset(ChannelPair.open(ChannelPair.Kind.TCP))),
        TCP_RESET_NON_BLOCKING(source -> reset(ChannelPair.open(ChannelPair.Kind.TCP).nonBlocking())),
        TCP_BROKEN(source -> broken(reset(ChannelPair.open(ChannelPair.Kind.TCP)))),
        TCP_NOT_CONNECTED(source -> TransferTarget.unread(SocketChannel.open(), null)),
        TCP_NOT_CONNECTED_NON_BLOCKING(source -> notConnectedNonBlocking()),
        UNIX(source -> TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.UNIX))),
        UNIX_NON_BLOCKING(source -> TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.UNIX).nonBlocking())),
        UNIX_FULL(source -> unread(ChannelPair.open(ChannelPair.Kind.UNIX).nonBlocking().filled())),
        UNIX_CLOSED(source -> unreadClosed(ChannelPair.open(ChannelPair.Kind.UNIX))),
        UNIX_SHUT_DOWN(source -> shutDown(ChannelPair.open(ChannelPair.Kind.UNIX))),
        UNIX_BROKEN(source -> abandoned(ChannelPair.open(ChannelPair.Kind.UNIX))),
        UNIX_NOT_CONNECTED(source -> TransferTarget.unread(SocketChannel.open(StandardProtocolFamily.UNIX), null)),
        PIPE(source -> TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.PIPE))),
        PIPE_NON_BLOCKING(source -> TransferTarget.readLater(ChannelPair.open(ChannelPair.Kind.PIPE).nonBlocking())),
        PIPE_FULL(source -> unread(ChannelPair.open(ChannelPair.Kind.PIPE).nonBlocking().filled())),
        PIPE_CLOSED(source -> unreadClosed(ChannelPair.open(ChannelPair.Kind.PIPE))),
        PIPE_BROKEN(source -> abandoned(ChannelPair.open(ChannelPair.Kind.PIPE))),
        PIPE_FOREIGN(source -> foreignSink(ChannelPair.open(ChannelPair.Kind.PIPE))),
        UDP(source -> datagrams()),
        FILE_WRITABLE(source -> file(StandardOpenOption.WRITE)),
        FILE_APPENDING(source -> file(StandardOpenOption.APPEND)),
        FILE_NOT_WRITABLE(source -> file(StandardOpenOption.READ)),
        FILE_CLOSED(source -> closed(file(StandardOpenOption.WRITE))),
        FILE_NOT_WRITABLE_CLOSED(source -> closed(file(StandardOpenOption.READ))),
        FILE_OF_AN_APPENDING_STREAM(source -> appendingStream()),
        SOURCE_ITSELF(source -> TransferTarget.unread(source, null)),
        DEVICE_THAT_TAKES_ALL(source -> device("/dev/null")),
        DEVICE_THAT_IS_FULL(source -> device("/dev/full")),
        FOREIGN(source -> TransferTarget.foreign(Integer.MAX_VALUE)),
        FOREIGN_CLOSED(source -> closed(TransferTarget.foreign(Integer.MAX_VALUE))),
        FOREIGN_FAILING(source -> TransferTarget.unread(failing(), null)),
        FOREIGN_FILE(source -> foreignFile(StandardOpenOption.WRITE)),
        FOREIGN_FILE_NOT_WRITABLE(source -> foreignFile(StandardOpenOption.READ));

        final TargetOpening opening;

        Target(TargetOpening opening) {
            this.opening = opening;
        }
    }

    private static FileChannel closed(FileChannel channel) throws IOException {
        channel.close();
        return channel;
    }

    private static TransferTarget closed(TransferTarget target) throws IOException {
        target.channel().close();
        return target;
    }

    private static TransferTarget unread(ChannelPair pair) {
        return TransferTarget.unread(pair.sink(), pair.source());
    }

    private static TransferTarget unreadClosed(ChannelPair pair) throws IOException {
        return closed(unread(pair));
    }

    private static TransferTarget shutDown(ChannelPair pair) throws IOException {
        ((SocketChannel) pair.sink()).shutdownOutput();
        return TransferTarget.readLater(pair);
    }

    /** The reader has gone. */
    private static TransferTarget abandoned(ChannelPair pair) throws IOException {
        pair.source().close();
        return unread(pair);
    }

    /** The reader has gone without reading all that had been sent to it: TCP answers that with a reset. */
    private static TransferTarget reset(ChannelPair pair) throws IOException {
        SocketChannel sink = (SocketChannel) pair.sink();
        boolean blocking = sink.isBlocking();
        sink.write(ByteBuffer.allocate(2));
        ChannelBytes.read(pair.source(), 1);
        pair.source().close();
        sink.configureBlocking(false);
        ChannelBytes.await(sink, SelectionKey.OP_READ);
        sink.configureBlocking(blocking);
        return unread(pair);
    }

    /** A reset is reported once; from then on the connection is just broken. */
    private static TransferTarget broken(TransferTarget reset) {
        assertThrows(IOException.class, () -> reset.channel().write(ByteBuffer.allocate(1)));
        return reset;
    }

    private static TransferTarget notConnectedNonBlocking() throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.configureBlocking(false);
        return TransferTarget.unread(socket, null);
    }

    private static TransferTarget foreignSink(ChannelPair pair) {
        WritableByteChannel sink = new ChannelSinkDelegate((Pipe.SinkChannel) pair.sink());
        return TransferTarget.readLater(new ChannelPair(sink, pair.source()));
    }

    private static TransferTarget datagrams() throws IOException {
        DatagramChannel receiver = DatagramChannel.open();
        receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET);
        return TransferTarget.unread(sender.connect(receiver.getLocalAddress()), receiver);
    }

    private static TransferTarget file(StandardOpenOption option) throws IOException {
        Path file = TestFiles.newFile(100);
        return TransferTarget.file(FileChannel.open(file, option), file);
    }

    private static TransferTarget foreignFile(StandardOpenOption option) throws IOException {
        Path file = TestFiles.newFile(100);
        return TransferTarget.file(new ChannelDelegate(FileChannel.open(file, option)), file);
    }

    private static TransferTarget appendingStream() throws IOException {
        Path file = TestFiles.newFile(100);
        return TransferTarget.file(new FileOutputStream(file.toFile(), true).getChannel(), file);
    }

    private static TransferTarget device(String name) throws IOException {
        return TransferTarget.unread(FileChannel.open(Path.of(name), StandardOpenOption.WRITE), null);
    }

    private static WritableByteChannel failing() {
        return Channels.newChannel(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("this channel fails");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void everyCombinationEndsAsOnTheJdk(Target target) throws Exception {
        Set<Source> sources = EnumSet.complementOf(EnumSet.of(Source.DIRECTORY));
        if (InPlace.ASKED) {
            sources.removeIf(source -> (source.ordinal() + target.ordinal()) % 3 != 0);
        }
        compare(sources, target);
    }

    /** In a JVM of its own: after a transfer from a directory, JDKs up to 21 treat pipes in another way for good. */
    @Test
    void everyCombinationWithADirectoryEndsAsOnTheJdk() {
        ChildJvm.run(FromADirectory.class, List.of()).succeeded();
    }

    /** Compares transfers from a directory. */
    static final class FromADirectory {
        private FromADirectory() {
        }

        public static void main(String[] args) throws Exception {
            for (Target target : Target.values()) {
                compare(EnumSet.of(Source.DIRECTORY), target);
            }
        }
    }

    /** One method after the other: with {@link InPlace} it takes some time to change between them. */
    private static void compare(Set<Source> sources, Target target) throws Exception {
        Map<String, TransferOutcome> expected = outcomes(TransferMethod.JDK, sources, target);
        List<String> differences = new ArrayList<>();
        outcomes(TransferMethod.FERRONIO, sources, target).forEach((transfer, actual) -> {
            if (!expected.get(transfer).equals(actual)) {
                differences.add(transfer + ":\n    JDK  " + expected.get(transfer) + "\n    ours " + actual);
            }
        });
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
    }

    /** For each range, and for some of them with an interrupt. */
    private static Map<String, TransferOutcome> outcomes(TransferMethod method, Set<Source> sources, Target target)
            throws Exception {
        Map<String, TransferOutcome> outcomes = new LinkedHashMap<>();
        for (Source source : sources) {
            for (int i = 0; i < RANGES.length; i++) {
                String transfer = source + " to " + target + ", range " + Arrays.toString(RANGES[i]);
                outcomes.put(transfer, transfer(method, source, target, RANGES[i], false));
                if (i % 4 == 0) {
                    outcomes.put(transfer + ", interrupted", transfer(method, source, target, RANGES[i], true));
                }
            }
        }
        return outcomes;
    }

    private static TransferOutcome transfer(TransferMethod method, Source sourceKind, Target targetKind, long[] range,
            boolean interrupted) throws Exception {
        try (FileChannel source = sourceKind.opening.open();
                TransferTarget target = targetKind.opening.open(source)) {
            return TransferOutcome.of(source, target, () -> {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return method.transferTo(source, range[0], range[1], target.channel());
            });
        }
    }
}
