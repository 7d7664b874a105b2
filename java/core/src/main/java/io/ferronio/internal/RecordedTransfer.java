package io.ferronio.internal;

import static io.ferronio.internal.TransferEngine.NOT_HANDLED;

import io.ferronio.Route;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * One call of {@code transferTo} or {@code transferFrom}, from beginning to end: done by {@link TransferEngine}, else by the
 * JDK's method where that is wanted, and told to the flight recorder if it records.
 */
public final class RecordedTransfer {

    private RecordedTransfer() {
    }

    /**
     * {@code source.transferTo(position, count, target)}.
     *
     * @param source as there
     * @param position as there
     * @param count as there
     * @param target as there
     * @param orByJdk whether what the engine does not take is done by the JDK's method
     * @return bytes moved; {@link TransferEngine#NOT_HANDLED} if it is not done, and then nothing is recorded
     * @throws IOException as there
     */
    public static long to(FileChannel source, long position, long count, WritableByteChannel target, boolean orByJdk)
            throws IOException {
        Trace trace = Trace.begin();
        Trace.pair(trace, source, target);
        long moved = 0;
        Throwable failure = null;
        try {
            moved = TransferEngine.tryTransferTo(source, position, count, target, trace);
            if (moved == NOT_HANDLED && orByJdk) {
                moved = byJdk(source.transferTo(position, count, target), trace);
            }
            return moved;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            end(trace, moved, failure);
        }
    }

    /**
     * {@code target.transferFrom(source, position, count)}.
     *
     * @param target as there
     * @param source as there
     * @param position as there
     * @param count as there
     * @param orByJdk as for {@link #to}
     * @return as for {@link #to}
     * @throws IOException as there
     */
    public static long from(FileChannel target, ReadableByteChannel source, long position, long count, boolean orByJdk)
            throws IOException {
        Trace trace = Trace.begin();
        Trace.pair(trace, source, target);
        long moved = 0;
        Throwable failure = null;
        try {
            moved = TransferEngine.tryTransferFrom(target, source, position, count, trace);
            if (moved == NOT_HANDLED && orByJdk) {
                moved = byJdk(target.transferFrom(source, position, count), trace);
            }
            return moved;
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            end(trace, moved, failure);
        }
    }

    private static long byJdk(long moved, Trace trace) {
        Tally.transferred(Route.JDK, moved);
        Trace.took(trace, Route.JDK);
        return moved;
    }

    private static void end(Trace trace, long moved, Throwable failure) {
        if (moved != NOT_HANDLED || failure != null) {
            Trace.end(trace, Math.max(0, moved), failure);
        }
    }
}
