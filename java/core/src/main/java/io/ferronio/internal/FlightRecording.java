package io.ferronio.internal;

import jdk.jfr.FlightRecorder;

/** Asks the flight recorder what it wants. Only loaded where there is a module jdk.jfr. */
final class FlightRecording {

    private FlightRecording() {
    }

    /**
     * Whether transfers are recorded now. The recorder is asked first whether it has ever been used, which is the
     * read of one field: loading the class of an event loads hundreds of jdk.jfr, whether or not anybody records.
     */
    static boolean wantsTransfers() {
        return FlightRecorder.isInitialized() && TransferEvent.isWanted();
    }

    /** Pages of a mapping could not be had. */
    static void fault(MappingFault fault) {
        if (FlightRecorder.isInitialized()) {
            MappingFaultEvent.commit(fault);
        }
    }

    /** A transfer begins: its event, or null if nobody wants it. */
    static TransferEvent beginTransfer() {
        if (!wantsTransfers()) {
            return null;
        }
        TransferEvent event = new TransferEvent();
        event.begin();
        return event;
    }
}
