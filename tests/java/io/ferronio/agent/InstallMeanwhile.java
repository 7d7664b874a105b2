package io.ferronio.agent;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.Concurrently;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A program: installs and uninstalls the agent, time and again, while other threads send, receive, copy and map. Each
 * byte comes once, whoever has moved it. It goes on until both the agent and the JDK have done enough of each.
 */
final class InstallMeanwhile {

    private static final int SIZE = 5_000_000;
    private static final Path FILE = TestFiles.newFile(SIZE);
    private static final ByteBuffer CONTENT = ByteBuffer.wrap(TestFiles.content(0, SIZE));
    private static final int TIMES = 20;

    private static final AtomicBoolean OVER = new AtomicBoolean();

    private InstallMeanwhile() {
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws Exception {
        List<Callable<?>> actions = new ArrayList<>();
        actions.add(InstallMeanwhile::switchOnAndOff);
        for (ChannelPair.Kind kind : List.of(ChannelPair.Kind.TCP, ChannelPair.Kind.PIPE)) {
            ChannelPair pair = ChannelPair.open(kind);
            Path copy = TestFiles.newPath(".copy");
            actions.add(() -> send(pair));
            actions.add(() -> receive(pair, copy));
        }
        actions.add(InstallMeanwhile::map);
        Concurrently.run(actions);
        Totals totals = Totals.now();
        check(totals.transfers() > 0 && totals.mappings() > 0, totals);
        System.out.println(totals);
    }

    private static Void switchOnAndOff() {
        try {
            for (int i = 0; i < TIMES; i++) {
                Totals before = Totals.now();
                check(FerronioAgent.install(), "was in place");
                while (Totals.now().minus(before).transfers() < 20) {
                    Thread.onSpinWait();
                }
                check(FerronioAgent.uninstall(), "was not in place");
            }
        } finally {
            OVER.set(true);
        }
        return null;
    }

    /** The file, from its start again and again, until it is over; then the other end sees the end. */
    private static Void send(ChannelPair pair) throws IOException {
        try (FileChannel source = FileChannel.open(FILE); var sink = pair.sink()) {
            while (!OVER.get()) {
                for (long sent = 0; sent < SIZE;) {
                    long n = source.transferTo(sent, 100_000, sink);
                    check(n > 0 && n <= 100_000, n);
                    sent += n;
                }
            }
        }
        return null;
    }

    private static Void receive(ChannelPair pair, Path copy) throws IOException {
        try (FileChannel target = FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE); var source = pair.source()) {
            long received;
            do {
                received = 0;
                long n;
                while (received < SIZE && (n = target.transferFrom(source, received, Math.min(70_000, SIZE - received))) > 0) {
                    received += n;
                }
                check(received == 0 || received == SIZE, received + " bytes came of " + SIZE);
                if (received == SIZE) {
                    MappedByteBuffer bytes = target.map(MapMode.READ_ONLY, 0, target.size());
                    check(bytes.equals(CONTENT), "other bytes came");
                    BufferCleaner.invoke(bytes);
                    target.truncate(0);
                }
            } while (received > 0);
        } finally {
            Files.delete(copy);
        }
        return null;
    }

    private static Void map() throws IOException {
        int size = 10_000;
        try (FileChannel channel = FileChannel.open(FILE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int i = 0; !OVER.get(); i = (i + 7919) % (SIZE - size)) {
                MappedByteBuffer bytes = channel.map(MapMode.PRIVATE, i, size);
                check(bytes.equals(CONTENT.slice(i, size)), "other bytes at " + i);
                BufferCleaner.invoke(bytes);
            }
        }
        return null;
    }
}
