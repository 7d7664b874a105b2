package io.ferronio.testing;

import java.nio.channels.FileChannel;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;

/**
 * All that a caller can see of a transfer, made to be compared.
 *
 * @param result the count, or the exception's class and message
 * @param interrupted whether the thread's interrupt status was set
 * @param source the state of the source
 * @param target the state of the target
 * @param arrived what has come out at the other end
 */
public record TransferOutcome(String result, boolean interrupted, String source, String target, String arrived) {

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
        String result = resultOf(transfer);
        boolean interrupted = Thread.interrupted();
        return new TransferOutcome(result, interrupted, state(source), state(target.channel()), sum(target.arrived()));
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
        } catch (NullPointerException e) {
            return e.getClass().getName(); // The JVM writes its message, after the code at hand.
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static String state(Object channel) throws Exception {
        if (!(channel instanceof java.nio.channels.Channel)) {
            return "none";
        }
        if (!((java.nio.channels.Channel) channel).isOpen()) {
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
