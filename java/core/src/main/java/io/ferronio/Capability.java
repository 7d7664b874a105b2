package io.ferronio;

import java.util.Objects;

/** One thing that FerroNIO can do, if the machine and the JDK let it. Immutable. */
public final class Capability {

    private final String name;
    private final boolean available;
    private final String reason;

    Capability(String name, boolean available, String reason) {
        this.name = Objects.requireNonNull(name);
        this.available = available;
        this.reason = Objects.requireNonNull(reason);
    }

    /**
     * What it is.
     *
     * @return a short name
     */
    public String name() {
        return name;
    }

    /**
     * Whether it works here.
     *
     * @return whether it works here
     */
    public boolean isAvailable() {
        return available;
    }

    /**
     * Why not, and what happens instead; or, where it works, what it rests on.
     *
     * @return one sentence without a full stop
     */
    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return name + ": " + (available ? "yes" : "no") + " (" + reason + ")";
    }
}
