package io.ferronio.agent;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the tests of the agent have in common: JVMs with it, and its report in numbers. */
final class AgentJvm {

    static final String JAR = System.getProperty("ferronio.test.agent");
    static final String FLAG = "-javaagent:" + JAR;

    private static final Pattern BY_ROUTE = Pattern.compile("transfers ([A-Z_]+) (\\d+) calls (\\d+) bytes");
    private static final Pattern REPORTED = Pattern.compile("ferronio: (.*)");
    private static final Pattern NUMBER = Pattern.compile("(transfers left to the JDK|mappings left to the JDK|mappings"
            + "|faults) (\\d+).*");

    private AgentJvm() {
    }

    /**
     * What went through the agent.
     *
     * @param transfers calls that it has done
     * @param bytes that these have moved
     * @param transfersLeft calls that it left to the JDK
     * @param mappings that it has made
     * @param mappingsLeft that it left to the JDK
     * @param faults pages that could not be had
     */
    record Totals(long transfers, long bytes, long transfersLeft, long mappings, long mappingsLeft, long faults) {

        /** Up to now, in this JVM. */
        static Totals now() {
            return of(FerronioAgent.report());
        }

        /** In a report at the end of a JVM. Its lines may follow parts of lines that -Xcheck:jni has written to the same place. */
        static Totals in(String output) {
            return of(REPORTED.matcher(output).results().map(line -> line.group(1)).toList());
        }

        private static Totals of(List<String> lines) {
            return new Totals(sum(lines, 2), sum(lines, 3), number(lines, "transfers left to the JDK"),
                    number(lines, "mappings"), number(lines, "mappings left to the JDK"), number(lines, "faults"));
        }

        private static long sum(Collection<String> lines, int group) {
            return lines.stream().map(BY_ROUTE::matcher).filter(Matcher::matches)
                    .mapToLong(matcher -> Long.parseLong(matcher.group(group))).sum();
        }

        private static long number(Collection<String> lines, String name) {
            return lines.stream().map(NUMBER::matcher).filter(Matcher::matches)
                    .filter(matcher -> matcher.group(1).equals(name))
                    .mapToLong(matcher -> Long.parseLong(matcher.group(2))).findFirst()
                    .orElseThrow(() -> new AssertionError("no number of " + name + " in " + lines));
        }

        Totals minus(Totals before) {
            return new Totals(transfers - before.transfers, bytes - before.bytes, transfersLeft - before.transfersLeft,
                    mappings - before.mappings, mappingsLeft - before.mappingsLeft, faults - before.faults);
        }
    }

    /** Runs a class with the flag; its class path is this JVM's. */
    static ChildJvm.Result run(Class<?> main, String options, String... args) {
        return ChildJvm.run(main, List.of(FLAG + "=" + options), args);
    }

    /** The options that leave nothing on the class path but the tests: the program finds no FerroNIO. */
    static List<String> alone(String... more) {
        List<String> options = new ArrayList<>(List.of("-cp", testClasses().toString()));
        options.addAll(List.of(more));
        return options;
    }

    static Path testClasses() {
        return Path.of(URI.create(AgentJvm.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    /** A jar of an agent whose class is on the class path. */
    static Path jarOfAgent(Class<?> agent) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", agent.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        attributes.putValue("Can-Redefine-Classes", "true");
        Path jar = TestFiles.newPath(".jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    /** A jar of all test classes in a package: as a module, one by itself that is named so. */
    static Path jarOfPackage(String name, String module) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Automatic-Module-Name", module);
        Path jar = TestFiles.newPath(".jar");
        String folder = name.replace('.', '/');
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                Stream<Path> files = Files.list(testClasses().resolve(folder))) {
            for (File file : files.map(Path::toFile).filter(File::isFile).toList()) {
                out.putNextEntry(new JarEntry(folder + "/" + file.getName()));
                Files.copy(file.toPath(), out);
            }
        }
        return jar;
    }
}
