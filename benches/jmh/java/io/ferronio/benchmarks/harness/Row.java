package io.ferronio.benchmarks.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Something that is measured: one work in several ways, at several sizes. Immutable; {@link Rows} has them all. */
public final class Row {

    private final String name;
    private final String work;
    private final Class<?> benchmark;
    private final Map<String, String> parameters;
    private final Scale scale;
    private final List<Long> sizes;
    private final List<Way> ways;
    private final Map<Way, Long> limits;
    private final List<Aim> aims;
    private final String note;
    private final int times;
    private final long gateSize;

    private Row(Builder builder) {
        name = builder.name;
        work = builder.work;
        benchmark = builder.benchmark;
        parameters = Map.copyOf(builder.parameters);
        scale = builder.scale;
        sizes = List.copyOf(builder.sizes);
        ways = List.copyOf(builder.ways);
        limits = Map.copyOf(builder.limits);
        aims = List.copyOf(builder.aims);
        note = builder.note;
        times = builder.times;
        gateSize = builder.gateSize;
    }

    /** Begins one: its name for commands, the work in words, and the benchmark, whose parameter {@code size} varies. */
    static Builder of(String name, String work, Class<?> benchmark) {
        return new Builder(name, work, benchmark);
    }

    /** What it is called in commands and results. */
    public String name() {
        return name;
    }

    /** What one operation does, in words. */
    public String work() {
        return work;
    }

    Class<?> benchmark() {
        return benchmark;
    }

    /** Parameters of the benchmark that stay the same. */
    Map<String, String> parameters() {
        return parameters;
    }

    /** What the sizes count. */
    public Scale scale() {
        return scale;
    }

    /** In ascending order. */
    public List<Long> sizes() {
        return sizes;
    }

    /** Ways that can do it at this size on a JDK of this feature version. */
    public List<Way> ways(long size, int jdk) {
        return ways.stream().filter(way -> way.isOn(jdk) && size <= limits.getOrDefault(way, Long.MAX_VALUE)).toList();
    }

    /** All ways, also those that a JDK may not have. The first is what the others are compared with. */
    public List<Way> ways() {
        return ways;
    }

    /** What the others are compared with. */
    public Way base() {
        return ways.get(0);
    }

    /** The way of ours that stands for the row; the base if there is none but it. */
    public Way ours() {
        return ways.stream().filter(Way::isOurs).findFirst().orElse(base());
    }

    /** What is to be reached. */
    public List<Aim> aims() {
        return aims;
    }

    /** Why the figures are what they are, where that is known and is not plain to see; or empty. */
    public String note() {
        return note;
    }

    /** Iterations in which it is measured, each of the usual time. */
    public int times() {
        return times;
    }

    /** The size at which the gate judges it; 0 if it does not. */
    public long gateSize() {
        return gateSize;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Of one row. */
    static final class Builder {
        private final String name;
        private final String work;
        private final Class<?> benchmark;
        private final Map<String, String> parameters = new LinkedHashMap<>();
        private final Map<Way, Long> limits = new LinkedHashMap<>();
        private final List<Aim> aims = new ArrayList<>();
        private Scale scale = Scale.BYTES;
        private List<Long> sizes = List.of();
        private List<Way> ways = List.of();
        private String note = "";
        private int times = 1;
        private long gateSize;

        private Builder(String name, String work, Class<?> benchmark) {
            this.name = name;
            this.work = work;
            this.benchmark = benchmark;
        }

        Builder with(String parameter, Object value) {
            parameters.put(parameter, value.toString());
            return this;
        }

        Builder over(Scale scale, long... sizes) {
            this.scale = scale;
            this.sizes = Arrays.stream(sizes).boxed().toList();
            return this;
        }

        Builder ways(Way... ways) {
            this.ways = List.of(ways);
            return this;
        }

        /** The way cannot do more than this. */
        Builder limit(Way way, long size) {
            limits.put(way, size);
            return this;
        }

        Builder aim(Way way, Way against, Figure figure, long size, double atMost) {
            return aim(new Aim(way, against, figure, size, 0, Integer.MAX_VALUE, atMost));
        }

        Builder aim(Aim aim) {
            aims.add(aim);
            return this;
        }

        Builder note(String note) {
            this.note = note;
            return this;
        }

        /** It is measured in so many iterations, since one says little: they differ more than those of others. */
        Builder times(int times) {
            this.times = times;
            return this;
        }

        Builder gate(long size) {
            gateSize = size;
            return this;
        }

        Row build() {
            return new Row(this);
        }
    }
}
