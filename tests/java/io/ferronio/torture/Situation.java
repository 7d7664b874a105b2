package io.ferronio.torture;

import java.nio.channels.FileChannel.MapMode;

/** What has happened to a mapping before it is used. */
enum Situation {
    UNMAPPED("unmapped", MapMode.READ_WRITE, 0),
    CLEANED("invokeCleaner", MapMode.READ_WRITE, 0),
    JDKS_UNMAPPED("the JDK's, unmapped", MapMode.READ_WRITE, 0),
    TRUNCATED_READ_ONLY("truncated to nothing, READ_ONLY", MapMode.READ_ONLY, 0),
    TRUNCATED("truncated to nothing", MapMode.READ_WRITE, 0),
    TRUNCATED_PRIVATE("truncated to nothing, PRIVATE", MapMode.PRIVATE, 0),
    SHORTENED_READ_ONLY("truncated in a page, READ_ONLY", MapMode.READ_ONLY, Mapped.IN_A_PAGE),
    SHORTENED("truncated in a page", MapMode.READ_WRITE, Mapped.IN_A_PAGE),
    SHORTENED_PRIVATE("truncated in a page, PRIVATE", MapMode.PRIVATE, Mapped.IN_A_PAGE),
    FULL_TMPFS("hole, full tmpfs", MapMode.READ_WRITE, Mapped.PAGE),
    /** Its holes can be read. */
    FULL_EXT4("hole, full ext4", MapMode.READ_WRITE, Mapped.PAGE),
    /** A block device is mapped, by loop(4). */
    SHRUNK_DEVICE("device, shrunk", MapMode.READ_WRITE, Mapped.PAGE),
    FAILING_EXT4("file on a device that fails", MapMode.READ_WRITE, 0);

    final String title;
    final MapMode mode;
    /** How many bytes of the mapping are still there, from its beginning. */
    final int alive;

    Situation(String title, MapMode mode, int alive) {
        this.title = title;
        this.mode = mode;
        this.alive = alive;
    }

    boolean isRetired() {
        return ordinal() <= JDKS_UNMAPPED.ordinal();
    }

    boolean isTruncated() {
        return ordinal() >= TRUNCATED_READ_ONLY.ordinal() && ordinal() <= SHORTENED_PRIVATE.ordinal();
    }

    boolean needsDisks() {
        return ordinal() >= FULL_TMPFS.ordinal();
    }

    /** Whether the kernel cannot have a page that the way uses, and so what is dead faults. */
    boolean isDeadFor(Way way) {
        return this != FULL_EXT4 || way.writes;
    }

    /** Null if a way can be met here; else why not. */
    String refusal(Way way) {
        if (way.missing != null) {
            return way.missing;
        }
        if (way.writes && mode == MapMode.READ_ONLY) {
            return "read-only";
        }
        if (way.onRegion && (this == CLEANED || this == JDKS_UNMAPPED)) {
            return "not for regions";
        }
        return null;
    }
}
