package io.ferronio.internal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * The flight recorder's event {@code io.ferronio.MappingFault}: pages of a mapping could not be had, for the first time.
 * Recorded in every recording unless that says otherwise; without a stack trace, since the thread is the library's.
 */
@Name("io.ferronio.MappingFault")
@Label("Mapping Fault")
@Category("FerroNIO")
@Description("Pages of a mapped file could not be had: it was truncated, its disk is full or has an I/O error")
@Enabled(true)
@StackTrace(false)
final class MappingFaultEvent extends Event {

    @Label("Path")
    @Description("The file, as its channel knew it")
    String path;

    @Label("Offset")
    @Description("Where in the file the page begins that was missed last")
    @DataAmount
    long offset;

    @Label("Pages")
    @Description("How many pages could not be had until now")
    long pages;

    @Label("Mapped")
    @Description("The length of the mapping")
    @DataAmount
    long mapped;

    @Label("Cause")
    @Description("Why, as far as can be told")
    String cause;

    /** Has it recorded, if somebody records. */
    static void commit(MappingFault fault) {
        MappingFaultEvent event = new MappingFaultEvent();
        event.path = fault.file();
        event.offset = fault.offset();
        event.pages = fault.pages();
        event.mapped = fault.size();
        event.cause = fault.cause();
        event.commit();
    }
}
