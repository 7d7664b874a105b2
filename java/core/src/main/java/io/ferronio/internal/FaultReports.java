package io.ferronio.internal;

/** Says that pages of mappings could not be had. */
final class FaultReports {

    private FaultReports() {
    }

    /** Called by the native library, on a thread of its own. */
    static void publish() {
        System.getLogger("io.ferronio").log(System.Logger.Level.DEBUG, "pages of a mapping could not be had");
    }
}
