package io.ferronio;

import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.TestFiles;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A program: pages that cannot be had are accessed many times, one access right after the other. Exit status 1 unless
 * every one of them gets its error.
 */
final class RepeatedAccess {

    private static final int SIZE = 20 * 4096;
    /** For each kind: all of them together are not more than the guard answers so exactly in a row. */
    private static final int TIMES = 20;

    /** Kept, so that no compiler leaves a read out. */
    private static volatile double read;

    /** One access each: an error comes sometime after it. */
    private static final Map<String, Consumer<MappedByteBuffer>> ACCESSES = new TreeMap<>(Map.of(
            "get", buffer -> read = buffer.get(60_000),
            "getLong", buffer -> read = buffer.getLong(50_000),
            "relative get", buffer -> read = buffer.duplicate().position(60_000).get(),
            "bulk get", buffer -> buffer.get(50_000, new byte[100]),
            "put", buffer -> buffer.put(70_000, (byte) 1),
            "putDouble", buffer -> buffer.putDouble(70_000, 1)));

    private RepeatedAccess() {
    }

    /**
     * In a thread each. JDK 17 throws only at some calls into the JVM, and never if the thread ends before: so there is
     * one.
     */
    private static int errors(Consumer<MappedByteBuffer> access, MappedByteBuffer buffer) {
        int errors = 0;
        for (int i = 0; i < TIMES; i++) {
            boolean faulted = FaultingThread.run(() -> {
                access.accept(buffer);
                return Thread.currentThread().getStackTrace();
            });
            errors += faulted ? 1 : 0;
        }
        return errors;
    }

    public static void main(String[] args) throws Exception {
        boolean failed = false;
        for (boolean unmapped : new boolean[] {false, true}) {
            Path file = TestFiles.newFile(SIZE);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_WRITE, 0, SIZE);
                for (Consumer<MappedByteBuffer> access : ACCESSES.values()) {
                    for (int i = 0; i < 20_000; i++) {
                        access.accept(buffer); // So that it is compiled.
                    }
                }
                if (unmapped) {
                    Mappings.unmap(buffer);
                } else {
                    channel.truncate(4096);
                }
                for (Map.Entry<String, Consumer<MappedByteBuffer>> access : ACCESSES.entrySet()) {
                    long before = Mappings.faults(buffer);
                    int errors = errors(access.getValue(), buffer);
                    long faults = Mappings.faults(buffer) - before;
                    System.out.println(access.getKey() + (unmapped ? ", unmapped: " : ", truncated: ") + errors + " errors, "
                            + faults + " faults");
                    failed |= errors != TIMES || faults < TIMES;
                }
            }
        }
        System.exit(failed ? 1 : 0);
    }
}
