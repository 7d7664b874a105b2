package io.ferronio.internal;

import java.util.List;

/**
 * Says that pages of mappings could not be had: once for each mapping, to the system's logger and the flight recorder.
 *
 * <p>Loggers are the user's: they may throw, and take their time.
 */
final class FaultReports {

    private static final String LOGGER = "io.ferronio";

    private FaultReports() {
    }

    /** Called by the native library, on a thread of its own, when there are faults that nobody has reported. */
    static void publish() {
        try {
            publish(MappingLife.takeReports());
            publish(MappingWatch.takeReports());
        } catch (Throwable e) {
            warn("pages of mappings could not be had, and no more can be said", e);
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
