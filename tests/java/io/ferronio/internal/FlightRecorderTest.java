package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.Transfers;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** The event {@code io.ferronio.Transfer}. */
class FlightRecorderTest {

    @Test
    void tracesBecomeEventsWhileSomebodyRecords() {
        ChildJvm.run(RecordedTransfers.class, List.of(), TestFiles.newPath(".jfr").toString()).succeeded();
    }

    /** As a user starts it, with the JDK's own settings. */
    @Test
    void whatTheJdkTransfersIsRecorded() throws IOException {
        List<RecordedEvent> events = record("");
        assertEquals(2, events.size(), events::toString);
        RecordedEvent sent = events.stream().filter(event -> event.getLong("bytes") == 3000).findFirst().orElseThrow();
        assertEquals("JDK", sent.getString("routes"));
        assertTrue(sent.getString("pair").startsWith("file to java.nio.channels.Channels$"), sent::toString);
        assertNull(sent.getClass("failure"));
        Set<String> classes = sent.getStackTrace().getFrames().stream()
                .map(frame -> frame.getMethod().getType().getName()).collect(Collectors.toSet());
        Set<String> callers = Set.of(Transfers.class.getName(), LeftToTheJdk.class.getName());
        assertTrue(classes.containsAll(callers), classes::toString);
        RecordedEvent refused = events.stream().filter(event -> event != sent).findFirst().orElseThrow();
        assertEquals(NonWritableChannelException.class.getName(), refused.getClass("failure").getName());
        assertEquals("file to file", refused.getString("pair"));
        assertEquals(0, refused.getLong("bytes"));
    }

    @Test
    void theCommandLineCanAskForLess() throws IOException {
        assertEquals(List.of(), record(",+io.ferronio.Transfer#threshold=1h"));
        assertEquals(List.of(), record(",+io.ferronio.Transfer#enabled=false"));
    }

    private static List<RecordedEvent> record(String settings) throws IOException {
        Path recording = TestFiles.newPath(".jfr");
        ChildJvm.run(LeftToTheJdk.class, List.of("-XX:StartFlightRecording:filename=" + recording + settings),
                TestFiles.newFile(3000).toString()).succeeded();
        List<RecordedEvent> events = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> event.getEventType().getName().equals("io.ferronio.Transfer")).toList();
        Files.delete(recording);
        return events;
    }

    /** A program: a transfer to a channel that is not the JDK's, and one that fails. Argument: a file. */
    static final class LeftToTheJdk {

        private LeftToTheJdk() {
        }

        public static void main(String[] args) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (FileChannel source = FileChannel.open(Path.of(args[0]));
                    WritableByteChannel target = Channels.newChannel(bytes)) {
                Transfers.transferTo(source, 0, source.size(), target);
                Transfers.transferFrom(source, source, 0, 1);
                throw new AssertionError("the file is not open for writing");
            } catch (NonWritableChannelException e) {
                if (bytes.size() != 3000) {
                    throw new AssertionError(bytes.size() + " bytes came");
                }
            }
        }
    }
}
