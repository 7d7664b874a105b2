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
}
