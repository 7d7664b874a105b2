package io.ferronio.internal;

import java.util.OptionalLong;

/**
 * How many pages a range has, and how many of them are in memory: what {@link io.ferronio.Residency} shows.
 *
 * @param pages all
 * @param resident in memory; empty if not known
 * @param dirty in memory and changed; empty if not known
 */
public record ResidentPages(long pages, OptionalLong resident, OptionalLong dirty) {

    /** Of no bytes. */
    public static final ResidentPages NONE = new ResidentPages(0, OptionalLong.of(0), OptionalLong.of(0));

    /**
     * Counts those of mapped memory; its dirty pages are not known.
     *
     * @param address of the first byte; need not be aligned
     * @param length bytes, all of them mapped
     * @param told whether the kernel surely tells this user: else it may claim that all is there
     * @return the numbers
     */
    static ResidentPages ofMemory(long address, long length, boolean told) {
        if (length == 0) {
            return NONE;
        }
        long pages = pages(address, length);
        long resident = ResidencyNatives.resident(address, length);
        if (resident < 0 || !told && resident >= pages) {
            return unknown(pages);
        }
        return new ResidentPages(pages, known(resident, pages), OptionalLong.empty());
    }

    /** The pages that hold a byte of a range of at least one. */
    static long pages(long start, long length) {
        long page = ResidencyNatives.pageSize();
        return (start + length - 1) / page - start / page + 1;
    }

    /** Nothing is known but how many there are. */
    static ResidentPages unknown(long pages) {
        return new ResidentPages(pages, OptionalLong.empty(), OptionalLong.empty());
    }

    /** A number of pages that were counted while the range changed: never more than there are. */
    static OptionalLong known(long counted, long pages) {
        return OptionalLong.of(Math.min(counted, pages));
    }
}
