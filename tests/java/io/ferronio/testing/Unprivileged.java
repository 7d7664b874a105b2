package io.ferronio.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Running a program as the user nobody, who can do nothing but what everybody may. */
final class Unprivileged {

    /** Put before a command. */
    static final List<String> SWITCH = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    private Unprivileged() {
    }

    /** Whether we are root and can become nobody; false if we have no privileges anyway. Else the test is skipped. */
    static boolean canSwitch() {
        if (!System.getProperty("user.name").equals("root")) {
            return false;
        }
        Assumptions.assumeTrue(succeeds("true"), "setpriv cannot make us nobody here");
        Assumptions.assumeTrue(succeeds("test", "-x", System.getProperty("java.home") + "/bin/java"),
                "nobody may not run this JDK");
        return true;
    }

    private static boolean succeeds(String... command) {
        List<String> whole = new ArrayList<>(SWITCH);
        whole.addAll(List.of(command));
        try {
            return new ProcessBuilder(whole).redirectInput(new File("/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start().waitFor() == 0;
        } catch (IOException e) {
            return false; // There is no setpriv.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** This JVM's class path, copied once to a folder that everybody can read. */
    static String classPath() {
        return Copies.CLASS_PATH;
    }

    private static final class Copies {
        static final String CLASS_PATH = copyAll();

        private static String copyAll() {
            Path folder = TestFiles.newFolder();
            List<Path> copies = new ArrayList<>();
            for (Path entry : ChildJvm.classPathEntries()) {
                Path copy = folder.resolve(copies.size() + "-" + entry.getFileName());
                copyTree(entry, copy);
                copies.add(copy);
            }
            return copies.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        }

        private static void copyTree(Path from, Path to) {
            try (Stream<Path> tree = Files.walk(from)) {
                for (Path source : (Iterable<Path>) tree::iterator) {
                    Path target = to.resolve(from.relativize(source).toString());
                    Files.copy(source, target);
                    target.toFile().setReadable(true, false);
                    target.toFile().setExecutable(Files.isDirectory(target), false);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
