package io.ferronio.internal;

import io.ferronio.MappedFileChangedException;
import java.io.IOException;
import java.util.function.Function;

/**
 * What can be said of a mapping whose faults are counted: whether a read got the file's bytes, and whether writes
 * reach the file. The life's owner must be reachable until the calls return.
 */
final class WatchedMapping {

    private static final String ADVICE_AFTER_READ = "what was read is not what the file holds: read it again, or map the"
            + " file anew";
    private static final String ADVICE_AFTER_FORCE = "what was written to such pages did not reach the file, and nobody"
            + " knows what that was: write it again, through a new mapping";

    private WatchedMapping() {
    }

    /** Writes back. */
    interface Forcing {
        void run() throws IOException;
    }

    private static void checkMapped(MappingLife life, String tried) {
        if (life.isRetired()) {
            throw new IllegalStateException(tried + " of " + life.file() + ": it was unmapped");
        }
    }

    /** Forces, and sees whether all writes so far can have reached the file. */
    static void force(MappingLife life, Forcing forcing) throws IOException {
        String tried = "force";
        checkMapped(life, tried);
        IOException failure = null;
        try {
            forcing.run();
        } catch (IOException e) {
            failure = e;
        }
        checkMapped(life, tried);
        long faults = MappingNatives.faults(life.handle());
        if (faults > 0) {
            MappedFileChangedException changed = MappingFault.of(life, faults).exception(tried, ADVICE_AFTER_FORCE, null);
            if (failure == null) {
                throw changed;
            }
            failure.addSuppressed(changed);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Reads, and sees whether what was read was the file's.
     *
     * @param shown what the function reads from
     */
    static <B, T> T validated(MappingLife life, B shown, Function<? super B, ? extends T> read)
            throws MappedFileChangedException {
        String tried = "validated read";
        checkMapped(life, tried);
        long before = MappingNatives.settle(life.handle());
        if (before < 0) {
            // Zeros are still in place, and a read of them would not fault again.
            throw MappingFault.of(life, MappingNatives.faults(life.handle())).exception(tried,
                    "the kernel cannot put back what was in their place now: try again later",
                    Errno.exception(before, "mmap of pages that were replaced"));
        }
        T result = null;
        Throwable thrown = null;
        try {
            result = read.apply(shown);
        } catch (Throwable e) {
            thrown = e;
        }
        long faults = before;
        boolean isKnown = false;
        while (!isKnown) {
            try {
                // All of it in here: not only a call may be HotSpot's opportunity for its error, but compiled code that has never
                // seen a fault, and at the first leaves for the interpreter where it compares.
                faults = MappingNatives.faults(life.handle());
                if (faults != before) {
                    PendingFault.take(faults - before);
                }
                isKnown = true;
            } catch (InternalError e) {
                thrown = pending(e, thrown);
            }
        }
        if (faults != before) {
            throw changed(life, tried, faults - before, thrown);
        }
        if (thrown != null) {
            throw JdkAccess.<RuntimeException>rethrow(thrown); // Functions declare no others.
        }
        return result;
    }

    /** An error has surfaced after the read: throws it if it is not HotSpot's for a fault, which comes once. */
    private static Throwable pending(InternalError e, Throwable thrown) {
        if (!PendingFault.is(e)) {
            throw e;
        }
        return thrown == null ? e : thrown;
    }

    /** For a read that has met pages which could not be had: throws, or what is to be thrown. */
    private static RuntimeException changed(MappingLife life, String tried, long pages, Throwable thrown)
            throws MappedFileChangedException {
        boolean isFatal = thrown instanceof VirtualMachineError && !PendingFault.is(thrown);
        Throwable cause = isFatal ? null : thrown;
        Exception changed = life.isRetired()
                ? new IllegalStateException(tried + " of " + life.file() + ": it was unmapped meanwhile", cause)
                : MappingFault.of(life, pages).exception(tried, ADVICE_AFTER_READ, cause);
        if (isFatal) {
            thrown.addSuppressed(changed);
            throw JdkAccess.<RuntimeException>rethrow(thrown);
        }
        throw JdkAccess.<MappedFileChangedException>rethrow(changed);
    }
}
