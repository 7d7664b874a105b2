package io.ferronio;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.Checksum;

/**
 * What a reader of a mapping may see while parts of it go away: the file's byte below {@code sure}, 0 from
 * {@code gone} on, either of the two in between. Nothing else, ever. For programs: throws AssertionErrors.
 */
record Expected(byte[] bytes, int sure, int gone) {

    /** All of it is there. */
    static Expected mapped(byte[] bytes) {
        return new Expected(bytes, bytes.length, bytes.length);
    }

    /** It may go away at any moment. */
    Expected goingAway() {
        return new Expected(bytes, 0, bytes.length);
    }

    /** It has gone, from an index on. */
    Expected gone(int index) {
        return new Expected(bytes, index, index);
    }

    int size() {
        return bytes.length;
    }

    void check(int index, byte seen) {
        if (!(seen == bytes[index] && index < gone || seen == 0 && index >= sure)) {
            throw new AssertionError("byte " + index + " is " + seen + ", not " + bytes[index]
                    + (index >= sure ? " or 0" : "") + (index >= gone ? ", and it has gone" : ""));
        }
    }

    void check(byte[] seen) {
        for (int i = 0; i < seen.length; i++) {
            check(i, seen[i]);
        }
    }

    /**
     * Lets a reader fill an array and checks it. Should the reader be ended by the error for a fault, then
     * what it has stored until then must be right all the same.
     */
    void check(Consumer<byte[]> reader) {
        byte[] seen = new byte[size()];
        try {
            reader.accept(seen);
        } catch (InternalError e) {
            goingAway().check(seen);
            throw e;
        }
        check(seen);
    }

    /** All bytes have gone into the sum. Where a byte may be this or that, the sum may be anything. */
    void check(Checksum seen, Checksum fresh) {
        if (sure == gone) {
            fresh.update(Arrays.copyOf(Arrays.copyOf(bytes, gone), size()));
            if (seen.getValue() != fresh.getValue()) {
                throw new AssertionError("the checksum is " + seen.getValue() + ", not " + fresh.getValue());
            }
        }
    }

    /** The first index at which the mapping differed from the file's bytes, -1 if nowhere. */
    void checkMismatch(int seen) {
        int first = gone == size() ? -1 : gone;
        if (sure == gone ? seen != first : seen >= 0 && seen < sure) {
            throw new AssertionError("the first mismatch is at " + seen + ", not at " + first);
        }
    }
}
