package io.ferronio.agent;

import io.ferronio.agent.app.UnmodifiedProgram;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program that somebody attaches an agent to: does its work, prints the name of a pipe, and does the same
 * once more when somebody has written to that. Argument: a file.
 */
final class AttachedProgram {

    private AttachedProgram() {
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path file = Path.of(args[0]);
        UnmodifiedProgram.sendAndMap(file);
        Path fifo = TestFiles.newPath(".fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor();
        System.out.println(fifo);
        Files.readAllBytes(fifo);
        UnmodifiedProgram.sendAndMap(file);
    }
}
