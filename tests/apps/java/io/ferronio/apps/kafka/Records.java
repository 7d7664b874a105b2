package io.ferronio.apps.kafka;

import io.ferronio.apps.Content;
import java.nio.ByteBuffer;

/** Records whose content follows from their number: the number, then bytes that look random. */
final class Records {

    /** Bytes of a record's value. */
    static final int SIZE = 10_000;

    private static final Content CONTENT = new Content(1 << 20);
    /** Odd: neighbours differ, and so do all that are less than a million apart. */
    private static final int STEP = 40_503;

    private Records() {
    }

    static byte[] value(long number) {
        byte[] value = CONTENT.copy(position(number), SIZE);
        ByteBuffer.wrap(value).putLong(number);
        return value;
    }

    static boolean isValue(byte[] value, long number) {
        return value.length == SIZE && ByteBuffer.wrap(value).getLong() == number
                && CONTENT.matches(position(number) + Long.BYTES, value, Long.BYTES, SIZE - Long.BYTES);
    }

    private static int position(long number) {
        return (int) (number * STEP % (CONTENT.size() - SIZE));
    }
}
