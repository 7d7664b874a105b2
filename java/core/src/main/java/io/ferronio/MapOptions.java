package io.ferronio;

import java.nio.ByteOrder;
import java.util.Objects;

/**
 * How a {@link MappedRegion} is mapped, beyond the mode. Immutable: each method returns other options.
 *
 * <pre>{@code
 * MapOptions log = MapOptions.defaults().maxSize(1L << 40).reserve();
 * }</pre>
 */
public final class MapOptions {

    private static final MapOptions DEFAULTS =
            new MapOptions(ByteOrder.nativeOrder(), 0, false, false, false, Advice.NORMAL);

    private final ByteOrder order;
    private final long maxSize;
    private final boolean populate;
    private final boolean lock;
    private final boolean reserve;
    private final Advice advice;

    private MapOptions(ByteOrder order, long maxSize, boolean populate, boolean lock, boolean reserve, Advice advice) {
        this.order = order;
        this.maxSize = maxSize;
        this.populate = populate;
        this.lock = lock;
        this.reserve = reserve;
        this.advice = advice;
    }

    /**
     * The machine's own byte order, no room to grow, no advice, and pages that come when they are first used.
     *
     * @return the options that a region has without any
     */
    public static MapOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Sets the order of the bytes of a value.
     *
     * @param order the order that {@link MappedRegion#order()} is to be
     * @return the options
     * @throws NullPointerException if {@code order} is null
     */
    public MapOptions order(ByteOrder order) {
        Objects.requireNonNull(order, "order");
        return new MapOptions(order, maxSize, populate, lock, reserve, advice);
    }

    /**
     * Takes addresses for a region that will grow, see {@link MappedRegion#resize}. They cost no memory, but count
     * against {@code ulimit -v} (RLIMIT_AS); a process has 128 TiB of them. {@link Counters#mappedBytes} counts them, too.
     *
     * @param bytes the largest size that the region will ever have; 0 for a region that is never resized
     * @return the options
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    public MapOptions maxSize(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("Negative maximal size: " + bytes);
        }
        return new MapOptions(order, bytes, populate, lock, reserve, advice);
    }

    /**
     * Brings all of the region into memory before it is returned, as {@link MappedRegion#load}: the first access finds
     * every page there, and a page that cannot be read is an {@code IOException} of {@code map}. Not what
     * {@link MappedRegion#resize} adds.
     *
     * @return the options
     */
    public MapOptions populate() {
        return new MapOptions(order, maxSize, true, lock, reserve, advice);
    }

    /**
     * Brings all of the region into memory and keeps it there, as {@link MappedRegion#lock}. Not what
     * {@link MappedRegion#resize} adds.
     *
     * @return the options
     */
    public MapOptions lock() {
        return new MapOptions(order, maxSize, populate, true, reserve, advice);
    }

    /**
     * Has the filesystem set space aside for all of the region, and for what {@link MappedRegion#resize} adds: a full
     * disk is then an {@code IOException} of {@code map} or {@code resize}, not a fault when a hole is written to. For
     * mode {@code READ_WRITE} only, and on filesystems that can: fallocate(2) says which.
     *
     * @return the options
     */
    public MapOptions reserve() {
        return new MapOptions(order, maxSize, populate, lock, true, advice);
    }

    /**
     * Gives advice on all of the region, as {@link MappedRegion#advise}, room to grow included.
     *
     * @param advice what will be done with it
     * @return the options
     * @throws NullPointerException if {@code advice} is null
     */
    public MapOptions advice(Advice advice) {
        Objects.requireNonNull(advice, "advice");
        return new MapOptions(order, maxSize, populate, lock, reserve, advice);
    }

    ByteOrder order() {
        return order;
    }

    long maxSize() {
        return maxSize;
    }

    boolean isPopulated() {
        return populate;
    }

    boolean isLocked() {
        return lock;
    }

    boolean isReserved() {
        return reserve;
    }

    Advice advice() {
        return advice;
    }

    @Override
    public String toString() {
        return "MapOptions[" + order + (maxSize > 0 ? ", at most " + maxSize + " bytes" : "")
                + (populate ? ", populate" : "") + (lock ? ", lock" : "") + (reserve ? ", reserve" : "")
                + (advice == Advice.NORMAL ? "" : ", " + advice) + "]";
    }
}
