package io.ferronio.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {

    private static final Row ROW = Rows.named("file-to-socket");

    @TempDir
    Path folder;

    @Test
    void hasNothingBeforeItIsThere() throws IOException {
        assertEquals(List.of(), new ResultFile(folder.resolve("none.jsonl")).read());
    }

    @Test
    void givesBackWhatWasAdded() throws IOException {
        Path path = folder.resolve("made/results.jsonl");
        Measurement good = Measurements.of(ROW, Way.FERRONIO, 0, 1234.5, 1);
        Measurement bad = Measurements.thrownAway(ROW, Way.JDK, 1);
        new ResultFile(path).add(good);
        new ResultFile(path).add(bad);
        assertEquals(List.of(good, bad), new ResultFile(path).read());
        assertEquals(2, Files.readAllLines(path).size());
    }

    @Test
    void namesTheLineThatIsNone() throws IOException {
        Path path = folder.resolve("results.jsonl");
        new ResultFile(path).add(Measurements.of(ROW, Way.JDK, 0, 1, 1));
        for (String line : List.of("{\"row\":", "{}", "{\"row\":\"x\",\"way\":\"NO_SUCH_WAY\"}", "")) {
            String whole = Files.readAllLines(path).get(0);
            Files.writeString(path, whole + "\n" + line + "\n");
            IOException e = assertThrows(IOException.class, () -> new ResultFile(path).read());
            assertTrue(e.getMessage().contains("line 2"), e.getMessage());
        }
    }

    @Test
    void isSetAside() throws IOException {
        Path path = folder.resolve("results.jsonl");
        ResultFile file = new ResultFile(path);
        file.add(Measurements.of(ROW, Way.JDK, 0, 1, 1));
        assertEquals(1, new ResultFile(file.setAside()).read().size());
        assertEquals(List.of(), file.read());
    }
}
