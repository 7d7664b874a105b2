package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.ElfFile;
import io.ferronio.testing.Probe;
import io.ferronio.testing.TestFiles;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Loading the library: every place that it may come from, everything that may be wrong with it, each in a
 * JVM of its own. Where it cannot be loaded, the JDK does what it can, and the words say what to do.
 */
class NativeLibraryTest {

    private static final String CORE = System.getProperty("ferronio.test.core");
    private static final String LIBRARY = System.getProperty("ferronio.test.library");
    private static final String IN_JAR = "META-INF/native/linux-"
            + (System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64") + "/libferronio.so";
    private static final String FROM_PROPERTY = "-Dio.ferronio.library=";

    private final String file = TestFiles.newFile(20_000).toString();

    private static String tests() {
        // Through a URI: a URL's path has %20 for a space.
        return Path.of(URI.create(Probe.class.getProtectionDomain().getCodeSource().getLocation().toString())).toString();
    }

    /** Runs the probe; FerroNIO is what the first part of the class path says, the jar if there is none. */
    private ChildJvm.Result run(String classPath, String... options) {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath + File.pathSeparator + tests()));
        all.addAll(List.of(options));
        return ChildJvm.run(Probe.class, all, file);
    }

    private Map<String, String> report(String... options) {
        return Probe.parse(run(CORE, options).succeeded());
    }

    private static void assertWorks(Map<String, String> report, String library) {
        assertEquals("", report.get("cause"));
        assertEquals(library, report.get("library"));
        for (String route : List.of("socket", "pipe")) {
            assertEquals("SENDFILE", report.get(route));
        }
        assertEquals("COPY_FILE_RANGE", report.get("file"));
        assertEquals("SPLICE", report.get("from socket"));
        assertEquals("FerroNIO", report.get("map"));
        for (String action : List.of("unmap", "unmap of the JDK\'s", "region", "page cache", "lease")) {
            assertEquals("works", report.get(action));
        }
    }

    /** Nothing is lost that the JDK can do, and the reason is said wherever somebody may look for it. */
    private static void assertIsTheJdk(Map<String, String> report, String... words) {
        assertEquals("false", report.get("available"));
        assertEquals("nowhere", report.get("loaded from"));
        String cause = report.get("cause");
        for (String word : words) {
            assertTrue(cause.contains(word), () -> "says \"" + word + "\": " + cause);
        }
        assertEquals("no, " + cause, report.get("capability native library"));
        report.forEach((name, value) -> assertTrue(!name.startsWith("capability") || value.startsWith("no, "),
                () -> name + ": " + value));
        for (String route : List.of("socket", "pipe", "file", "map")) {
            assertEquals("JDK", report.get(route));
        }
        for (String action : List.of("unmap", "unmap of the JDK\'s", "region", "page cache", "lease")) {
            String exception = report.get(action);
            assertTrue(exception.startsWith("java.lang.UnsupportedOperationException: "), exception);
            assertTrue(exception.contains("the native library is not loaded"), exception);
        }
    }

    private void assertFileIsRefused(Path library, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("cannot load " + library + " (named by -Dio.ferronio.library)");
        assertIsTheJdk(report(FROM_PROPERTY + library), all.toArray(String[]::new));
    }

    // ---- a file named by the property

    @Test
    void theNamedFileIsLoadedWithoutAWarning() {
        ChildJvm.Result result = run(CORE, FROM_PROPERTY + LIBRARY);
        assertWorks(Probe.parse(result.succeeded()), LIBRARY);
        assertFalse(result.output().contains("--enable-native-access"), result.output()); // as the JVM's warning says
    }

    @Test
    void aNamedFileThatDoesNotExist() {
        assertFileIsRefused(TestFiles.newPath(".so"), "there is no such file");
    }

    @Test
    void aNamedFolder() {
        assertFileIsRefused(TestFiles.newFolder(), "it is not a file");
    }

    @Test
    void aNamedFileThatIsNoLibrary() throws IOException {
        assertFileIsRefused(Files.writeString(TestFiles.newPath(".so"), "no library"), "it is not a shared library");
    }

    @Test
    void aNamedFileThatMayNotBeRead() throws IOException {
        Path library = ElfFile.ourLibrary().write(TestFiles.newPath(".so"));
        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("---------"));
        ChildJvm.Result result = ChildJvm.runUnprivileged(Probe.class, List.of(FROM_PROPERTY + library), file);
        assertIsTheJdk(Probe.parse(result.succeeded()), "cannot load " + library, "no permission to read it");
    }

    @Test
    void aLibraryForAnotherMachine() {
        String machine = System.getProperty("os.arch");
        assertFileIsRefused(ElfFile.ourLibrary().builtForOtherMachine().write(TestFiles.newPath(".so")),
                "it is built for " + (machine.equals("aarch64") ? "x86-64" : "AArch64"), "this JVM runs on " + machine);
    }

    @Test
    void aLibraryForAnotherCLibrary() {
        assertFileIsRefused(ElfFile.ourLibrary().builtForMusl().write(TestFiles.newPath(".so")),
                "it is built for musl, and this JVM runs on glibc");
    }

    @Test
    void aLibraryOfSomebodyElse() throws IOException {
        Path other = Stream.of("libverify.so", "libjimage.so", "libzip.so")
                .map(name -> Path.of(System.getProperty("java.home"), "lib", name))
                .filter(Files::exists).findFirst().orElseThrow();
        Path copy = Files.copy(other, TestFiles.newPath(".so"));
        assertIsTheJdk(report(FROM_PROPERTY + copy), copy.toString(), "was loaded, but it is no FerroNIO library");
    }

    /** Another version of the jar's half stands for another version of the library's. */
    @Test
    void aLibraryOfAnotherVersion() throws IOException {
        Path folder = TestFiles.newFolder();
        Files.createDirectory(folder.resolve("META-INF"));
        Files.writeString(folder.resolve("META-INF/ferronio.properties"), "version=99.9");
        ChildJvm.Result result = run(folder + File.pathSeparator + CORE, FROM_PROPERTY + LIBRARY);
        Map<String, String> report = Probe.parse(result.succeeded());
        report.put("loaded from", "nowhere"); // It was loaded, but is not used.
        assertIsTheJdk(report, LIBRARY, "but the jar is 99.9", "use the library that came with the jar");
    }

    // ---- java.library.path

    @Test
    void aLibraryOnThePathIsLoaded() {
        Path folder = TestFiles.newFolder();
        ElfFile.ourLibrary().write(folder.resolve("libferronio.so"));
        Path empty = TestFiles.newFolder();
        assertWorks(report("-Djava.library.path=/does/not/exist::" + empty + ":" + folder),
                folder.resolve("libferronio.so").toString());
    }

    @Test
    void aBadLibraryOnThePathIsNotPassedOver() throws IOException {
        Path folder = TestFiles.newFolder();
        Files.writeString(folder.resolve("libferronio.so"), "no library");
        assertIsTheJdk(report("-Djava.library.path=" + folder), folder + "/libferronio.so (found on java.library.path)",
                "it is not a shared library");
    }

    // ---- the copy in the jar

    @Test
    void theCopyInTheJarIsUnpackedAndDeleted() {
        Path folder = TestFiles.newFolder();
        Map<String, String> report = report("-Dio.ferronio.workdir=" + folder);
        assertWorks(report, "jar:" + Path.of(CORE).toUri().toString().replace("file:///", "file:/") + "!/" + IN_JAR);
        assertTrue(report.get("loaded from").matches("\\Q" + folder + "\\E/libferronio-\\d+\\.so \\(deleted\\)"),
                report.get("loaded from"));
        assertEquals(List.of(), List.of(folder.toFile().list()));
    }

    @Test
    void theTemporaryFolderServesWhereNoneIsNamed() {
        Path folder = TestFiles.newFolder();
        Map<String, String> report = report("-Djava.io.tmpdir=" + folder);
        assertTrue(report.get("loaded from").startsWith(folder + "/libferronio-"), report.get("loaded from"));
        assertEquals(List.of(), List.of(folder.toFile().list()));
    }

    @Test
    void aFolderThatDoesNotExist() {
        Path folder = TestFiles.newPath("");
        assertIsTheJdk(report("-Dio.ferronio.workdir=" + folder), "cannot unpack jar:", "into " + folder,
                "name a folder that can be written to with -Dio.ferronio.workdir");
    }

    @Test
    void aFolderThatMayNotBeWrittenTo() throws IOException {
        Path folder = TestFiles.newFolder();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        ChildJvm.Result result =
                ChildJvm.runUnprivileged(Probe.class, List.of("-Dio.ferronio.workdir=" + folder), file);
        assertIsTheJdk(Probe.parse(result.succeeded()), "into " + folder,
                "name a folder that can be written to with -Dio.ferronio.workdir");
    }

    @Test
    void aFolderOnAFileSystemWithoutPrograms() throws Exception {
        Path folder = TestFiles.newFolder();
        List<String> mounted = List.of("unshare", "--mount", "sh", "-c",
                "mount -t tmpfs -o noexec tmpfs " + folder + " && exec \"$@\"", "sh");
        List<String> trial = new ArrayList<>(mounted);
        trial.add("true");
        int status = new ProcessBuilder(trial).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        Assumptions.assumeTrue(status == 0, "only root can mount a file system");
        ChildJvm.Result result =
                ChildJvm.runThrough(mounted, Probe.class, List.of("-Dio.ferronio.workdir=" + folder), file);
        Map<String, String> report = Probe.parse(result.succeeded());
        report.put("loaded from", "nowhere"); // glibc leaves what it had mapped before the kernel refused.
        assertIsTheJdk(report, "the file system of " + folder + " is mounted noexec",
                "name a folder on another one with -Dio.ferronio.workdir");
    }

    @Test
    void aJarWithoutTheLibrary() throws IOException {
        assertIsTheJdk(Probe.parse(run(jarOfClasses().toString()).succeeded()), "no " + IN_JAR,
                "name one with -Dio.ferronio.library");
    }

    /** The jar, less its native library. */
    private static Path jarOfClasses() throws IOException {
        Path copy = TestFiles.newPath(".jar");
        try (JarFile jar = new JarFile(CORE);
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(copy))) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (!entry.getName().startsWith("META-INF/native/")) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    jar.getInputStream(entry).transferTo(out);
                }
            }
        }
        return copy;
    }

    private static Path folderWithLibrary(byte[] library) throws IOException {
        Path folder = TestFiles.newFolder();
        Files.createDirectories(folder.resolve(IN_JAR).getParent());
        Files.write(folder.resolve(IN_JAR), library);
        return folder;
    }

    @Test
    void twoDifferentCopiesOnTheClassPath() throws IOException {
        byte[] library = ElfFile.ourLibrary().bytes();
        Path other = folderWithLibrary(Arrays.copyOf(library, library.length + 1));
        ChildJvm.Result result = run(CORE + File.pathSeparator + other);
        assertIsTheJdk(Probe.parse(result.succeeded()), "two different copies of the native library: jar:file:",
                " and file:" + other, "remove one of the jars, or name the library with -Dio.ferronio.library");
    }

    @Test
    void theSameCopyTwiceOnTheClassPath() throws IOException {
        Path same = folderWithLibrary(ElfFile.ourLibrary().bytes());
        Map<String, String> report = Probe.parse(run(same + File.pathSeparator + CORE).succeeded());
        assertWorks(report, "file:" + same + "/" + IN_JAR);
    }

    @Test
    void aJarOnTheModulePath() {
        List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-cp", tests(), "-p", CORE,
                "--add-modules=io.ferronio"));
        if (Runtime.version().feature() >= 24) {
            options.add("--enable-native-access=io.ferronio");
        }
        ChildJvm.Result result = ChildJvm.run(Probe.class, options, file);
        Map<String, String> report = Probe.parse(result.succeeded());
        assertWorks(report, report.get("library"));
        assertFalse(result.output().contains("--enable-native-access"), result.output()); // as the JVM's warning says
    }

    // ---- more than one class loader

    @Test
    void twoClassLoadersWithTheCopiesInTheirJars() {
        ChildJvm.run(SeveralCopies.class, List.of("-XX:TieredStopAtLevel=1"), file).succeeded();
    }

    @Test
    void twoClassLoadersWithTheSameNamedFile() {
        ChildJvm.run(SeveralCopies.class, List.of("-XX:TieredStopAtLevel=1", FROM_PROPERTY + LIBRARY), file)
                .succeeded();
    }
}
