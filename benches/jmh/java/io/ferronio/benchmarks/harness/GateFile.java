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

/** benches/gate.json: what is committed for each row and JDK. */
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

    /** Empty if nothing is committed for it. */
    Optional<Committed> find(Row row, int jdk) throws IOException {
        return read().stream().filter(entry -> entry.row().equals(row.name()) && entry.jdk() == jdk).findFirst();
    }

    /** In place of what is there for the same rows and JDKs; one line each, in order. */
    void put(List<Committed> entries) throws IOException {
        List<Committed> all = new ArrayList<>(read());
        all.removeIf(old -> entries.stream().anyMatch(entry -> entry.row().equals(old.row()) && entry.jdk() == old.jdk()));
        all.addAll(entries);
        all.sort(Comparator.comparing(Committed::jdk).thenComparing(Committed::row));
        Files.writeString(path, "[\n" + String.join(",\n", all.stream().map(GSON::toJson).toList()) + "\n]\n");
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
