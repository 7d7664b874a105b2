package io.ferronio.agent;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A program: {@code Unsafe.invokeCleaner}, by which programs unmap, on what {@code map} has returned under the agent. */
final class UnmappedByHand {

    private static final int SIZE = 20_000;
    private static final Path FILE = TestFiles.newFile(SIZE);

    private UnmappedByHand() {
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws IOException {
        try (FileChannel channel = FileChannel.open(FILE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = channel.map(MapMode.READ_WRITE, 0, SIZE);
            ByteBuffer view = buffer.slice(5000, 10);
            ByteBuffer other = buffer.duplicate();
            check(buffer.equals(ByteBuffer.wrap(TestFiles.content(0, SIZE))), "the mapping shows other bytes");
            buffer.put(5000, (byte) 0);
            refused(view);
            refused(other);
            check(!Memory.rangesOf(FILE).isEmpty(), "nothing is mapped");

            BufferCleaner.invoke(buffer);
            check(Memory.rangesOf(FILE).isEmpty(), "the file is still mapped");
            BufferCleaner.invoke(buffer);
            check(Files.readAllBytes(FILE)[5000] == 0, "what was written is not in the file");
            check(Totals.now().mappings() == 1 && Totals.now().faults() == 0, Totals.now());

            FaultingThread.run(() -> view.get(0));
            check(FaultingThread.run(() -> sum(other)), "reading what is not there went well");
            check(Totals.now().faults() > 0, "no fault was counted");
            forgotten(channel);
        }
    }

    private static long sum(ByteBuffer buffer) {
        long sum = 0;
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < SIZE; i++) {
                sum += buffer.get(i);
            }
        }
        return sum;
    }

    /** As the JDK has it: only who was mapped can be unmapped. */
    private static void refused(ByteBuffer view) {
        try {
            BufferCleaner.invoke(view);
            throw new AssertionError("a view was unmapped");
        } catch (IllegalArgumentException e) {
            check("duplicate or slice".equals(e.getMessage()), e);
        }
    }

    /** What nobody unmaps, the collector does. */
    private static void forgotten(FileChannel channel) throws IOException {
        for (int i = 0; i < 10; i++) {
            channel.map(MapMode.READ_ONLY, 0, SIZE);
        }
        check(Eventually.afterCollection(() -> Memory.rangesOf(FILE).isEmpty()), "garbage is still mapped");
    }
}
