package io.ferronio.torture;

import io.ferronio.Mappings;
import io.ferronio.testing.Memory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;

/** One way in one situation: three uses of one mapping, by two threads. */
final class Combination {

    private static final String FAULT = "a fault occurred in";
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Way way;
    private final Mapped mapped;
    private final Set<String> outcomes = new TreeSet<>();

    private Combination(Way way, Mapped mapped) {
        this.way = way;
        this.mapped = mapped;
    }

    /**
     * Runs it and checks it.
     *
     * @param stranger a file of strangers' bytes
     * @return what has happened, in words
     * @throws AssertionError if it must not happen
     */
    static String run(Way way, Situation situation, Path disks, AnotherProcess other, Path stranger)
            throws Exception {
        try (Mapped mapped = new Mapped(situation, way, disks, other)) {
            Combination combination = new Combination(way, mapped);
            try (Strangers strangers = new Strangers(stranger)) {
                combination.useTwice();
                combination.useOnce();
                strangers.check();
            }
            return String.join(", ", combination.outcomes);
        }
    }

    private void useTwice() throws Exception {
        Seen first = new Seen(Mapped.SIZE);
        Seen second = new Seen(Mapped.SIZE);
        mapped.restore();
        runToItsEnd(() -> {
            use(first);
            try {
                awaitFaultingAgain();
                mapped.restore();
            } catch (InterruptedException | IOException e) {
                throw new IllegalStateException(e);
            }
            use(second);
        }, first, second);
        check(first);
        if (second.hasStarted()) {
            check(second);
        }
        checkFile(second.hasStarted() ? second : first);
    }

    private void useOnce() throws Exception {
        awaitFaultingAgain();
        Seen seen = new Seen(Mapped.SIZE);
        mapped.restore();
        runToItsEnd(() -> use(seen), seen);
        check(seen);
        checkFile(seen);
    }

    /** The guard's zeros are meant to go away after a moment, by themselves. */
    private void awaitFaultingAgain() throws InterruptedException {
        long start = System.nanoTime();
        do {
            Thread.sleep(1);
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError("what was put in the place of pages is still there after a minute");
            }
        } while (hasPagesOfNoFile());
    }

    private boolean hasPagesOfNoFile() {
        long start = mapped.subject.address();
        return Memory.ranges().stream().anyMatch(range -> range.name().isEmpty() && range.start() < start + Mapped.SIZE
                && start < range.end());
    }

    private void use(Seen seen) {
        seen.faultsBefore = Faults.of(mapped.subject);
        try {
            way.use.run(mapped.subject, seen);
            seen.completed = true;
        } catch (Throwable e) {
            seen.failure = e;
        }
        seen.faultsAfter = Faults.of(mapped.subject);
    }

    /** An error that comes only after a use belongs to the last one that had begun. */
    private void runToItsEnd(Runnable action, Seen... uses) throws InterruptedException {
        Thread thread = new Thread(action);
        thread.setUncaughtExceptionHandler((ended, e) -> {
            Seen last = uses[0];
            for (Seen seen : uses) {
                last = seen.hasStarted() ? seen : last;
            }
            last.failure = e;
        });
        thread.start();
        thread.join();
        for (Seen seen : uses) {
            if (seen.faultsAfter == -1) {
                seen.faultsAfter = Faults.of(mapped.subject);
            }
        }
    }

    private void check(Seen seen) {
        String outcome = outcome(seen);
        byte[] visible = mapped.visible();
        if (way.showsBytes) {
            for (int i = 0; i < visible.length; i++) {
                if (seen.bytes[i] != visible[i] && (seen.isComplete() || seen.bytes[i] != 0)
                        && !(way.writes && mapped.isBehindTheEnd(i))) {
                    throw new AssertionError("byte " + i + " was read as " + seen.bytes[i] + ", not as " + visible[i]
                            + "; " + outcome);
                }
            }
        }
        if (way.expected != null && seen.isComplete()) {
            Object expected = way.expected.apply(visible);
            if (!expected.equals(seen.value)) {
                throw new AssertionError(shortened(seen.value) + " was made of it, not " + shortened(expected));
            }
        }
        boolean mustFault = way.toucher == Way.Toucher.PROCESS && mapped.situation.isDeadFor(way)
                && !(seen.failure instanceof IllegalStateException)
                && !(way.stopsAtDifference && mapped.isBehindTheEnd(mapped.situation.alive));
        if (mustFault && seen.faultsAfter == seen.faultsBefore) {
            throw new AssertionError("no fault was counted after " + seen.faultsBefore + "; " + outcome);
        }
        if (way.neverSilent && mapped.situation.isDeadFor(way) && seen.isComplete()) {
            throw new AssertionError("it ended without an exception; " + outcome);
        }
        outcomes.add(outcome);
    }

    private void checkFile(Seen last) throws IOException {
        mapped.checkFile(way.writes && last.isComplete() && way.toucher == Way.Toucher.PROCESS);
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value);
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }

    private String outcome(Seen seen) {
        Throwable failure = seen.failure;
        if (failure == null) {
            if (!seen.completed) {
                throw new AssertionError("it ended without an error, and did not return");
            }
            return way.writes ? "lost" : way.showsBytes || way.expected != null ? "zeros" : "nothing";
        }
        if (failure instanceof InternalError && String.valueOf(failure.getMessage()).startsWith(FAULT)) {
            return "error";
        }
        if (failure instanceof UncheckedIOException) {
            failure = failure.getCause();
        }
        if (failure instanceof IOException) {
            return failure.getClass().getSimpleName();
        }
        if (failure instanceof IllegalStateException && (way.onRegion || way.neverSilent)
                && mapped.situation.isRetired()) {
            return "closed";
        }
        if (failure instanceof DataFormatException) {
            return "DataFormatException";
        }
        throw new AssertionError("not an exception that a fault may be", failure);
    }

    /** Mappings of somebody else's, made right after the situation: they may lie where the mapping was. */
    private static final class Strangers implements AutoCloseable {
        private final MappedByteBuffer ours;
        private final MappedByteBuffer theJdks;

        Strangers(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ours = Mappings.map(channel, MapMode.READ_WRITE, 0, Mapped.SIZE);
                theJdks = channel.map(MapMode.READ_WRITE, 0, Mapped.SIZE);
            }
        }

        void check() {
            for (MappedByteBuffer buffer : new MappedByteBuffer[] {ours, theJdks}) {
                for (int i = 0; i < Mapped.SIZE; i += 256) {
                    if (buffer.get(i) != Content.STRANGERS_BYTE) {
                        throw new AssertionError("a stranger's memory has changed");
                    }
                }
            }
        }

        @Override
        public void close() {
            Mappings.unmap(ours);
            Mappings.unmap(theJdks);
        }
    }
}
