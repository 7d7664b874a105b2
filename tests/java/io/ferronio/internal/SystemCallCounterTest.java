package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A thread's system calls, as the kernel counts them. */
class SystemCallCounterTest {

    private static final int CALLS = 1000;
    private static final int TRIES = 20;

    /** A counter, or no test where this user may not count. */
    private static SystemCallCounter counter() {
        try {
            return SystemCallCounter.ofThisThread();
        } catch (IOException e) {
            Assumptions.assumeTrue(false, e.getMessage());
            throw new AssertionError(e);
        }
    }

    /** So many system calls, each of one native. */
    private static void call(int times) {
        for (int i = 0; i < times; i++) {
            PerformanceNatives.minorFaults();
        }
    }

    /** The JVM may have the thread wait at any moment, which takes system calls, too: but not each time. */
    @Test
    void soManySystemCallsAreCountedAsSoMany() {
        call(CALLS);
        try (SystemCallCounter counter = counter()) {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < TRIES; i++) {
                long before = counter.count();
                call(CALLS);
                long counted = counter.count() - before;
                assertTrue(counted >= CALLS, () -> "counted: " + counted);
                least = Math.min(least, counted);
            }
            assertEquals(CALLS, least);
        }
    }

    @Test
    void beginsAtNothing() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            try (SystemCallCounter counter = counter()) {
                least = Math.min(least, counter.count());
            }
        }
        assertEquals(0, least);
    }

    @Test
    void anotherThreadMayAskAndIsNotCounted() throws Exception {
        try (SystemCallCounter counter = counter()) {
            call(CALLS);
            TransferTask<Long> other = TransferTask.start(() -> {
                call(CALLS);
                return counter.count();
            });
            long counted = other.result();
            assertTrue(counted >= CALLS && counted < 2 * CALLS, () -> "counted: " + counted);
        }
    }

    @Test
    void aClosedCounterIsOfNoUse() {
        SystemCallCounter counter = counter();
        counter.close();
        counter.close();
        assertThrows(IllegalStateException.class, counter::count);
    }

    @Test
    void whoMayNotCountIsToldWhyAndWhatToDo() {
        String output = ChildJvm.runUnprivileged(Counting.class, List.of()).succeeded().trim();
        Assumptions.assumeTrue(!output.startsWith("counted"), "here everybody may count");
        assertTrue(output.startsWith("system calls cannot be counted: "), output);
        assertTrue(output.contains("root"), output);
    }

    @Test
    void withoutTheLibraryTheReasonIsSaid() {
        String output = ChildJvm.run(Counting.class, List.of("-Dio.ferronio.library=/nonexistent.so")).succeeded();
        assertTrue(output.contains("system calls cannot be counted: the native library is not loaded"), output);
    }

    @Test
    void aVirtualThreadHasNoneOfItsOwn() {
        TransferTask.Carrier.VIRTUAL.assume();
        TransferTask<SystemCallCounter> task = TransferTask.start(TransferTask.Carrier.VIRTUAL,
                SystemCallCounter::ofThisThread);
        assertThrows(UnsupportedOperationException.class, task::result);
    }

    @Test
    void pageFaultsOfAThreadAreItsOwn() throws Exception {
        try (FileChannel file = FileChannel.open(TestFiles.newFile(100_000))) {
            ThreadUsage before = ThreadUsage.ofThisThread();
            MappedByteBuffer buffer = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
            assertEquals(TestFiles.byteAt(99_999), buffer.get(99_999));
            ThreadUsage since = ThreadUsage.ofThisThread().since(before);
            assertTrue(since.minorFaults() + since.majorFaults() > 0, since::toString);
            assertTrue(since.voluntarySwitches() >= 0 && since.involuntarySwitches() >= 0, since::toString);
        }
    }

    /** Counts, or says why it cannot. */
    static final class Counting {
        private Counting() {
        }

        public static void main(String[] args) {
            try (SystemCallCounter counter = SystemCallCounter.ofThisThread()) {
                System.out.println("counted " + counter.count());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
