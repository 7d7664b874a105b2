package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That pages could not be had is told by itself: to the system's logger and the flight recorder, once for each mapping. */
class FaultReportTest {

    @ParameterizedTest
    @EnumSource
    void toTheLogger(ReportedFaults.Part part) {
        ChildJvm.run(ReportedFaults.class, List.of(), part.name()).succeeded();
    }

    @Test
    void toTheFlightRecorder() throws IOException {
        Path recording = TestFiles.newPath(".jfr");
        String output = ChildJvm.run(ReportedFaults.class, List.of("-XX:StartFlightRecording:filename=" + recording),
                ReportedFaults.Part.EACH_MAPPING_ONCE.name()).succeeded();
        List<RecordedEvent> events = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> event.getEventType().getName().equals("io.ferronio.MappingFault")).toList();
        Files.delete(recording);
        // The program says in which order; all have one path, and the JDK's mapping none.
        assertEquals(3, events.size(), events::toString);
        assertEquals(List.of(9L * 4096, 0L, 0L), events.stream().map(event -> event.getLong("offset")).toList(), output);
        for (RecordedEvent event : events) {
            assertTrue(event.getLong("pages") > 0, event::toString);
            assertEquals(ReportedFaults.SIZE, event.getLong("mapped"));
            assertNull(event.getStackTrace());
        }
        assertEquals("the file was truncated to " + ReportedFaults.KEPT + " bytes", events.get(0).getString("cause"));
        assertEquals("it was unmapped before: a use after unmap", events.get(1).getString("cause"));
        assertTrue(events.get(1).getString("path").endsWith(".data"), events::toString);
        assertEquals("a mapping made by the JDK", events.get(2).getString("path"));
    }

    @Test
    void notWhereARecordingDoesNotWantIt() throws IOException {
        Path recording = TestFiles.newPath(".jfr");
        ChildJvm.run(ReportedFaults.class, List.of("-XX:StartFlightRecording:filename=" + recording
                + ",+io.ferronio.MappingFault#enabled=false"), ReportedFaults.Part.EACH_MAPPING_ONCE.name()).succeeded();
        assertTrue(RecordingFile.readAllEvents(recording).stream()
                .noneMatch(event -> event.getEventType().getName().equals("io.ferronio.MappingFault")));
        Files.delete(recording);
    }
}
