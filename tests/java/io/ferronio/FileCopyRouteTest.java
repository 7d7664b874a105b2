package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.FileTree;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Which way a copy takes, and that it is the same copy on each of them. */
class FileCopyRouteTest {

    @ParameterizedTest
    @CsvSource({"reflink,COPY_FILE_RANGE", "'reflink,copy_file_range',SENDFILE",
        "'reflink,copy_file_range,sendfile,buffered',BUFFERED"})
    void switchedOffTheNextBestServes(String disabled, String route) {
        String output = ChildJvm.run(EachCopy.class, List.of("-Dio.ferronio.disable=" + disabled,
                "-Djunit.jupiter.extensions.autodetection.enabled=true"), "holes").succeeded();
        assertTrue(output.contains("copied by [" + route + "]"), output);
    }

    @Test
    void withoutTheLibraryItIsReadAndWritten() {
        String output = ChildJvm.run(EachCopy.class, List.of("-Dio.ferronio.library=" + TestFiles.newPath(".so"),
                "-Djunit.jupiter.extensions.autodetection.enabled=true"), "no holes").succeeded();
        assertTrue(output.contains("copied by [BUFFERED]"), output);
    }

    /** A program: the comparison with Files.copy, and one copy of a sparse file. */
    static final class EachCopy {
        private EachCopy() {
        }

        public static void main(String[] args) throws Exception {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectMethod(FileCopyTest.class, "outcomeIsThatOfFilesCopy",
                            "java.lang.String, java.util.List"))
                    .filters(EngineFilter.includeEngines("junit-jupiter")).build(), listener);
            listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
            assertEquals(0, listener.getSummary().getTotalFailureCount());
            assertTrue(listener.getSummary().getTestsSucceededCount() > 0);

            Path source = FileTree.sparseFile(10_000_000, 5000, 3_000_000);
            Path target = TestFiles.newPath(".copy");
            TransferResult result = FileCopy.copy(source, target);
            assertEquals(10_000_000, result.bytes());
            assertEquals(-1, Files.mismatch(source, target));
            if (args[0].equals("holes")) {
                assertTrue(FileTree.blocks(target) <= FileTree.blocks(source) + FileTree.SLACK);
            }
            System.out.println("copied by " + result.routes());
        }
    }

    /** What other kernels, filesystems and seccomp filters answer: strace(1) puts it into the kernel's mouth. */
    @ParameterizedTest
    @CsvSource({"copy_file_range:error=EPERM, [SENDFILE]", "copy_file_range:retval=0, [SENDFILE]",
        "copy_file_range:error=ENOSYS:when=2+, '[SENDFILE, COPY_FILE_RANGE]'",
        "'copy_file_range,sendfile:error=ENOSYS', [BUFFERED]", "renameat2:error=EINVAL, [COPY_FILE_RANGE]",
        "copy_file_range:error=EINTR:when=1..3, [COPY_FILE_RANGE]",
        "copy_file_range:error=EIO, Input/output error", "fsync:error=EIO, Input/output error",
        "ftruncate:error=EFBIG, File too large", "utimensat:error=EROFS, Read-only file system",
        "'renameat2,link,linkat:error=EPERM', Operation not permitted",
        "'unlink,unlinkat:error=EPERM', [COPY_FILE_RANGE]",
        "'renameat2,unlink,unlinkat:error=EPERM', '[COPY_FILE_RANGE], and a second name'"})
    void whatTheKernelRefusesGoesAnotherWayOrLeavesNothing(String injected, String expected) throws Exception {
        String calls = injected.substring(0, injected.indexOf(':')).replaceAll("\\b(un)?link,", "?$0");
        List<String> strace = List.of("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=" + calls,
                "-e", "inject=" + injected.replaceAll("\\b(un)?link,", "?$0"));
        List<String> trial = new ArrayList<>(strace);
        trial.add("true");
        Assumptions.assumeTrue(works(trial), "strace is not installed, or may not inject here");
        String output = ChildJvm.runThrough(strace, OneCopy.class,
                List.of("-Dio.ferronio.disable=reflink", "-XX:-UsePerfData", // What it cannot delete is deleted by us.
                        "-Djava.io.tmpdir=" + TestFiles.newFolder()),
                FileTree.sparseFile(5_000_000, 0, 2_000_000).toString()).succeeded();
        assertTrue(output.contains("outcome: " + expected + "\n"), output);
    }

    /** A program: copies a file with holes to a new name, and says how. */
    static final class OneCopy {
        private OneCopy() {
        }

        public static void main(String[] args) throws Exception {
            Path source = Path.of(args[0]);
            Path folder = TestFiles.newFolder();
            Path target = folder.resolve("target");
            try {
                TransferResult result = FileCopy.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
                assertEquals(-1, Files.mismatch(source, target));
                List<Path> others = new ArrayList<>(FileTree.entries(folder));
                assertTrue(others.remove(target));
                for (Path other : others) {
                    assertTrue(Files.isSameFile(target, other), other::toString);
                }
                System.out.println("outcome: " + result.routes() + (others.isEmpty() ? "" : ", and a second name"));
            } catch (FileSystemException e) {
                assertEquals(List.of(), FileTree.entries(folder));
                System.out.println("outcome: " + e.getReason());
            }
        }
    }

    /** A link that comes to the source's place after the first look at it cannot lead the copy elsewhere. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void linksAreFollowedOnlyWhereTheyMayBe(boolean follows) throws Exception {
        Path trace = TestFiles.newPath(".strace");
        List<String> strace = List.of("strace", "-f", "--seccomp-bpf", "-qq", "-s", "1000", "-o", trace.toString(),
                "-e", "trace=?open,openat");
        List<String> trial = new ArrayList<>(strace);
        trial.add("true");
        Assumptions.assumeTrue(works(trial), "strace is not installed, or may not trace here");
        Path source = TestFiles.newFile(1000);
        ChildJvm.runThrough(strace, OneCopyOfNoLink.class, List.of(), source.toString(), Boolean.toString(follows))
                .succeeded();
        List<String> opens = Files.readAllLines(trace).stream()
                .filter(line -> line.contains("\"" + source + "\"")).toList();
        assertEquals(1, opens.size(), opens::toString);
        assertEquals(follows, !opens.get(0).contains("O_NOFOLLOW"), opens::toString);
    }

    /** A program: copies a file, perhaps with NOFOLLOW_LINKS. */
    static final class OneCopyOfNoLink {
        private OneCopyOfNoLink() {
        }

        public static void main(String[] args) throws Exception {
            Path target = TestFiles.newPath(".copy");
            CopyOption[] options = Boolean.parseBoolean(args[1]) ? new CopyOption[0]
                    : new CopyOption[] {LinkOption.NOFOLLOW_LINKS};
            FileCopy.copy(Path.of(args[0]), target, options);
            assertEquals(1000, Files.size(target));
        }
    }

    private static boolean works(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // There is no such program.
        }
    }

    @Test
    void betweenFileSystemsTheKernelCopies() throws Exception {
        Path here = FileTree.sparseFile(20_000_000, 0, 7_000_000, 15_000_000);
        Path memory = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isWritable(memory)
                && !Files.getFileStore(memory).equals(Files.getFileStore(here)), "no second filesystem");
        Path folder = Files.createTempDirectory(memory, "ferronio-test-");
        try {
            Path there = folder.resolve("there");
            Path back = TestFiles.newPath(".copy");
            for (TransferResult result : List.of(FileCopy.copy(here, there), FileCopy.copy(there, back))) {
                assertEquals(20_000_000, result.bytes());
                // Linux 5.3 to 5.18 have copy_file_range(2) between any two.
                assertTrue(Set.of(Set.of(Route.SENDFILE), Set.of(Route.COPY_FILE_RANGE)).contains(result.routes()),
                        result::toString);
            }
            assertEquals(-1, Files.mismatch(here, back));
            for (Path copy : List.of(there, back)) {
                assertTrue(FileTree.blocks(copy) <= FileTree.blocks(here) + FileTree.SLACK, copy::toString);
            }
            Files.delete(there);
        } finally {
            Files.delete(folder);
        }
    }

    /** Runs a command in a mount namespace of its own, where a script has mounted something; skips where it cannot. */
    static List<String> mounted(String script) throws Exception {
        List<String> launcher = List.of("unshare", "--mount", "sh", "-ec", script + "; exec \"$@\"", "sh");
        List<String> trial = new ArrayList<>(launcher);
        trial.add("true");
        Assumptions.assumeTrue(works(trial), "not root, or a program is missing for: " + script);
        return launcher;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkfs.xfs -q -f", "mkfs.btrfs -q -f"})
    void whereTheFileSystemCanBlocksAreShared(String makeFileSystem) throws Exception {
        Path folder = TestFiles.newFolder();
        Path disk = TestFiles.newSparseFile(512 << 20);
        List<String> launcher = mounted("%s %s; mount -o loop %s %s".formatted(makeFileSystem, disk, disk, folder));
        String output = ChildJvm.runThrough(launcher, SharedBlocks.class, List.of(), folder.toString()).succeeded();
        assertTrue(output.contains("blocks are shared"), output);
        output = ChildJvm.runThrough(launcher, SharedBlocks.class, List.of("-Dio.ferronio.disable=reflink"),
                folder.toString()).succeeded();
        assertTrue(output.contains("blocks are shared"), output); // copy_file_range(2) does it, too.
        Files.delete(disk);
    }

    /** A program: copies on a filesystem that can share blocks. */
    static final class SharedBlocks {
        private static final int SIZE = 100 << 20;

        private SharedBlocks() {
        }

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            Path source = folder.resolve("source");
            FileCopy.copy(TestFiles.newFile(SIZE), source, StandardCopyOption.REPLACE_EXISTING);
            Path target = folder.resolve("target");
            long before = Files.getFileStore(folder).getUnallocatedSpace();
            TransferResult result = FileCopy.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
            long taken = before - Files.getFileStore(folder).getUnallocatedSpace();
            boolean reflink = System.getProperty("io.ferronio.disable") == null;
            assertEquals(Set.of(reflink ? Route.REFLINK : Route.COPY_FILE_RANGE), result.routes());
            assertEquals(SIZE, result.bytes());
            assertEquals(-1, Files.mismatch(source, target));
            assertTrue(taken < SIZE / 10, taken + " bytes taken");

            Files.write(target, new byte[10], StandardOpenOption.WRITE);
            assertArrayEquals(TestFiles.content(0, 10), FileTree.read(source, 0, 10));

            // Empty files, holes, and sizes that end inside a block.
            for (int size : new int[] {0, 1, 4095, 4097, 1_000_001}) {
                Path sparse = folder.resolve("sparse-" + size);
                Files.copy(FileTree.sparseFile(size), sparse, StandardCopyOption.REPLACE_EXISTING);
                assertEquals(size, FileCopy.copy(sparse, target, StandardCopyOption.REPLACE_EXISTING).bytes());
                assertEquals(-1, Files.mismatch(sparse, target));
            }
            System.out.println("blocks are shared");
        }
    }
}
