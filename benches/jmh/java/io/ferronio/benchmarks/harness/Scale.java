package io.ferronio.benchmarks.harness;

/** What a row's sizes count. */
public enum Scale {
    /** Bytes that one operation moves or maps. */
    BYTES("bytes", false),
    /** Connections that are open; an operation serves one of them. */
    CONNECTIONS("connections", true),
    /** Mappings that there are already. */
    MAPPINGS("mappings", true),
    /** Threads that all do the same. */
    THREADS("threads", true),
    /** Bytes of the file, of which an operation needs the same part whatever its size. */
    FILE_SIZE("bytes of the file", true);

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    private final String label;
    private final boolean isGrowth;

    Scale(String label, boolean isGrowth) {
        this.label = label;
        this.isGrowth = isGrowth;
    }

    /** The words for an axis. */
    public String label() {
        return label;
    }

    /** Whether an operation's work is the same at each size, so that its cost should be, too. */
    public boolean isGrowth() {
        return isGrowth;
    }

    /** A size as people write it: {@code 64 KiB}, {@code 8000}. */
    public String text(long size) {
        if (this != BYTES && this != FILE_SIZE) {
            return Long.toString(size);
        }
        int unit = 0;
        long number = size;
        while (unit < UNITS.length - 1 && number % 1024 == 0 && number > 0) {
            number /= 1024;
            unit++;
        }
        return number + " " + UNITS[unit];
    }
}
