package io.ferronio.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A sample of {@code ./gradlew torture}: each way with one compiler in one situation, so that each situation is met by
 * several ways with each compiler.
 */
class TortureTest {

    private static final long SEED = 17;
    private static final int SITUATIONS_OF_A_WAY = 1;

    @ParameterizedTest
    @EnumSource(TortureRun.Compiler.class)
    void eachWayIsSafeInAnySituation(TortureRun.Compiler compiler) throws Exception {
        int version = Runtime.version().feature();
        TortureRun run = new TortureRun(Path.of(System.getProperty("java.home")), version, compiler, new Disks());
        run.run(sample(compiler));
        assertEquals(List.of(), run.failures);
        assertTrue(run.outcomes.size() > 0, () -> "nothing could be run: " + run.missing);
    }

    /** The ways are dealt out to the compilers; on each JDK they are dealt otherwise. */
    private static List<String> sample(TortureRun.Compiler compiler) {
        Random random = new Random(SEED + Runtime.version().feature());
        List<Way> ways = new ArrayList<>(Way.all());
        Collections.shuffle(ways, random);
        List<String> lines = new ArrayList<>();
        int situation = 0;
        for (int i = 0; i < ways.size(); i++) {
            if (i % TortureRun.Compiler.values().length != compiler.ordinal()) {
                continue;
            }
            int taken = 0;
            for (int tried = 0; tried < Situation.values().length && taken < SITUATIONS_OF_A_WAY; tried++) {
                Situation next = Situation.values()[situation++ % Situation.values().length];
                if (next.refusal(ways.get(i)) == null) {
                    lines.add(TortureRun.line(next, ways.get(i)));
                    taken++;
                }
            }
        }
        Collections.shuffle(lines, random);
        return lines;
    }

    @Test
    void aGibibyteThatIsTruncatedCanBeReadAtRandom() {
        String output = ChildJvm.run(RandomReaders.class, List.of(), "3").succeeded();
        assertTrue(output.matches("(?s)\\d+ reads, [1-9]\\d* errors, at most \\d+ areas of memory\n.*"), output);
    }
}
