package io.ferronio;

import io.ferronio.internal.ResidentPages;
import java.util.OptionalLong;

/**
 * How much of a range is in memory, at some moment while it was asked: in the next one it may be more or less.
 * Immutable.
 *
 * <p>Counted in pages of the system's page size, mostly 4096 bytes, whatever larger units the kernel keeps them in. A
 * page counts if any byte of it is in the range.
 */
public final class Residency {

    private final ResidentPages counted;

    Residency(ResidentPages counted) {
        this.counted = counted;
    }

    /**
     * What the range consists of.
     *
     * @return the number of its pages
     */
    public long pages() {
        return counted.pages();
    }

    /**
     * What of it is in memory, so that reading it takes no device.
     *
     * @return the number of these pages, 0 to {@link #pages()}; empty if that is not known: the kernel tells only who
     *     owns the file or may write to it
     */
    public OptionalLong resident() {
        return counted.resident();
    }

    /**
     * What of it is in memory and changed, and not yet on its way to the device.
     *
     * @return the number of these pages, 0 to {@link #pages()}; empty if that is not known: only cachestat(2) tells it,
     *     of files, since Linux 6.5
     */
    public OptionalLong dirty() {
        return counted.dirty();
    }

    @Override
    public String toString() {
        return text(resident()) + " of " + pages() + " pages resident, " + text(dirty()) + " dirty";
    }

    private static String text(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "unknown";
    }
}
