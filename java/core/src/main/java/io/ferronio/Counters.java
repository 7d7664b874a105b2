package io.ferronio;

import io.ferronio.internal.Management;
import io.ferronio.internal.Tally;
import java.util.EnumMap;
import java.util.Map;

/**
 * Totals since the start of the process, for this copy of the library.
 *
 * <p>A snapshot is immutable. Its numbers are read one after the other while other threads go on, so they
 * need not fit each other to the last unit.
 */
public final class Counters {

    private final Map<Route, Long> transfers = new EnumMap<>(Route.class);
    private final Map<Route, Long> bytes = new EnumMap<>(Route.class);
    private final long mapped = Tally.mapped();
    private final long mappedBytes = Tally.mappedBytes();
    private final long retired = Tally.retired();
    private final long retiredBytes = Tally.retiredBytes();
    private final long faults = Tally.faults();

    private Counters() {
        for (Route route : Route.values()) {
            transfers.put(route, Tally.transfers(route));
            bytes.put(route, Tally.bytes(route));
        }
    }

    /**
     * Reads all totals.
     *
     * @return the totals now
     */
    public static Counters snapshot() {
        return new Counters();
    }

    /**
     * Registers the totals in the platform's MBean server, and starts it if nobody has. A second call does nothing. See
     * {@link CountersMXBean} for when that is not needed.
     *
     * @return the object name, {@code io.ferronio:type=Counters}; where another class loader's copy of the library
     *     has that one, with {@code ,copy=2} or the next free number
     * @throws UnsupportedOperationException if the runtime has no module java.management
     */
    public static String register() {
        return Management.register();
    }

    /**
     * Takes them out of the MBean server, which keeps this class and its class loader alive as long as they are in.
     * Does nothing if they are not.
     */
    public static void unregister() {
        Management.unregister();
    }

    /**
     * Calls that took a route.
     *
     * @param route the route
     * @return how many transfers took it, those that moved nothing included
     */
    public long transfers(Route route) {
        return transfers.get(route);
    }

    /**
     * Bytes of the transfers that took a route. Of a transfer that had to go on another way, all count for the first.
     *
     * @param route the route
     * @return how many bytes were moved by it
     */
    public long bytes(Route route) {
        return bytes.get(route);
    }

    /**
     * Mappings made by FerroNIO whose file is still mapped.
     *
     * @return their number
     */
    public long mapped() {
        return mapped;
    }

    /**
     * The size of those mappings.
     *
     * @return bytes of address space
     */
    public long mappedBytes() {
        return mappedBytes;
    }

    /**
     * Mappings that were unmapped, and whose addresses are still taken because an object that knows them
     * has not been collected.
     *
     * @return their number
     */
    public long retired() {
        return retired;
    }

    /**
     * The size of those: address space only, no memory.
     *
     * @return bytes of address space
     */
    public long retiredBytes() {
        return retiredBytes;
    }

    /**
     * Pages of mappings that an access could not have, because the file was truncated, its disk is full or has an I/O
     * error, or the mapping was unmapped. A page counts each time that it is missed; see {@link Mappings#faults}.
     *
     * @return their number
     */
    public long faults() {
        return faults;
    }
}
