package io.ferronio.internal;

import io.ferronio.Route;
import java.util.concurrent.atomic.LongAdder;

/** The running totals behind {@link io.ferronio.Counters}. Counting allocates nothing and takes no lock. */
public final class Tally {

    private static final LongAdder[] TRANSFERS = adders();
    private static final LongAdder[] BYTES = adders();
    private static final LongAdder MAPPED = new LongAdder();
    private static final LongAdder MAPPED_BYTES = new LongAdder();
    private static final LongAdder RETIRED = new LongAdder();
    private static final LongAdder RETIRED_BYTES = new LongAdder();
    /** Whether there was ever a mapping: without, nobody needs the native library for a fault to be counted. */
    private static volatile boolean hasMapped;

    static {
        Management.registerIfWatched();
    }

    private Tally() {
    }

    /** Has the bean of the counters registered, if it is to be, for who cannot have that happen in the middle of a transfer. */
    static void initialize() {
        // The class is initialized now.
    }

    private static LongAdder[] adders() {
        LongAdder[] adders = new LongAdder[Route.values().length];
        for (int i = 0; i < adders.length; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }

    /**
     * Counts a transfer.
     *
     * @param route the way it took
     * @param bytes what it moved
     */
    public static void transferred(Route route, long bytes) {
        TRANSFERS[route.ordinal()].increment();
        BYTES[route.ordinal()].add(bytes);
    }

    /** Mappings of the JDK's are watched: there may be faults, though nothing is mapped here. */
    static void watched() {
        hasMapped = true;
    }

    static void mapped(long bytes) {
        if (!hasMapped) {
            hasMapped = true;
        }
        MAPPED.increment();
        MAPPED_BYTES.add(bytes);
    }

    static void retired(long bytes) {
        MAPPED.decrement();
        MAPPED_BYTES.add(-bytes);
        RETIRED.increment();
        RETIRED_BYTES.add(bytes);
    }

    static void unmapped(long bytes, boolean wasRetired) {
        (wasRetired ? RETIRED : MAPPED).decrement();
        (wasRetired ? RETIRED_BYTES : MAPPED_BYTES).add(-bytes);
    }

    /**
     * Transfers by a route.
     *
     * @param route the route
     * @return the total
     */
    public static long transfers(Route route) {
        return TRANSFERS[route.ordinal()].sum();
    }

    /**
     * Bytes by a route.
     *
     * @param route the route
     * @return the total
     */
    public static long bytes(Route route) {
        return BYTES[route.ordinal()].sum();
    }

    /**
     * Mappings that exist now.
     *
     * @return their number
     */
    public static long mapped() {
        return MAPPED.sum();
    }

    /**
     * Mappings that exist now.
     *
     * @return their bytes
     */
    public static long mappedBytes() {
        return MAPPED_BYTES.sum();
    }

    /**
     * Retired mappings that exist now.
     *
     * @return their number
     */
    public static long retired() {
        return RETIRED.sum();
    }

    /**
     * Retired mappings that exist now.
     *
     * @return their bytes
     */
    public static long retiredBytes() {
        return RETIRED_BYTES.sum();
    }

    /**
     * Pages of mappings that an access could not have. Asking installs nothing.
     *
     * @return the total
     */
    public static long faults() {
        return hasMapped ? GuardNatives.faults() : 0;
    }
}
