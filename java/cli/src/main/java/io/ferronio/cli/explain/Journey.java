package io.ferronio.cli.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The way of every byte by design, on the sending side: the places that it comes by, and what moves it there.
 *
 * @param hops the steps, the first of them where it begins
 */
record Journey(List<Hop> hops) {

    private static final String IN_MEMORY = "only what is not in memory yet: in these runs everything is";

    /** From the file. */
    static Journey of(Facts facts) {
        Journey journey = new Journey(List.of());
        return facts.sourceOnDevice()
                ? journey.with(Hop.Kind.START, "disk", "").with(Hop.Kind.DMA, "page cache", IN_MEMORY)
                : journey.with(Hop.Kind.START, "page cache", "the file is nowhere else");
    }

    /** Where nobody knows. */
    static Journey unknown(String why) {
        return new Journey(List.of(new Hop(Hop.Kind.START, "page cache", ""), new Hop(Hop.Kind.UNKNOWN, "?", why)));
    }

    /** Where the file system lets two files have the same blocks. */
    static Journey sharedBlocks() {
        return new Journey(List.of(new Hop(Hop.Kind.START, "blocks on the disk", ""),
                new Hop(Hop.Kind.REFERENCE, "target file", "the file system shares the blocks until one of them is changed")));
    }

    private Journey with(Hop.Kind kind, String place, String why) {
        List<Hop> longer = new ArrayList<>(hops);
        longer.add(new Hop(kind, place, why));
        return new Journey(List.copyOf(longer));
    }

    Journey copiedTo(String place, String why) {
        return with(Hop.Kind.CPU, place, why);
    }

    Journey referredToBy(String place, String why) {
        return with(Hop.Kind.REFERENCE, place, why);
    }

    /** By write(2): the kernel takes a copy of what the process has. */
    Journey writtenTo(Destination destination, Facts facts) {
        String place = destination == Destination.SOCKET ? "socket's queue" : "target's page cache";
        return copiedTo(place, "write(2)").toTheEnd(destination, facts);
    }

    /** As pages: to a socket nothing is copied if the device can fetch them, to a file they are. */
    Journey spliced(Destination destination, Facts facts) {
        if (destination == Destination.FILE) {
            return copiedTo("target's page cache", "the kernel: a page belongs to one file").toTheEnd(destination, facts);
        }
        String name = facts.device().name();
        return facts.device().scatterGather()
                .map(can -> can
                        ? referredToBy("socket's queue", "its packets point to the pages: " + name
                                + " fetches the parts of a packet from wherever they are (scatter-gather)")
                        : copiedTo("socket's queue", name + " cannot fetch the parts of a packet from wherever they are"
                                + " (no scatter-gather): the kernel copies them together"))
                .orElseGet(() -> with(Hop.Kind.UNKNOWN, "socket's queue", "a copy, unless " + name
                        + " has scatter-gather: it does not tell"))
                .toTheEnd(destination, facts);
    }

    private Journey toTheEnd(Destination destination, Facts facts) {
        if (destination == Destination.SOCKET) {
            return with(Hop.Kind.DMA, "network card", "on loopback there is none: the receiver reads what is queued");
        }
        return facts.targetOnDevice() ? with(Hop.Kind.DMA, "disk", "later, when the kernel writes it back") : this;
    }

    /** How often the processor copies every byte; empty if that is not known. */
    OptionalInt cpuCopies() {
        return count(Hop.Kind.UNKNOWN) > 0 ? OptionalInt.empty() : OptionalInt.of(count(Hop.Kind.CPU));
    }

    /** How often devices do, if the file is not in memory and there is a network card. */
    OptionalInt dmaCopies() {
        return hops.get(hops.size() - 1).kind() == Hop.Kind.UNKNOWN ? OptionalInt.empty()
                : OptionalInt.of(count(Hop.Kind.DMA));
    }

    private int count(Hop.Kind kind) {
        return (int) hops.stream().filter(hop -> hop.kind() == kind).count();
    }
}
