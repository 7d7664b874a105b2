package io.ferronio.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The demonstration: a file sent in three ways, a region mapped and closed, a stale buffer read. */
@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Sends a file in three ways, maps it, unmaps it, and reads a stale buffer.")
final class Demo implements Callable<Integer> {

    @Option(names = "--file", paramLabel = "FILE", description = "The file to use (default: 256 MiB are made).")
    private Path file;

    /** 0 only if every digest agrees with the file's. */
    @Override
    public Integer call() throws IOException, InterruptedException {
        try (DemoFile input = file == null ? DemoFile.make(256 << 20) : DemoFile.existing(file)) {
            System.out.printf("%s, %,d bytes, SHA-256 %s%n%n", input.path(), input.size(), input.shortDigest());
            boolean sent = DemoTransfers.run(input);
            System.out.println();
            boolean mapped = DemoMappings.run(input);
            System.out.println();
            boolean good = sent && mapped;
            System.out.println(good ? "All digests agree, and the JVM is alive." : "FAILED: a digest differs.");
            return good ? 0 : 1;
        }
    }
}
