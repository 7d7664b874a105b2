package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A way to use mapped memory: all of it, once, from its beginning to its end.
 *
 * <p>Its body is one method that a compiler compiles by itself. A size is a multiple of 64 bytes.
 */
final class Way {

    /** A body. */
    interface Use {
        void run(Subject subject, Seen seen) throws Exception;
    }

    /** Who touches the memory. */
    enum Toucher {
        /** Machine code of the process: it faults. */
        PROCESS,
        /** The kernel: a system call fails, and nothing faults. */
        KERNEL
    }

    final String name;
    final Use use;
    final boolean onRegion;
    Toucher toucher = Toucher.PROCESS;
    boolean writes;
    boolean showsBytes;
    /** It may end at the first byte that is not the file's own. */
    boolean stopsAtDifference;
    /** It does not end without an exception when it has met a page that could not be had. */
    boolean neverSilent;
    /** Null where it is here; else why it is not. */
    String missing;
    /** What {@link Seen#value} must be, given the bytes; null if the way makes no value. */
    Function<byte[], Object> expected;
    private IntFunction<byte[]> content = Content::own;
    private IntFunction<byte[]> written = Content::written;
    /** How often it is to run before, so that it is compiled: HotSpot compiles after 5,000 calls at the latest. */
    int warmUp = 5500;

    private Way(String name, boolean onRegion, Use use) {
        this.name = name;
        this.onRegion = onRegion;
        this.use = use;
    }

    /** The bytes that the file has before. */
    byte[] content(int size) {
        return content.apply(size);
    }

    /** The bytes that a way which writes leaves. */
    byte[] written(int size) {
        return written.apply(size);
    }

    /** It fills {@link Seen#bytes}. */
    static Way reader(String name, Use use) {
        Way way = new Way(name, false, use);
        way.showsBytes = true;
        return way;
    }

    /** It makes a value of the bytes. */
    static Way function(String name, Function<ByteBuffer, Object> function) {
        Way way = new Way(name, false, (subject, seen) -> seen.value = function.apply(subject.buffer()));
        way.expected = bytes -> function.apply(ByteBuffer.wrap(bytes));
        return way;
    }

    /** It makes a value that {@code expected} makes of the same bytes. */
    static Way function(String name, Use use, Function<byte[], Object> expected) {
        Way way = new Way(name, false, use);
        way.expected = expected;
        return way;
    }

    /** It writes {@link #written}. */
    static Way writer(String name, Use use) {
        Way way = new Way(name, false, use);
        way.writes = true;
        return way;
    }

    /** It only happens. */
    static Way plain(String name, Use use) {
        return new Way(name, false, use);
    }

    static Way regionReader(String name, Use use) {
        Way way = new Way("region " + name, true, use);
        way.showsBytes = true;
        return way;
    }

    static Way regionWriter(String name, Use use) {
        Way way = new Way("region " + name, true, use);
        way.writes = true;
        return way;
    }

    Way byKernel(int warmUp) {
        this.toucher = Toucher.KERNEL;
        this.warmUp = warmUp;
        return this;
    }

    Way warmUp(int times) {
        this.warmUp = times;
        return this;
    }

    Way showsBytes() {
        this.showsBytes = true;
        return this;
    }

    Way neverSilent() {
        this.neverSilent = true;
        return this;
    }

    Way stopsAtDifference() {
        this.stopsAtDifference = true;
        return this;
    }

    Way content(IntFunction<byte[]> content) {
        this.content = content;
        return this;
    }

    Way written(IntFunction<byte[]> written) {
        this.written = written;
        return this;
    }

    Way missing(String why) {
        this.missing = why;
        return this;
    }

    private static final List<Way> ALL = new ArrayList<>();

    static {
        ALL.addAll(ScalarWays.all());
        ALL.addAll(BulkWays.all());
        ALL.addAll(DependentWays.all());
        ALL.addAll(CompareWays.all());
        ALL.addAll(PackingWays.all());
        ALL.addAll(CharsetWays.all());
        ALL.addAll(ChannelWays.all());
        ALL.addAll(VarHandleWays.all());
        ALL.addAll(LoopWays.all());
        ALL.addAll(SegmentWays.all());
        ALL.addAll(RegionWays.all());
        ALL.addAll(NativeWays.all());
        ALL.addAll(ValidatedWays.all());
    }

    static List<Way> all() {
        return List.copyOf(ALL);
    }

    @Override
    public String toString() {
        return name;
    }
}
