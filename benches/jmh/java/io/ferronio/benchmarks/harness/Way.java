package io.ferronio.benchmarks.harness;

/** A way to do a row's work: the method of the row's benchmark, and the JVM that it needs. */
public enum Way {
    /** The JDK's own. */
    JDK("JDK", "jdk", 17),
    /** {@code Transfers}, {@code Transfer}, {@code Relay}, {@code Mappings}, {@code PageCache}. */
    FERRONIO("FerroNIO", "ferronio", 17),
    /** The JDK's method, in a JVM with {@code -javaagent:ferronio-agent.jar}. */
    AGENT("agent", "jdk", 17),
    /** {@code MappedRegion}. */
    REGION("region", "region", 17),
    /** {@code MappedRegion}, beyond its first 4 GiB. */
    REGION_BEYOND("region > 4 GiB", "regionBeyond", 17),
    /** Natives that only call the kernel, or accesses that check nothing: no program could use them as they are. */
    RAW("raw limit", "raw", 17),
    /** Netty's native epoll transport. */
    NETTY("Netty epoll", "netty", 17),
    /** {@code FileChannel.map} into an arena for one thread. */
    CONFINED_ARENA("confined Arena", "confinedArena", 22),
    /** {@code FileChannel.map} into an arena for all threads. */
    SHARED_ARENA("shared Arena", "sharedArena", 22),
    /** {@code MemorySegment.get} and {@code set}. */
    SEGMENT("MemorySegment", "segment", 22),
    /** The kernel's calls without a JVM, measured by criterion: not run by JMH. */
    KERNEL("kernel alone", null, Integer.MAX_VALUE),
    /** Likewise: a mapping that keeps its addresses when it is given up, as all of ours do. */
    KERNEL_KEEPING("kernel alone, addresses kept", null, Integer.MAX_VALUE);

    private final String label;
    private final String method;
    private final int since;

    Way(String label, String method, int since) {
        this.label = label;
        this.method = method;
        this.since = since;
    }

    /** The words for tables and plots. */
    public String label() {
        return label;
    }

    /** The method of the benchmark. */
    String method() {
        return method;
    }

    /** Whether a JDK of this feature version has it. */
    public boolean isOn(int jdk) {
        return jdk >= since;
    }

    /** Whether criterion has measured it: on no JDK. */
    boolean isOfCriterion() {
        return this == KERNEL || this == KERNEL_KEEPING;
    }

    /** Whether it is one that users of FerroNIO take. */
    public boolean isOurs() {
        return this == FERRONIO || this == AGENT || this == REGION || this == REGION_BEYOND;
    }
}
