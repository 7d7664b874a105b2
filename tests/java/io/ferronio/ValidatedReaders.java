package io.ferronio;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A program: a truncated file is read in all ways, validated. Exit status 1 if a read does not throw what it should, or
 * if HotSpot's own error for it surfaces later in the thread, whatever that does.
 */
final class ValidatedReaders {

    private static final int SIZE = 24 * 4096;
    private static final int KEPT = 22 * 4096 + 1000;
    private static final int ROUNDS = 3;

    private static volatile Object kept;
    private static volatile int one = 1;

    private ValidatedReaders() {
    }

    /** Opportunities for HotSpot to throw what it has pending: one of them alone would do in some JVM. */
    private static final List<Supplier<Object>> OPPORTUNITIES = List.of(
            () -> new byte[one][one], () -> new byte[one << 20], () -> Array.newInstance(int.class, one),
            System::nanoTime, () -> System.identityHashCode(new Object()), () -> {
                Thread.yield();
                return null;
            }, () -> {
                LockSupport.parkNanos(1);
                return null;
            }, () -> {
                synchronized (new Object()) {
                    return Thread.holdsLock(OpportunityLock.class);
                }
            }, () -> {
                try {
                    return Integer.parseInt("no number");
                } catch (NumberFormatException e) {
                    return e.getStackTrace();
                }
            }, () -> new ArrayList<>(List.of(1, 2, 3)).stream().map(i -> i + one).toList(), () -> {
                System.gc();
                return null;
            });

    /** Loaded when it is first asked for. */
    private static final class OpportunityLock {
    }

    private static void takeOpportunities() {
        for (Supplier<Object> opportunity : OPPORTUNITIES) {
            kept = opportunity.get();
        }
    }

    private static boolean readValidated(MappedByteBuffer buffer, WayToRead way, Expected expected) {
        try {
            Mappings.validated(buffer, b -> {
                way.read(b, expected);
                return null;
            });
            return true;
        } catch (MappedFileChangedException e) {
            if (e.getCause() != null && !(e.getCause() instanceof InternalError)) {
                throw new AssertionError(way.name(), e);
            }
            return false;
        }
    }

    private static void check(boolean condition, WayToRead way) {
        if (!condition) {
            throw new AssertionError(way);
        }
    }

    /** Arguments: how often each way is run before, so that the JIT compiles it; the kind of thread. */
    public static void main(String[] args) throws Throwable {
        Throwable[] thrown = new Throwable[1];
        Runnable program = () -> {
            try {
                run(Integer.parseInt(args[0]));
            } catch (Throwable e) {
                thrown[0] = e;
            }
        };
        if (args[1].equals("virtual")) {
            ((Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, program)).join();
        } else {
            program.run();
        }
        if (thrown[0] != null) {
            throw thrown[0];
        }
    }

    private static void run(int warmUp) throws IOException {
        Expected whole = Expected.mapped(TestFiles.content(0, SIZE));
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE);
            MappedByteBuffer first = Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE);
            for (int i = 0; i < warmUp; i++) {
                for (WayToRead way : WayToRead.values()) {
                    check(readValidated(buffer, way, whole), way);
                }
            }
            TestFiles.setSize(file, KEPT);
            Expected rest = whole.gone(KEPT);
            for (int round = 0; round < ROUNDS; round++) {
                for (WayToRead way : WayToRead.values()) {
                    // Mismatches end where the first byte is missing, before the next page, or in it.
                    boolean isWhole = readValidated(round % 2 == 0 ? buffer : first, way, rest);
                    check(!isWhole || way == WayToRead.MISMATCH, way);
                    takeOpportunities();
                }
            }
            Mappings.unmap(buffer);
            Mappings.unmap(first);
        }
    }
}
