package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.agent.app.UnmodifiedProgram;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** Whoever calls, and however: the agent takes the call, and what is wrong with one is told by the JDK, as ever. */
class AgentCallersTest {

    @Test
    void everyWayToCall() {
        AgentJvm.run(EveryCaller.class, "").succeeded();
    }

    /** To the last frame and line: the stack of such a call has nothing of the agent's on it. */
    @Test
    void wrongCallsFailAsWithoutTheAgent() {
        String without = ChildJvm.run(WrongCalls.class, List.of()).succeeded();
        assertTrue(without.contains("NullPointerException") && without.contains("NonReadableChannelException")
                && without.contains("ClosedChannelException"), without);
        assertEquals(without, AgentJvm.run(WrongCalls.class, "").succeeded());
    }

    @Test
    void theFlightRecorderSeesTransfersOfAnUnmodifiedProgram() throws IOException {
        Path recording = TestFiles.newPath(".jfr");
        ChildJvm.run(UnmodifiedProgram.class, AgentJvm.alone(AgentJvm.FLAG,
                "-XX:StartFlightRecording:filename=" + recording), TestFiles.newFile(3000).toString(), "0").succeeded();
        List<RecordedEvent> events = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> event.getEventType().getName().equals("io.ferronio.Transfer")).toList();
        Files.delete(recording);
        assertEquals(1, events.size(), events::toString);
        RecordedEvent transfer = events.get(0);
        assertEquals("file to pipe", transfer.getString("pair"));
        assertEquals("SENDFILE", transfer.getString("routes"));
        assertEquals(3000, transfer.getLong("bytes"));
        assertTrue(transfer.getStackTrace().getFrames().stream().map(frame -> frame.getMethod().getType().getName())
                .anyMatch(UnmodifiedProgram.class.getName()::equals), transfer::toString);
    }
}
