package io.ferronio.torture;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Combinations on one JVM: given to children, each of which runs as many as it survives, or a few hundred.
 */
final class TortureRun {

    private static final int AT_A_TIME = 250;
    /** More say no more. */
    private static final int MOST_FAILURES = 50;

    /** What a JVM is told about compiling. */
    enum Compiler {
        INTERPRETER("-Xint"),
        C1("-XX:TieredStopAtLevel=1"),
        C2("-XX:-TieredCompilation");

        final String option;

        Compiler(String option) {
            this.option = option;
        }

        /** A compiled method is there before its caller goes on, so that a warm way is a compiled one. */
        List<String> options() {
            return this == INTERPRETER ? List.of(option) : List.of(option, "-Xbatch");
        }
    }

    private final Path home;
    private final int version;
    private final Compiler compiler;
    private final Disks disks;

    /** What has become of each combination that could be run, by its line. */
    final Map<String, String> outcomes = new LinkedHashMap<>();
    /** Why some could not be run. */
    final Map<String, String> missing = new LinkedHashMap<>();
    /** What must not happen, with the output that shows it. */
    final List<String> failures = new ArrayList<>();

    TortureRun(Path home, int version, Compiler compiler, Disks disks) {
        this.home = home;
        this.version = version;
        this.compiler = compiler;
        this.disks = disks;
    }

    static String line(Situation situation, Way way) {
        return situation.name() + "\t" + way.name;
    }

    /** Runs them in this order. */
    void run(List<String> lines) throws IOException {
        List<String> rest = new ArrayList<>(lines);
        while (!rest.isEmpty() && failures.size() < MOST_FAILURES) {
            List<String> some = rest.subList(0, Math.min(AT_A_TIME, rest.size()));
            int done = runSome(some);
            some.subList(0, done).clear();
        }
    }

    /** How many are done, one that has ended the child included. */
    private int runSome(List<String> lines) throws IOException {
        Path file = Files.write(TestFiles.newPath(".list"), lines);
        int exitStatus;
        String output;
        try {
            ChildJvm.Result result = ChildJvm.runThrough(disks.launcher, home, TortureChild.class, options(),
                    file.toString(), disks.folder == null ? "-" : disks.folder.toString(),
                    Boolean.toString(compiler != Compiler.INTERPRETER));
            exitStatus = result.exitStatus();
            output = result.output();
        } catch (AssertionError e) {
            // It hangs, or -Xcheck:jni has found something: its output is in the message.
            exitStatus = -1;
            output = e.getMessage();
        } finally {
            Files.delete(file);
        }
        int done = 0;
        String begun = null;
        for (String entry : (Iterable<String>) output.lines()::iterator) {
            String[] fields = entry.split("\t");
            String line = fields.length < 3 ? "" : fields[1] + "\t" + fields[2];
            switch (fields[0] + "\t") {
                case TortureChild.BEGIN -> begun = line;
                case TortureChild.END -> {
                    outcomes.put(line, fields[3]);
                    begun = null;
                    done++;
                }
                case TortureChild.WRONG -> {
                    outcomes.put(line, "WRONG");
                    failures.add(this + ": " + line.replace("\t", ", ") + ": " + fields[3]);
                    begun = null;
                    done++;
                }
                case TortureChild.MISSING -> {
                    missing.put(line, fields[3]);
                    done++;
                }
                default -> {
                    // Something else that the JVM says.
                }
            }
        }
        if (begun != null) {
            outcomes.put(begun, "CRASH");
            failures.add(this + ": " + begun.replace("\t", ", ") + ": exit status " + exitStatus + "\n" + output);
            done++;
        } else if (exitStatus != 0 || done < lines.size()) {
            failures.add(this + ": after " + done + " combinations: exit status " + exitStatus + "\n" + output);
            done = lines.size();
        }
        return done;
    }

    /** Runs another program on this JVM. */
    ChildJvm.Result program(Class<?> main, String... args) {
        try {
            return ChildJvm.runThrough(List.of(), home, main, options(), args);
        } catch (AssertionError e) {
            return new ChildJvm.Result(-1, main.getSimpleName() + ": " + e.getMessage());
        }
    }

    String shortName() {
        return version + " " + compiler.name().toLowerCase(Locale.ROOT);
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(compiler.options());
        options.addAll(SegmentWays.jvmOptions(version));
        if (version >= 24) {
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        return options;
    }

    @Override
    public String toString() {
        return "JDK " + version + ", " + compiler.option;
    }
}
