package io.ferronio.benchmarks.harness;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

class RowsTest {

    static Stream<Row> rows() {
        return Rows.ALL.stream();
    }

    @Test
    void haveNamesOfTheirOwn() {
        Set<String> names = new HashSet<>();
        Rows.ALL.forEach(row -> assertTrue(names.add(row.name()), row.name()));
        assertThrows(IllegalArgumentException.class, () -> Rows.named("no such row"));
    }

    @Test
    void tenAreTheGates() {
        assertEquals(10, Rows.ALL.stream().filter(row -> row.gateSize() > 0).count());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void haveABenchmarkForEachWay(Row row) {
        for (Way way : row.ways()) {
            List<Method> found = Arrays.stream(row.benchmark().getMethods())
                    .filter(method -> method.getName().equals(way.method())).toList();
            assertEquals(1, found.size(), way + ": " + found);
            assertTrue(found.get(0).isAnnotationPresent(Benchmark.class), found.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void haveTheParametersThatAreSet(Row row) throws NoSuchFieldException {
        Set<String> names = new HashSet<>(row.parameters().keySet());
        if (row.scale() != Scale.THREADS) {
            names.add("size");
        }
        for (String name : names) {
            assertTrue(row.benchmark().getField(name).isAnnotationPresent(Param.class), name);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void goUpInSizeAndAreAimedAtWhereTheyAreMeasured(Row row) {
        assertEquals(row.sizes().stream().sorted().distinct().toList(), row.sizes());
        assertTrue(row.gateSize() == 0 || row.sizes().contains(row.gateSize()));
        assertTrue(row.gateSize() == 0 || row.ours().isOurs());
        for (Aim aim : row.aims()) {
            assertTrue(aim.size() == 0 || row.sizes().contains(aim.size()), aim.toString());
            assertTrue(row.ways().containsAll(List.of(aim.way(), aim.against())), aim.toString());
        }
    }

    @Test
    void leaveOutWaysThatAJdkHasNot() {
        Row row = Rows.named("map-read-unmap");
        assertTrue(row.ways(4096, 25).contains(Way.SHARED_ARENA));
        assertEquals(List.of(Way.JDK, Way.FERRONIO, Way.REGION, Way.AGENT), row.ways(4096, 21));
        Row large = Rows.named("large-file-mapping");
        assertEquals(List.of(Way.REGION), large.ways(8L << 30, 17));
        assertEquals(List.of(Way.JDK, Way.REGION), large.ways(1L << 30, 17));
    }

    @Test
    void writeSizesAsPeopleDo() {
        assertEquals(List.of("512 B", "4 KiB", "1 MiB", "8 GiB", "1025 B"),
                Stream.of(512L, 4096L, 1L << 20, 8L << 30, 1025L).map(Scale.BYTES::text).toList());
        assertEquals("8000", Scale.CONNECTIONS.text(8000));
    }

    @Test
    void areChosenByTheSettings() {
        Settings settings = Settings.of(List.of("filter=^file-to", "sizes=4096", "quick=true", "results=r", "jar=j"));
        assertEquals(List.of("file-to-socket", "file-to-file", "file-to-channel"),
                settings.rows().stream().map(Row::name).toList());
        assertEquals(List.of(4096L), settings.sizes(Rows.named("file-to-socket")));
        assertTrue(Settings.isQuick(settings.milliseconds()));
        assertThrows(IllegalArgumentException.class,
                () -> Settings.of(List.of("filter=none of them", "results=r", "jar=j")).rows());
    }

    @Test
    void settingsThatAreWrongAreRefused() {
        List<String> right = List.of("results=r", "jar=j");
        assertDoesNotThrow(() -> Settings.of(right));
        for (String wrong : List.of("round=5", "rounds=0", "rounds=-1", "rounds=x", "minutes")) {
            List<String> words = Stream.concat(right.stream(), Stream.of(wrong)).toList();
            assertThrows(IllegalArgumentException.class, () -> Settings.of(words), wrong);
        }
        assertThrows(IllegalArgumentException.class, () -> Settings.of(List.of("jar=j")));
    }
}
