package io.ferronio.cli;

import com.google.gson.GsonBuilder;
import io.ferronio.Capabilities;
import io.ferronio.Capability;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what this kernel, JDK and file system give, and why not more. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Tells what works on this machine, and why the rest does not.")
final class Doctor implements Callable<Integer> {

    @Parameters(arity = "0..1", defaultValue = ".", paramLabel = "PATH",
            description = "A file or folder, whose file system is looked at (default: the current folder).")
    private Path path;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** 0 if the native library was loaded, else 1. */
    @Override
    public Integer call() throws IOException {
        List<Capability> capabilities = new ArrayList<>(Capabilities.all());
        FileSystemTrial fileSystem = FileSystemTrial.of(path);
        if (json) {
            printJson(capabilities, fileSystem, System.out);
        } else {
            print(capabilities, fileSystem, System.out);
        }
        return Capabilities.isAvailable() ? 0 : 1;
    }

    /** The machine's facts by name; the caller may add some. */
    static Map<String, String> machine() throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("FerroNIO", new Main.Version().getVersion()[0].substring("FerroNIO ".length()));
        machine.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version") + " ("
                + System.getProperty("java.vendor") + "), " + System.getProperty("java.home"));
        machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch"));
        return machine;
    }

    private static void print(List<Capability> capabilities, FileSystemTrial fileSystem, PrintStream out)
            throws IOException {
        machine().forEach((name, value) -> out.printf("%-12s %s%n", name, value));
        out.printf("%-12s %s%n%n", "file system", fileSystem.description());
        capabilities.forEach(capability -> print(out, capability.name(), capability.isAvailable(), capability.reason()));
        out.println();
        fileSystem.outcomes().forEach(o -> print(out, o.name(), o.available(), o.reason()));
    }

    private static void print(PrintStream out, String name, boolean available, String reason) {
        out.printf("%-4s %-26s %s%n", available ? "yes" : "no", name, reason);
    }

    private static void printJson(List<Capability> capabilities, FileSystemTrial fileSystem, PrintStream out)
            throws IOException {
        Map<String, Object> report = new LinkedHashMap<>(machine());
        report.put("capabilities", capabilities.stream()
                .map(c -> outcome(c.name(), c.isAvailable(), c.reason())).toList());
        report.put("fileSystem", fileSystem.description());
        report.put("fileSystemTrials", fileSystem.outcomes().stream()
                .map(o -> outcome(o.name(), o.available(), o.reason())).toList());
        out.println(new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(report));
    }

    private static Map<String, Object> outcome(String name, boolean available, String reason) {
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("name", name);
        outcome.put("available", available);
        outcome.put("reason", reason);
        return outcome;
    }
}
