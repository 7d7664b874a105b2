package io.ferronio.cli.explain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A column of the table.
 *
 * @param above the upper line of its heading
 * @param below the lower line of it
 * @param help what is in it, and how that was found out
 * @param cell what a row has there
 * @param bar the figure that a page draws as a bar, too
 */
record Column(String above, String below, String help, Function<Row, String> cell, Optional<ToDoubleFunction<Row>> bar) {

    private static final String UNKNOWN = "?";

    /** Without a bar. */
    Column(String above, String below, String help, Function<Row, String> cell) {
        this(above, below, help, cell, Optional.empty());
    }

    /** With one. */
    static Column withBar(String above, String below, String help, ToDoubleFunction<Row> figure) {
        return new Column(above, below, help, row -> number(figure.applyAsDouble(row)), Optional.of(figure));
    }

    /** All of them but the first, which is the method. */
    static final List<Column> ALL = List.of(
            new Column("CPU", "copies", "By design: how often the sending side's processor copies every byte. At the other end of"
                    + " a connection the receiver's read(2) copies it once more, whatever the method.",
                    row -> row.journey().cpuCopies().stream().mapToObj(Integer::toString).findAny().orElse(UNKNOWN)),
            new Column("DMA", "copies", "By design: how often devices copy every byte, from a disk if it is not in memory yet, and"
                    + " to a network card, or to the disk some time later. In these runs the file was in memory, and loopback has no card.",
                    row -> row.journey().dmaCopies().stream().mapToObj(Integer::toString).findAny().orElse(UNKNOWN)),
            new Column("system", "calls", "Measured: by the moving thread, for the whole file, counted by the kernel"
                    + " (perf_event_open on raw_syscalls:sys_enter) in a run of its own, since counting takes time. The JVM's"
                    + " own in this thread are among them.",
                    row -> count(row.systemCalls())),
            new Column("kernel", "crossings", "Derived: 2 x (system calls + page faults) of that run, each of which enters the kernel and"
                    + " comes back. Interrupts are not among them.",
                    row -> count(row.crossings())),
            new Column("context", "switches", "Measured (getrusage): how often the moving thread gave its processor up, to wait or not.",
                    row -> count(row.contextSwitches())),
            new Column("page", "faults", "Measured (getrusage): of the moving thread.", row -> count(row.faults())),
            withBar("CPU", "ms/GiB", "Measured: the moving thread's processor time, the kernel's part included. On loopback the"
                    + " kernel does most of the receiving half of TCP in this thread, too.",
                    Row::cpuMillisPerGib),
            new Column("receiver", "CPU ms/GiB", "Measured: the reading thread's. When pages of the file were queued, its copy"
                    + " comes from these.",
                    row -> row.receiversCpuMillisPerGib().map(Column::number).orElse("-")),
            withBar("wall", "ms/GiB", "Measured: until the receiver has the last byte, or the last one is written to the page cache."
                    + " Receiver and sender run side by side: the slower one decides.",
                    Row::wallMillisPerGib),
            new Column("peak", "KiB", "Measured (VmHWM): memory that the process had more at most, mapped pages of files"
                    + " included; what the kernel holds in queues and pipes is not known.",
                    row -> row.peakBytes().isEmpty() ? UNKNOWN : count(OptionalLong.of(row.peakBytes().getAsLong() >> 10))),
            new Column("cached", "MiB", "Measured (cachestat or mincore): how much of the file, and of its copy, the page"
                    + " cache holds afterwards.",
                    row -> row.cachedAfter().isEmpty() ? UNKNOWN : number(row.cachedAfter().getAsLong() / 1048576.0)),
            new Column("SHA", "-256", "Whether the target had all bytes: by the digest of what arrived, in a run of its own.",
                    row -> row.isVerified() ? "agrees" : "no"),
            new Column("FerroNIO's", "route", "The way that FerroNIO took; - for what is not FerroNIO's.", Row::route));

    private static String count(OptionalLong number) {
        return number.isEmpty() ? UNKNOWN : String.format(Locale.ROOT, "%,d", number.getAsLong());
    }

    private static String number(double number) {
        return number > 0 && number < 10 ? String.format(Locale.ROOT, "%.1f", number)
                : String.format(Locale.ROOT, "%,.0f", number);
    }
}
