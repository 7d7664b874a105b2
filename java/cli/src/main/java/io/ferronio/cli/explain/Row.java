package io.ferronio.cli.explain;

import io.ferronio.Route;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** One method to one destination: what all its runs have shown, or why there were none. */
final class Row {

    private final Method method;
    private final Destination destination;
    private final Facts facts;
    private final long size;
    private final String problem;
    private final List<Run> timed = new ArrayList<>();
    private final Set<Route> routes = EnumSet.noneOf(Route.class);
    private OptionalLong systemCalls = OptionalLong.empty();
    private OptionalLong receiversSystemCalls = OptionalLong.empty();
    private OptionalLong faultsWhenCounted = OptionalLong.empty();
    private boolean verified;

    /** With nothing in it yet; a problem means that it will stay so. */
    Row(Method method, Destination destination, Facts facts, long size, Optional<String> problem) {
        this.method = method;
        this.destination = destination;
        this.facts = facts;
        this.size = size;
        this.problem = problem.orElse(null);
    }

    /** Takes a run in. */
    void add(Manner manner, Run run) {
        routes.addAll(run.routes());
        switch (manner) {
            case VERIFIED -> verified = true; // Else it would have failed.
            case COUNTED -> {
                systemCalls = run.sender().systemCalls();
                receiversSystemCalls = run.receiver().map(Meter.Reading::systemCalls).orElse(OptionalLong.empty());
                faultsWhenCounted = faults(run);
            }
            case TIMED -> timed.add(run);
        }
    }

    Method method() {
        return method;
    }

    Destination destination() {
        return destination;
    }

    /** Why there are no figures; empty if there are. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** Whether the target had every byte of the file, by its SHA-256. */
    boolean isVerified() {
        return verified;
    }

    /** The way of every byte; of the way that was really taken, if that was not the one that this method is about. */
    Journey journey() {
        if (method.route().isEmpty() || routes.isEmpty() || routes.equals(Set.of(method.route().get()))) {
            return method.journey(destination, facts);
        }
        return routes.equals(Set.of(Route.BUFFERED)) ? Method.throughBuffer(Journey.of(facts), destination, facts)
                : Journey.unknown("it went by " + route());
    }

    /** FerroNIO's route; "-" for what is not FerroNIO's. */
    String route() {
        return routes.isEmpty() ? "-" : routes.stream().map(Route::property).collect(Collectors.joining(" + "));
    }

    /** Of the moving thread, in the run in which they were counted; empty if they could not be. */
    OptionalLong systemCalls() {
        return systemCalls;
    }

    OptionalLong receiversSystemCalls() {
        return receiversSystemCalls;
    }

    /** Derived: each system call and each page fault enters the kernel, and comes back. */
    OptionalLong crossings() {
        return systemCalls.isEmpty() || faultsWhenCounted.isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(2 * (systemCalls.getAsLong() + faultsWhenCounted.getAsLong()));
    }

    /** Voluntary and not. */
    OptionalLong contextSwitches() {
        return median(run -> known(run.sender().usage().voluntarySwitches() < 0,
                run.sender().usage().voluntarySwitches() + run.sender().usage().involuntarySwitches()));
    }

    /** Minor and major. */
    OptionalLong faults() {
        return median(Row::faults);
    }

    /** Those that waited for a device: there are some if the file was not in memory after all. */
    OptionalLong majorFaults() {
        return median(run -> known(run.sender().usage().majorFaults() < 0, run.sender().usage().majorFaults()));
    }

    private static OptionalLong faults(Run run) {
        return known(run.sender().usage().minorFaults() < 0,
                run.sender().usage().minorFaults() + run.sender().usage().majorFaults());
    }

    private static OptionalLong known(boolean unknown, long value) {
        return unknown ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** Derived: milliseconds of the moving thread's processor for 2^30 bytes. */
    double cpuMillisPerGib() {
        return perGib(median(run -> OptionalLong.of(run.sender().cpuNanos())).orElse(0));
    }

    /** Likewise, of the receiving thread's. */
    Optional<Double> receiversCpuMillisPerGib() {
        OptionalLong median = median(run -> run.receiver().map(r -> OptionalLong.of(r.cpuNanos())).orElse(OptionalLong.empty()));
        return median.isEmpty() ? Optional.empty() : Optional.of(perGib(median.getAsLong()));
    }

    /** Likewise, of the clock. */
    double wallMillisPerGib() {
        return perGib(median(run -> OptionalLong.of(run.wallNanos())).orElse(0));
    }

    private double perGib(long nanos) {
        return nanos / 1e6 * (1L << 30) / size;
    }

    OptionalLong peakBytes() {
        return median(Run::peakBytes);
    }

    /** The least of all runs: less than the file has means that a device was part of it. */
    OptionalLong cachedBefore() {
        return timed.stream().map(Run::cachedBefore).flatMapToLong(OptionalLong::stream).min();
    }

    OptionalLong cachedAfter() {
        return median(Run::cachedAfter);
    }

    /** Each round's, for whoever wants to see how they differ. */
    List<Long> all(ToLongFunction<Run> figure) {
        return timed.stream().map(figure::applyAsLong).toList();
    }

    /** Of the timed runs; empty if one of them does not know. */
    private OptionalLong median(Function<Run, OptionalLong> figure) {
        List<OptionalLong> values = timed.stream().map(figure).toList();
        if (values.isEmpty() || values.stream().anyMatch(OptionalLong::isEmpty)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(values.stream().mapToLong(OptionalLong::getAsLong).sorted().toArray()[values.size() / 2]);
    }
}
