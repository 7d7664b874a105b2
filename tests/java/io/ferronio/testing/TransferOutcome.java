package io.ferronio.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.TransferException;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * All that a caller can see of a transfer, made to be compared.
 *
 * @param result the count, or the exception's class and message
 * @param loss what is said of bytes that were lost
 * @param interrupted whether the thread's interrupt status was set
 * @param source the state of the source
 * @param target the state of the target
 * @param arrived what has come out at the other end
 * @param left what the source still has
 */
public record TransferOutcome(Result result, Loss loss, boolean interrupted, String source, String target,
        String arrived, TransferSource.Left left) {

    /**
     * How a call ends.
     *
     * @param words the count, or the exception
     * @param moved the count, or 0 after an {@code IOException}, or unknown after any other
     */
    public record Result(String words, long moved) {
    }

    /**
     * What a {@link TransferException} says.
     *
     * @param delivered bytes
     * @param undelivered bytes
     */
    public record Loss(long delivered, long undelivered) {

        /** There is none. */
        static final Loss NONE = new Loss(0, 0);
        /** The JDK's method has done the work, and it never says. */
        static final Loss UNSAID = new Loss(-1, -1);

        private static Loss in(Exception exception) {
            return Stream.of(exception.getSuppressed())
                    .filter(suppressed -> suppressed.getClass().getName().equals(TransferException.class.getName()))
                    .findFirst().map(lost -> new Loss(number(lost, "delivered"), number(lost, "undelivered")))
                    .orElse(isByTheJdk(exception) ? UNSAID : NONE);
        }

        /** Of an exception that may be the agent's, in its own class loader. */
        private static long number(Throwable lost, String name) {
            try {
                return (long) lost.getClass().getMethod(name).invoke(lost);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        private static boolean isByTheJdk(Exception exception) {
            return Stream.of(exception.getStackTrace()).anyMatch(frame -> frame.getMethodName().startsWith("transfer")
                    && frame.getClassName().startsWith("sun.nio.ch."));
        }
    }

    /**
     * Transfers, and looks at everything afterwards. Closes the target's channel and clears the thread's interrupt
     * status.
     *
     * @param source where from; may be null
     * @param target where to
     * @param transfer the call
     * @return what was to be seen
     * @throws Exception if looking fails
     */
    public static TransferOutcome of(FileChannel source, TransferTarget target, Callable<Long> transfer)
            throws Exception {
        return of(source, target, transfer, () -> null);
    }

    /**
     * Transfers, and looks at everything afterwards: also at what the source still has.
     *
     * @param source where from
     * @param target where to
     * @param transfer the call
     * @return what was to be seen
     * @throws Exception if looking fails
     */
    public static TransferOutcome of(TransferSource source, TransferTarget target, Callable<Long> transfer)
            throws Exception {
        return of(source.channel(), target, transfer, source::left);
    }

    private static TransferOutcome of(Channel source, TransferTarget target, Callable<Long> transfer,
            Callable<TransferSource.Left> remaining) throws Exception {
        Result result;
        Loss loss;
        long left = InPlace.transfersLeft();
        try {
            long moved = transfer.call();
            result = new Result(moved + " bytes", moved);
            loss = left == InPlace.transfersLeft() ? Loss.NONE : Loss.UNSAID;
        } catch (Exception e) {
            result = new Result(words(e), e instanceof IOException ? 0 : TransferSource.UNKNOWN);
            loss = Loss.in(e);
        }
        boolean interrupted = Thread.interrupted();
        String sourceState = state(source);
        String targetState = state(target.channel());
        TransferSource.Left rest = remaining.call();
        return new TransferOutcome(result, loss, interrupted, sourceState, targetState, sum(target.arrived()), rest);
    }

    /**
     * Fails unless this is what the JDK's method has led to.
     *
     * <p>One difference is intended. Where the JDK has taken bytes from a source and cannot write them, they are lost,
     * and if some others were moved before, it returns their count as if nothing had happened. Ours may leave
     * them in the source, or take more of them at once; it may move more; and if any are lost it throws, and says
     * how many.
     *
     * @param jdk the JDK's outcome
     */
    public void assertAsOnTheJdk(TransferOutcome jdk) {
        if (jdk.hasLost() && !jdk.equals(this)) {
            assertLikeALossOfTheJdk(jdk);
        } else {
            assertEquals(jdk, this);
            boolean mayBeLost = left != null && left.taken() == TransferSource.UNKNOWN || hasLost();
            assertTrue(mayBeLost || loss.equals(Loss.NONE) || loss.equals(Loss.UNSAID), () -> "no loss: " + this);
        }
    }

    private void assertLikeALossOfTheJdk(TransferOutcome jdk) {
        if (loss.equals(Loss.UNSAID)) {
            assertEquals(jdk.result, result); // How much there was to take for the JDK is chance.
        } else {
            long delivered = loss.equals(Loss.NONE) ? result.moved : loss.delivered;
            assertTrue(delivered >= jdk.result.moved, () -> "less than the JDK's " + jdk + ": " + this);
            if (left.taken() != TransferSource.UNKNOWN) {
                assertEquals(left.taken(), delivered + loss.undelivered, () -> "taken, but not mentioned: " + this);
            }
            if (jdk.result.moved == 0) {
                assertEquals(jdk.result, result);
            }
        }
        assertEquals(jdk.interrupted, interrupted);
        assertEquals(isOpen(jdk.source), isOpen(source), () -> "not as after the JDK's " + jdk + ": " + this);
        assertEquals(isOpen(jdk.target), isOpen(target), () -> "not as after the JDK's " + jdk + ": " + this);
    }

    /** All but what only ours says. */
    @Override
    public boolean equals(Object object) {
        return object instanceof TransferOutcome that && seen().equals(that.seen());
    }

    @Override
    public int hashCode() {
        return seen().hashCode();
    }

    private List<Object> seen() {
        return Arrays.asList(result, interrupted, source, target, arrived, left);
    }

    /**
     * Fails unless this is what the JDK's method has led to, except that chance or the size of a buffer has decided how
     * much was moved.
     *
     * @param jdk the JDK's outcome
     */
    public void assertAsOnTheJdkButForCounts(TransferOutcome jdk) {
        assertEquals(jdk.withoutCounts(), withoutCounts());
    }

    private List<Object> withoutCounts() {
        String end = result.words.replaceFirst("^\\d+ ", "");
        return List.of(end, interrupted, isOpen(source), isOpen(target));
    }

    /**
     * Whether bytes were taken from the source and not moved.
     *
     * @return whether they were, as far as is known
     */
    public boolean hasLost() {
        return left != null && left.taken() != TransferSource.UNKNOWN && result.moved != TransferSource.UNKNOWN
                && left.taken() > result.moved;
    }

    private static boolean isOpen(String state) {
        return state.startsWith("open");
    }

    /**
     * The result of a call in words.
     *
     * @param transfer the call
     * @return a count, or an exception
     */
    public static String resultOf(Callable<Long> transfer) {
        try {
            return transfer.call() + " bytes";
        } catch (Exception e) {
            return words(e);
        }
    }

    private static String words(Exception e) {
        // The JVM writes the message of a NullPointerException, after the code at hand.
        return e instanceof NullPointerException ? e.getClass().getName() : e.toString();
    }

    private static String state(Object channel) {
        if (!(channel instanceof Channel)) {
            return "none";
        }
        if (!((Channel) channel).isOpen()) {
            return "closed";
        }
        if (channel instanceof FileChannel) {
            FileChannel file = (FileChannel) channel;
            return "open at " + resultOf(file::position) + " of " + resultOf(file::size);
        }
        return "open";
    }

    private static String sum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return bytes.length + " bytes with the sum " + Long.toHexString(sum.getValue());
    }
}
