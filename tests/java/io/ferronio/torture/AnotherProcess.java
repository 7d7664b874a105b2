package io.ferronio.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Another process that truncates files: a shell that lives long, since starting one takes longer than all it does. */
final class AnotherProcess implements AutoCloseable {

    private static final String SCRIPT =
            "while read -r size path; do truncate -s \"$size\" \"$path\"; echo \"$?\"; done";

    private final Process process;
    private final PrintStream requests;
    private final BufferedReader answers;

    AnotherProcess() throws IOException {
        process = new ProcessBuilder("sh", "-c", SCRIPT).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    void truncate(Path file, long size) throws IOException {
        requests.println(size + " " + file);
        String status = answers.readLine();
        if (!"0".equals(status)) {
            throw new IOException("truncate -s " + size + " " + file + ": exit status " + status);
        }
    }

    @Override
    public void close() {
        requests.close();
    }
}
