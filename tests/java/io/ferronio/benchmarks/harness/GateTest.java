package io.ferronio.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.benchmarks.harness.Gate.Committed;
import io.ferronio.benchmarks.harness.Gate.Measured;
import io.ferronio.benchmarks.harness.Gate.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {

    private static final String MACHINE = "this one";
    private static final Committed COMMITTED = new Committed("file-to-socket", 17, MACHINE, 0.80, 0.82, 0.70, 0.72, 1, 0);

    private static Measured measured(Spread wall, Spread cpu, double systemCalls, double allocatedBytes) {
        return new Measured(Optional.of(wall), Optional.of(cpu), Optional.of(Spread.of(systemCalls)),
                Optional.of(Spread.of(allocatedBytes)));
    }

    private static Spread close(double ratio) {
        return Spread.of(ratio * 0.99, ratio, ratio * 1.01);
    }

    private static Spread wide(double ratio) {
        return Spread.of(ratio * 0.5, ratio * 0.7, ratio, ratio * 1.3, ratio * 2);
    }

    @Test
    void keepsWhatIsAsItWas() {
        Verdict verdict = Gate.judge(COMMITTED, measured(close(0.80), close(0.70), 1, 0));
        assertFalse(verdict.isLost());
        assertEquals("counts", verdict.judgedBy());
    }

    @Test
    void losesByTime() {
        Verdict verdict = Gate.judge(COMMITTED, measured(close(0.95), close(0.70), 1, 0));
        assertEquals(List.of("time against the JDK's 0.95 (0.94 .. 0.96), committed 0.80"), verdict.losses());
        assertEquals("time, counts", verdict.judgedBy());
    }

    @Test
    void keepsWhatTheCommittedRoundsHaveReached() {
        Committed noisy = new Committed("file-to-socket", 17, MACHINE, 0.80, 1.05, 0.70, 0.90, 1, 0);
        assertFalse(Gate.judge(noisy, measured(close(1.00), close(0.70), 1, 0)).isLost());
        assertTrue(Gate.judge(noisy, measured(close(1.10), close(0.70), 1, 0)).isLost());
    }

    @Test
    void keepsLessThanATenth() {
        Verdict verdict = Gate.judge(COMMITTED, measured(close(0.80 * 1.09), close(0.70), 1, 0));
        assertFalse(verdict.isLost());
        assertEquals("time, counts", verdict.judgedBy());
    }

    @Test
    void keepsWhatHasGained() {
        assertFalse(Gate.judge(COMMITTED, measured(close(0.4), close(0.3), 1, 0)).isLost());
    }

    @Test
    void doesNotBelieveTimesThatLieFarApart() {
        Verdict verdict = Gate.judge(COMMITTED, measured(wide(1.2), close(0.70), 1, 0));
        assertFalse(verdict.isLost());
        assertEquals("counts", verdict.judgedBy());
    }

    @Test
    void judgesProcessorTimeInstead() {
        Verdict verdict = Gate.judge(COMMITTED, measured(wide(0.8), close(0.9), 1, 0));
        assertTrue(verdict.isLost());
        assertEquals("processor time, counts", verdict.judgedBy());
        Verdict asBefore = Gate.judge(COMMITTED, measured(close(0.82), close(0.9), 1, 0));
        assertTrue(asBefore.isLost(), "a change of time of less than a twentieth says nothing");
    }

    @Test
    void losesByCountsWhateverTheTimes() {
        Verdict calls = Gate.judge(COMMITTED, measured(close(0.5), close(0.5), 2, 0));
        assertEquals(List.of("system calls 2.00, committed 1.00"), calls.losses());
        Verdict bytes = Gate.judge(COMMITTED, measured(wide(0.5), wide(0.5), 1, 24));
        assertEquals(List.of("bytes allocated 24.00, committed 0.00"), bytes.losses());
    }

    @Test
    void forgivesWhatTheVirtualMachineDoesBesides() {
        assertFalse(Gate.judge(COMMITTED, measured(close(0.8), close(0.7), 1.02, 3)).isLost());
    }

    @Test
    void leavesOutWhatCannotBeCountedHere() {
        Measured uncounted = new Measured(Optional.of(close(0.8)), Optional.empty(), Optional.empty(), Optional.empty());
        assertFalse(Gate.judge(COMMITTED, uncounted).isLost());
        Committed before = new Committed("file-to-socket", 17, MACHINE, 0.80, 0.82, -1, -1, -1, -1);
        assertFalse(Gate.judge(before, measured(wide(0.8), close(3), 9, 900)).isLost());
    }

    @Test
    void losesWhatCouldNotBeMeasured() {
        Measured nothing = new Measured(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals(List.of("it could not be measured"), Gate.judge(COMMITTED, nothing).losses());
    }

    @Test
    void believesCountsOnWhichTheRoundsAgree() {
        Optional<Spread> apart = Optional.of(Spread.of(200, 210, 260));
        Committed many = new Committed("socket-to-file", 17, MACHINE, 0.40, 0.41, 0.30, 0.31, 180, 0);
        Measured paced = new Measured(Optional.of(close(0.4)), Optional.of(close(0.3)), apart, Optional.empty());
        assertFalse(Gate.judge(many, paced).isLost());
        assertEquals(-1, paced.toCommit(Rows.named("socket-to-file"), 17, MACHINE).systemCalls());
        Measured agreed = new Measured(paced.wall(), paced.cpu(), Optional.of(Spread.of(209, 210, 211)), Optional.empty());
        assertTrue(Gate.judge(many, agreed).isLost());
    }

    @Test
    void commitsWhatWasMeasured() {
        Row row = Rows.named("file-to-socket");
        assertEquals(new Committed("file-to-socket", 25, MACHINE, 0.8, 0.808, 0.667, 0.667, 1, 0),
                measured(close(0.8), Spread.of(2 / 3.0), 1, 0).toCommit(row, 25, MACHINE));
    }

    @Test
    void theFileKeepsEachRowAndJdkOnce(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("gate.json");
        GateFile file = new GateFile(path);
        Row row = Rows.named("file-to-socket");
        assertEquals(Optional.empty(), file.find(row, 17, MACHINE));
        Committed newer = new Committed("file-to-socket", 17, MACHINE, 0.70, 0.72, 0.60, 0.62, 1, 0);
        Committed other = new Committed("file-to-socket", 25, MACHINE, 0.60, 0.62, 0.60, 0.62, 1, 0);
        file.put(List.of(other, COMMITTED));
        file.put(List.of(newer));
        assertEquals(Optional.of(newer), file.find(row, 17, MACHINE));
        assertEquals(Optional.of(other), file.find(row, 25, MACHINE));
        assertEquals(4, Files.readAllLines(path).size());
    }

    @Test
    void judgesAnotherMachineByCounts(@TempDir Path folder) throws IOException {
        GateFile file = new GateFile(folder.resolve("gate.json"));
        Row row = Rows.named("file-to-socket");
        file.put(List.of(COMMITTED));
        assertTrue(file.has(17));
        assertFalse(file.has(21));
        assertTrue(file.has(MACHINE));
        assertFalse(file.has("another"));
        Committed found = file.find(row, 17, "another").orElseThrow();
        assertFalse(found.hasTimes());
        Verdict slower = Gate.judge(found, measured(close(1.2), close(1.2), 1, 0));
        assertFalse(slower.isLost());
        assertEquals("counts", slower.judgedBy());
        assertTrue(Gate.judge(found, measured(close(0.8), close(0.7), 2, 0)).isLost());
        Committed other = new Committed("file-to-socket", 17, "another", 1.2, 1.3, 1.2, 1.3, -1, -1);
        file.put(List.of(other));
        assertEquals(Optional.of(COMMITTED.withoutTimes()), file.find(row, 17, "a third"), "the one that knows the counts");
        assertEquals(Optional.of(other), file.find(row, 17, "another"));
        assertEquals(Optional.of(COMMITTED), file.find(row, 17, MACHINE));
    }

    @Test
    void aMachineIsItsProcessorKernelAndFilesystem() throws IOException {
        Map<String, String> facts = Map.of("kernel", "Linux 6.18.44-fc-v657", "processor", "AMD EPYC, cpu family 26, model 2, amd64",
                "processors", "2", "filesystem", "tmpfs", "memory", "1 kB", "jdk", "any");
        assertEquals("2 processors, AMD EPYC, cpu family 26, model 2, amd64, Linux 6.18, tmpfs", Machine.name(facts));
        assertTrue(Machine.name(Machine.facts(Path.of("/dev/shm"))).contains(", Linux "));
    }
}
