package io.ferronio.benchmarks.harness;

import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** What is measured of an operation. */
public enum Figure {
    /** Nanoseconds on the clock. */
    WALL("time", Measurement::wallNanos),
    /** Nanoseconds of the processor, of the measuring thread, the kernel's work for it included. */
    CPU("processor time", Measurement::cpuNanos),
    /** System calls of the measuring thread. */
    SYSTEM_CALLS("system calls", Measurement::systemCalls),
    /** Bytes of the heap that the measuring thread has allocated. */
    ALLOCATED("bytes allocated", Measurement::allocatedBytes);

    private final String label;
    private final ToDoubleFunction<Measurement> value;

    Figure(String label, ToDoubleFunction<Measurement> value) {
        this.label = label;
        this.value = value;
    }

    /** The words for tables. */
    public String label() {
        return label;
    }

    /** Of a measurement; empty if it could not be counted there. */
    OptionalDouble of(Measurement measurement) {
        double figure = value.applyAsDouble(measurement);
        return figure < 0 ? OptionalDouble.empty() : OptionalDouble.of(figure);
    }
}
