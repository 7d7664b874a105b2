package io.ferronio.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * How a channel that is not the JDK's behaves. It depends on bytes, never on calls: nobody has promised such a channel
 * buffers of a certain size, and the JDK's are smaller than ours.
 *
 * @param most the most bytes it takes or gives at once
 * @param until how many bytes it takes or gives until it does what {@code then} says
 * @param then what happens once after so many bytes
 * @param arrayOnly whether it needs {@link ByteBuffer#array()}
 */
public record ForeignManner(int most, int until, Then then, boolean arrayOnly) {

    /** Takes or gives whatever it can. */
    public static final ForeignManner PLAIN =
            new ForeignManner(Integer.MAX_VALUE, Integer.MAX_VALUE, Then.NOTHING, false);

    /** Something that happens while a channel takes or gives bytes. */
    public interface Meanwhile {
        /**
         * Makes it happen.
         *
         * @throws IOException if it cannot
         */
        void happen() throws IOException;
    }

    /** What a channel does instead of taking or giving bytes. */
    public enum Then {
        /** It takes or gives none. */
        NOTHING,
        /** It fails in the way that callers expect. */
        FAIL,
        /** It fails in a way that nobody expects. */
        FAIL_UNCHECKED;

        /** Fails, or returns. */
        void happen() throws IOException {
            if (this == FAIL) {
                throw new IOException("this channel fails");
            }
            if (this == FAIL_UNCHECKED) {
                throw new IllegalStateException("this channel is broken");
            }
        }
    }

    /**
     * Channels of all manners.
     *
     * @param size about how many bytes are to be transferred
     * @return manners
     */
    public static Arbitrary<ForeignManner> any(int size) {
        Arbitrary<Integer> most = Arbitraries.oneOf(
                Arbitraries.of(8191, 8192, 8193, 16_384, Integer.MAX_VALUE),
                Arbitraries.integers().between(300, 20_000));
        Arbitrary<Integer> until = Arbitraries.oneOf(
                Arbitraries.of(0, size, Integer.MAX_VALUE), Arbitraries.integers().between(0, Math.max(1, size)));
        return Combinators.combine(most, until, Arbitraries.of(Then.class), Arbitraries.of(true, false))
                .as(ForeignManner::new);
    }

    /** Reads from a buffer as such a channel does. */
    void get(ByteBuffer buffer, byte[] bytes) {
        if (arrayOnly) {
            System.arraycopy(buffer.array(), buffer.arrayOffset() + buffer.position(), bytes, 0, bytes.length);
            buffer.position(buffer.position() + bytes.length);
        } else {
            buffer.get(bytes);
        }
    }

    /** Writes to a buffer as such a channel does. */
    void put(ByteBuffer buffer, byte[] bytes) {
        if (arrayOnly) {
            System.arraycopy(bytes, 0, buffer.array(), buffer.arrayOffset() + buffer.position(), bytes.length);
            buffer.position(buffer.position() + bytes.length);
        } else {
            buffer.put(bytes);
        }
    }
}
