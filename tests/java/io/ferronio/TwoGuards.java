package io.ferronio;

import io.ferronio.testing.Concurrently;
import io.ferronio.testing.IsolatedCopy;
import io.ferronio.testing.TestFiles;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;

/**
 * A program: two copies of the library in one process, whose SIGBUS handlers stand one behind the other. Pages that cannot be
 * had are read through both, in turns and at the same time, and each copy counts its own. Prints what each says of its guard.
 */
final class TwoGuards {

    private static final int SIZE = 64 * 4096;
    private static final int ROUNDS = 50;

    private TwoGuards() {
    }

    /** No arguments. */
    public static void main(String[] args) throws Exception {
        try (IsolatedCopy first = new IsolatedCopy(); IsolatedCopy second = new IsolatedCopy()) {
            for (IsolatedCopy copy : List.of(first, second, second, first)) {
                copy.call(TwoGuards.class, "fault", 2);
            }
            List<Callable<?>> readers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                readers.add(() -> first.call(TwoGuards.class, "fault", ROUNDS));
                readers.add(() -> second.call(TwoGuards.class, "fault", ROUNDS));
            }
            Concurrently.run(readers);
            first.call(TwoGuards.class, "report", "first");
            second.call(TwoGuards.class, "report", "second");
        }
    }

    // ---- called in the copies

    static void report(String name) {
        Capabilities.all().stream().filter(capability -> capability.name().equals("guard"))
                .forEach(capability -> System.out.println(name + "=" + capability));
    }

    static void fault(int rounds) throws Exception {
        byte[] zeros = new byte[SIZE];
        CRC32 expected = new CRC32();
        expected.update(zeros);
        for (int i = 0; i < rounds; i++) {
            Path file = TestFiles.newFile(SIZE);
            try (FileChannel channel = FileChannel.open(file)) {
                MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE);
                if (i % 2 == 0) {
                    Mappings.unmap(buffer);
                } else {
                    TestFiles.setSize(file, 0);
                }
                read(buffer); // First: where the checksum was just taken, zeros may still be in place.
                check(Mappings.faults(buffer) > 0, "nothing was counted");
                CRC32 checksum = new CRC32();
                checksum.update(buffer.duplicate());
                check(checksum.getValue() == expected.getValue(), "other bytes than zeros");
                Mappings.unmap(buffer);
            }
        }
    }

    /** In a thread of its own: the error may come any time later in the thread that has read. */
    private static void read(MappedByteBuffer buffer) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        byte[] seen = new byte[1];
        Thread reader = new Thread(() -> {
            seen[0] = buffer.get(SIZE - 1);
            Thread.currentThread().getStackTrace(); // JDK 17 throws at some calls into the JVM.
        });
        reader.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        reader.start();
        reader.join();
        check(thrown.get() instanceof InternalError && seen[0] == 0, "byte " + seen[0] + ", " + thrown.get());
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
