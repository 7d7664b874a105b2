package io.ferronio.benchmarks.harness;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A file of measurements, one JSON object a line. It grows with each one, so a run that was ended can be gone on with. */
public final class ResultFile {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Path path;

    /** Need not exist. */
    public ResultFile(Path path) {
        this.path = path;
    }

    /** All there are; none if there is no file. */
    public List<Measurement> read() throws IOException {
        List<Measurement> measurements = new ArrayList<>();
        if (Files.exists(path)) {
            List<String> lines = Files.readAllLines(path);
            for (int i = 0; i < lines.size(); i++) {
                measurements.add(parse(lines.get(i), i + 1));
            }
        }
        return measurements;
    }

    private Measurement parse(String line, int number) throws IOException {
        try {
            Measurement measurement = GSON.fromJson(line, Measurement.class);
            if (measurement == null || measurement.row() == null || measurement.way() == null) {
                throw new JsonParseException("row or way is missing, or of another version");
            }
            return measurement;
        } catch (JsonParseException e) {
            throw new IOException(path + ", line " + number + " is no measurement; delete the line or the file: " + line, e);
        }
    }

    /** Adds one. */
    public void add(Measurement measurement) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Files.writeString(path, GSON.toJson(measurement) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Gives it another name, ending in {@code .old}, in place of what had that. */
    Path setAside() throws IOException {
        return Files.move(path, path.resolveSibling(path.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
