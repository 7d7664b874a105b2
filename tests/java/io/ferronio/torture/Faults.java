package io.ferronio.torture;

import io.ferronio.Counters;
import io.ferronio.Mappings;

/** How many pages of a mapping could not be had. */
final class Faults {

    private Faults() {
    }

    static long of(Subject subject) {
        if (subject.region() != null) {
            return subject.region().faults();
        }
        long faults = Mappings.faults(subject.buffer());
        if (faults > Counters.snapshot().faults()) {
            throw new AssertionError(faults + " faults of one mapping, and fewer of all");
        }
        return faults;
    }
}
