package io.ferronio.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Says that pages of mappings could not be had: once for each mapping, to the system's logger and the flight recorder.
 *
 * <p>Loggers are the user's: they may throw, and take their time.
 */
public final class FaultReports {

    private static final String LOGGER = "io.ferronio";
    /** More are not kept. */
    private static final int MOST = 100;

    /** What was found so far. Guarded by itself, also while it is looked for. */
    private static final List<String> FOUND = new ArrayList<>();

    private FaultReports() {
    }

    /** Called by the native library, on a thread of its own, when there are faults that nobody has reported. */
    static void publish() {
        try {
            publish(find());
        } catch (Throwable e) {
            warn("pages of mappings could not be had, and no more can be said", e);
        }
    }

    private static List<MappingFault> find() {
        synchronized (FOUND) {
            List<MappingFault> faults = new ArrayList<>(MappingLife.takeReports());
            faults.addAll(MappingWatch.takeReports());
            keep(faults);
            return faults;
        }
    }

    /** For {@link #found}. */
    static void keep(List<MappingFault> faults) {
        synchronized (FOUND) {
            faults.stream().limit(MOST - FOUND.size()).map(MappingFault::toString).forEach(FOUND::add);
        }
    }

    /**
     * What was told so far, and what would be told next: that is then told to the caller alone.
     *
     * @return words for the first fault of each mapping that had one, the first hundred of them
     */
    public static List<String> found() {
        if (Tally.faults() > 0) {
            find().forEach(FaultReports::record);
        }
        synchronized (FOUND) {
            return List.copyOf(FOUND);
        }
    }

    /** Throws nothing. */
    static void publish(List<MappingFault> faults) {
        for (MappingFault fault : faults) {
            record(fault); // First: a logger may take its time.
            warn(fault + ". Java code gets an InternalError or zeros there, native code zeros", null);
        }
    }

    private static void record(MappingFault fault) {
        try {
            if (OptionalModules.provide("jdk.jfr.FlightRecorder")) {
                FlightRecording.fault(fault);
            }
        } catch (Throwable e) {
            // Nobody can be told.
        }
    }

    /** Throws nothing. */
    static void warn(String message, Throwable thrown) {
        try {
            System.getLogger(LOGGER).log(System.Logger.Level.WARNING, message, thrown);
        } catch (Throwable e) {
            // Nobody can be told.
        }
    }
}
