package io.ferronio;

import io.ferronio.testing.Eventually;
import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A program: mappings fault, and a handler of java.util.logging sees what is said about it. Argument: a {@link Part}. */
final class ReportedFaults {

    static final int SIZE = 16 * 4096;
    static final int KEPT = 4 * 4096 + 100;

    private static final Logger LOGGER = Logger.getLogger("io.ferronio");
    private static final List<LogRecord> RECORDS = new CopyOnWriteArrayList<>();
    private static final List<Thread> THREADS = new CopyOnWriteArrayList<>();

    private ReportedFaults() {
    }

    enum Part {
        EACH_MAPPING_ONCE {
            @Override
            void run() throws Exception {
                MappedByteBuffer truncated = newTruncated();
                FaultingThread.run(() -> truncated.get(9 * 4096));
                await(1);
                MappedByteBuffer unmapped = newMapping();
                Mappings.unmap(unmapped);
                FaultingThread.run(() -> unmapped.get(0));
                await(2);
                MappedByteBuffer again = truncated.slice();
                FaultingThread.run(() -> again.get(10 * 4096));
                Mappings.unmap(truncated);
                FaultingThread.run(() -> again.get(0));
                MappedByteBuffer jdks = newMappingOfTheJdk();
                Mappings.unmap(jdks);
                FaultingThread.run(() -> jdks.get(0));
                await(3);
                check(RECORDS.size() == 3, RECORDS.size());
                says(0, ".data, " + SIZE + " bytes mapped: ", "at offset " + 9 * 4096, "truncated to " + KEPT + " bytes");
                says(1, ".data, " + SIZE + " bytes mapped: ", "at offset 0", "use after unmap");
                says(2, "a mapping made by the JDK, ", "use after unmap");
                check(THREADS.stream().allMatch(Thread::isDaemon), THREADS);
            }
        },

        /** A read that fails is often followed by an unmap at once: that is not the cause. */
        UNMAPPED_SINCE {
            @Override
            void run() throws Exception {
                for (int i = 0; i < 20; i++) {
                    MappedByteBuffer truncated = newTruncated();
                    try {
                        check(false, Mappings.validated(truncated, b -> b.get(9 * 4096)));
                    } catch (MappedFileChangedException e) {
                        Mappings.unmap(truncated);
                    }
                    await(i + 1);
                    says(i, "truncated to " + KEPT + " bytes");
                }
            }
        },

        LOGGER_THROWS {
            @Override
            void run() throws Exception {
                List<Throwable> failures = List.of(new IllegalStateException("the logger's"), new Error("the logger's"),
                        new OutOfMemoryError("the logger's"));
                for (int i = 0; i < failures.size(); i++) {
                    Throwable failure = failures.get(i);
                    whenLogged = logged -> ReportedFaults.<RuntimeException>raise(failure);
                    MappedByteBuffer truncated = newTruncated();
                    FaultingThread.run(() -> truncated.get(9 * 4096));
                    await(i + 1);
                    Mappings.unmap(truncated);
                }
            }
        },

        /** Nobody waits for it: not who maps, nor who faults, reads or unmaps; and what is released meanwhile is told. */
        LOGGER_BLOCKS {
            @Override
            void run() throws Exception {
                CountDownLatch blocked = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                whenLogged = logged -> {
                    whenLogged = more -> { };
                    blocked.countDown();
                    awaitUninterruptibly(goOn);
                };
                MappedByteBuffer first = newTruncated();
                FaultingThread.run(() -> first.get(9 * 4096));
                awaitUninterruptibly(blocked);
                MappedByteBuffer second = newTruncated();
                FaultingThread.run(() -> second.get(9 * 4096));
                FaultingThread.run(() -> first.get(9 * 4096));
                check(Mappings.faults(second) > 0 && Mappings.validated(second, b -> b.get(0)) != 0, second);
                Mappings.unmap(first);
                Mappings.unmap(second);
                faultAndDrop();
                Eventually.afterCollection(() -> RECORDS.size() == 2);
                says(1, "truncated to " + KEPT + " bytes");
                check(THREADS.get(1) != THREADS.get(0), "by the thread that has released it");
                goOn.countDown();
                await(3);
            }

            /** In a method of its own: nothing may be left of it on main's stack. */
            private void faultAndDrop() throws IOException {
                MappedByteBuffer third = newTruncated();
                FaultingThread.run(() -> third.get(9 * 4096));
            }
        },

        /** It is the process's, so it is told once. */
        ANOTHER_HANDLER {
            @Override
            void run() throws Exception {
                Mappings.unmap(newMapping());
                check(RECORDS.isEmpty(), RECORDS);
                handleBusErrors();
                for (int i = 0; i < 3; i++) {
                    Mappings.unmap(newMapping());
                    says(0, "another library has put a SIGBUS handler over the guard's");
                    check(RECORDS.size() == 1, RECORDS);
                }
            }

            /** {@code sun.misc.Signal} is as good as another library. By reflection: compilers warn of it. */
            private void handleBusErrors() throws ReflectiveOperationException {
                Class<?> signals = Class.forName("sun.misc.Signal");
                Class<?> handlers = Class.forName("sun.misc.SignalHandler");
                Object nothing = java.lang.reflect.Proxy.newProxyInstance(handlers.getClassLoader(),
                        new Class<?>[] {handlers}, (proxy, method, args) -> null);
                signals.getMethod("handle", signals, handlers)
                        .invoke(null, signals.getConstructor(String.class).newInstance("BUS"), nothing);
            }
        };

        abstract void run() throws Exception;
    }

    private static volatile Consumer<LogRecord> whenLogged = logged -> { };

    private static final Handler HANDLER = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            THREADS.add(Thread.currentThread());
            RECORDS.add(logged);
            whenLogged.accept(logged);
        }

        @Override
        public void flush() {
            // Nothing is kept.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private static void says(int number, String... parts) {
        LogRecord logged = RECORDS.get(number);
        check(logged.getLevel() == Level.WARNING, logged.getLevel());
        for (String part : parts) {
            check(logged.getMessage().contains(part), logged.getMessage());
        }
    }

    private static void await(int records) {
        check(Eventually.holds(() -> RECORDS.size() >= records), "no report " + records);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MappedByteBuffer newMapping() throws IOException {
        try (FileChannel channel = FileChannel.open(TestFiles.newFile(SIZE))) {
            return Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE);
        }
    }

    private static MappedByteBuffer newMappingOfTheJdk() throws IOException {
        try (FileChannel channel = FileChannel.open(TestFiles.newFile(SIZE))) {
            return channel.map(MapMode.READ_ONLY, 0, SIZE);
        }
    }

    private static MappedByteBuffer newTruncated() throws IOException {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer buffer = Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE);
            TestFiles.setSize(file, KEPT);
            return buffer;
        }
    }

    public static void main(String[] args) throws Exception {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(HANDLER);
        Part.valueOf(args[0]).run();
    }
}
