package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who watches the JDK's buffer pool "mapped" sees the same numbers, whoever has mapped. */
class BufferPoolTest {

    private static final Pattern MAPPINGS = Pattern.compile("ferronio: mappings (\\d+) ");

    @ParameterizedTest
    @ValueSource(strings = {"report", "report,guard=all", "report,methods=transferTo,guard=all"})
    void theSameNumbers(String options) {
        String without = ChildJvm.run(CountedMappings.class, List.of()).succeeded();
        assertTrue(without.contains("mapped: 12 buffers, capacity 240000, memory "), without);
        assertTrue(without.contains("all: 0 buffers, capacity 0, memory 0"), without);
        String with = ChildJvm.run(CountedMappings.class,
                List.of("-javaagent:" + System.getProperty("ferronio.test.agent") + "=" + options)).succeeded();
        Matcher mappings = MAPPINGS.matcher(with);
        assertTrue(mappings.find(), with);
        assertEquals(options.contains("methods") ? 0 : 12, Integer.parseInt(mappings.group(1)), with);
        assertEquals(without, withoutReport(with));
    }

    private static String withoutReport(String output) {
        return output.lines().filter(line -> !line.startsWith("ferronio: ")).map(line -> line + "\n")
                .reduce("", String::concat);
    }
}
