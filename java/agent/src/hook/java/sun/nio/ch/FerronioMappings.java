package sun.nio.ch;

import java.util.function.LongBinaryOperator;

/**
 * What the JDK's unmappers call, and whoever takes a mapping over from them. As {@code FerronioHook} it is in the JDK and sees
 * nothing of ours. It needs no handles, the first calls of which would make classes: on the thread that serves all references.
 */
final class FerronioMappings {

    /** Set before anybody calls. */
    private static LongBinaryOperator operator;

    private FerronioMappings() {
    }

    /** A mapping was made, or is about to be unmapped: then its length is 0. */
    static void changed(long start, long length) {
        operator.applyAsLong(start, length);
    }
}
