package io.ferronio.benchmarks.harness;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.reflect.TypeToken;
import io.ferronio.benchmarks.harness.Gate.Committed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** benches/gate.json: what is committed for each row, JDK and machine. */
final class GateFile {

    private static final Gson GSON = new GsonBuilder().create();

    private final Path path;

    GateFile(Path path) {
        this.path = path;
    }

    private List<Committed> read() throws IOException {
        return Files.exists(path)
                ? GSON.fromJson(Files.readString(path), new TypeToken<List<Committed>>() { }.getType()) : List.of();
    }

    /** Whether there is anything of this JDK. */
    boolean has(int jdk) throws IOException {
        return read().stream().anyMatch(entry -> entry.jdk() == jdk);
    }

    /** Whether there is anything of this machine. */
    boolean has(String machine) throws IOException {
        return read().stream().anyMatch(entry -> machine.equals(entry.machine()));
    }

    /** Of another machine, and then without the times, if there is nothing of this one. Empty if nothing is committed for it. */
    Optional<Committed> find(Row row, int jdk, String machine) throws IOException {
        List<Committed> all = read().stream().filter(entry -> entry.row().equals(row.name()) && entry.jdk() == jdk).toList();
        return all.stream().filter(entry -> machine.equals(entry.machine())).findFirst()
                .or(() -> all.stream().max(Comparator.comparing(Committed::knownCounts)).map(Committed::withoutTimes));
    }

    /** In place of what is there for the same rows, JDKs and machines; one line each, in order. */
    void put(List<Committed> entries) throws IOException {
        List<Committed> all = new ArrayList<>(read());
        all.removeIf(old -> entries.stream().anyMatch(entry -> entry.row().equals(old.row()) && entry.jdk() == old.jdk()
                && entry.machine().equals(old.machine())));
        all.addAll(entries);
        all.sort(Comparator.comparing(Committed::machine).thenComparing(Committed::jdk).thenComparing(Committed::row));
        Files.writeString(path, "[\n" + String.join(",\n", all.stream().map(GSON::toJson).toList()) + "\n]\n");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
