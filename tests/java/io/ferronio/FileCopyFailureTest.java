package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.FileTree;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies that cannot be finished leave the target as it was, and nothing beside it; none shows more than it should. */
class FileCopyFailureTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "copy_file_range", "copy_file_range,sendfile"})
    void fullDiskLeavesTheOldTarget(String disabled) throws Exception {
        Path folder = TestFiles.newFolder();
        List<String> launcher = FileCopyRouteTest.mounted("mount -t tmpfs -o size=4m tmpfs " + folder);
        String output = ChildJvm.runThrough(launcher, FullDisk.class, List.of("-Dio.ferronio.disable=" + disabled),
                folder.toString()).succeeded();
        assertTrue(output.contains("nothing is left behind"), output);
    }

    /** A program: copies too much to a small filesystem. */
    static final class FullDisk {
        private FullDisk() {
        }

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            Path target = folder.resolve("target");
            Path large = TestFiles.newFile(8 << 20);
            assertFull(large, target);
            assertEquals(List.of(), FileTree.entries(folder));

            Path tooLargeForTwo = folder.resolve("source");
            FileCopy.copy(TestFiles.newFile(3 << 20), tooLargeForTwo);
            Files.writeString(target, "old");
            assertFull(large, target, StandardCopyOption.REPLACE_EXISTING);
            assertFull(tooLargeForTwo, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            assertEquals("old", Files.readString(target));
            assertEquals(List.of(tooLargeForTwo, target), FileTree.entries(folder));
            System.out.println("nothing is left behind");
        }

        private static void assertFull(Path source, Path target, CopyOption... options) {
            FileSystemException e = assertThrows(FileSystemException.class,
                    () -> FileCopy.copy(source, target, options));
            assertEquals(source + " -> " + target + ": No space left on device", e.getMessage());
        }
    }

    /** Ends the JVM, without a word to its threads, while one of them copies. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void crashInTheMiddleLeavesTheOldTargetOrNone(int copiesBefore) throws Exception {
        Path source = TestFiles.newFile(100 << 20);
        Path folder = TestFiles.newFolder();
        Path target = folder.resolve("target");
        ChildJvm.Result result = ChildJvm.run(Crash.class, List.of(), source.toString(), target.toString(),
                Integer.toString(copiesBefore));
        assertEquals(Crash.STATUS, result.exitStatus(), result::output);
        List<Path> entries = FileTree.entries(folder);
        assertTrue(entries.size() <= 2, entries::toString);
        for (Path entry : entries) {
            if (entry.equals(target)) {
                assertEquals(-1, Files.mismatch(source, target));
            } else {
                assertTrue(entry.getFileName().toString().startsWith(".ferronio-"), entry::toString);
            }
        }
        assertTrue(copiesBefore == 0 || entries.contains(target));
        Files.delete(source);
        for (Path entry : entries) {
            Files.delete(entry);
        }
    }

    /** A program: halts as soon as, after some copies, the next is under way. */
    static final class Crash {
        static final int STATUS = 9;

        private Crash() {
        }

        public static void main(String[] args) throws Exception {
            Path source = Path.of(args[0]);
            Path target = Path.of(args[1]);
            int before = Integer.parseInt(args[2]);
            for (int i = 0; i < before; i++) {
                FileCopy.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
            }
            TransferTask.start(() -> FileCopy.copy(source, target, StandardCopyOption.REPLACE_EXISTING));
            FileTree.awaitEntries(target.getParent(), before == 0 ? 1 : 2);
            Runtime.getRuntime().halt(STATUS);
        }
    }

    @Test
    void userWithoutPrivilegesGetsWhatFilesCopyGives() throws Exception {
        Path sources = TestFiles.newFolder();
        for (String permissions : List.of("rw-r--r--", "r-xr-xr-x", "------r--", "rw-------")) {
            Path source = sources.resolve(permissions);
            Files.write(source, TestFiles.content(0, 10_000));
            Files.setPosixFilePermissions(source, PosixFilePermissions.fromString(permissions));
        }
        Path closed = TestFiles.newFolder();
        Path targets = TestFiles.newFolder();
        Files.setPosixFilePermissions(targets, PosixFilePermissions.fromString("rwxrwxrwx"));
        String output = ChildJvm.runUnprivileged(Unprivileged.class, List.of(), sources.toString(), closed.toString(),
                targets.toString()).succeeded();
        assertTrue(output.contains("compared"), output);
        assertEquals(List.of(), FileTree.entries(closed));
    }

    /** A program: the same copies by both, of files that may belong to somebody else. */
    static final class Unprivileged {
        private Unprivileged() {
        }

        public static void main(String[] args) throws Exception {
            Path closed = Path.of(args[1]);
            Path theirs = Files.createDirectory(Path.of(args[2]).resolve("theirs"));
            Path ours = Files.createDirectory(Path.of(args[2]).resolve("ours"));
            for (Path source : FileTree.entries(Path.of(args[0]))) {
                for (CopyOption[] options : List.of(new CopyOption[0],
                        new CopyOption[] {StandardCopyOption.COPY_ATTRIBUTES})) {
                    Path name = Path.of(source.getFileName() + "-" + options.length);
                    assertEquals(failure(() -> Files.copy(source, theirs.resolve(name), options)),
                            failure(() -> FileCopy.copy(source, ours.resolve(name), options)), source::toString);
                }
                if (!Files.isWritable(closed)) {
                    assertEquals(failure(() -> Files.copy(source, closed.resolve("target"))),
                            failure(() -> FileCopy.copy(source, closed.resolve("target"))), source::toString);
                }
            }
            Set<String> copies = Set.of("rw-r--r---1", "r-xr-xr-x-1", "------r---1");
            assertEquals(FileTree.describe(theirs, copies), FileTree.describe(ours, copies));
            System.out.println("compared");
        }

        private interface Copy {
            void run() throws IOException;
        }

        private static String failure(Copy copy) {
            try {
                copy.run();
                return "none";
            } catch (IOException e) {
                return e.toString();
            }
        }
    }

    /** Looks at the temporary file for as long as it is there. */
    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r-----", "r--------", "rw----r--"})
    void temporaryFileIsNeverOpenToMoreThanTheCopy(String permissions) throws Exception {
        Path source = TestFiles.newFile(48 << 20);
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString(permissions));
        Path folder = TestFiles.newFolder();
        for (CopyOption[] options : List.of(new CopyOption[] {StandardCopyOption.REPLACE_EXISTING},
                new CopyOption[] {StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES})) {
            Path target = folder.resolve("target-" + options.length);
            Set<PosixFilePermission> seen = EnumSet.noneOf(PosixFilePermission.class);
            boolean looked = false;
            TransferTask<TransferResult> copy = TransferTask.start(() -> FileCopy.copy(source, target, options));
            while (!Files.exists(target)) {
                for (Path entry : FileTree.entries(folder)) {
                    if (entry.getFileName().toString().startsWith(".")) {
                        try {
                            seen.addAll(Files.getPosixFilePermissions(entry));
                            looked = true;
                        } catch (NoSuchFileException e) {
                            break; // It has its name now.
                        }
                    }
                }
            }
            copy.result();
            assertTrue(looked);
            seen.removeAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
            assertTrue(Files.getPosixFilePermissions(target).containsAll(seen), seen::toString);
        }
    }

    /** A folder that may be written to, but not read: it cannot be synced, and the copy is made all the same. */
    @Test
    void folderThatMayNotBeReadTakesACopy() throws Exception {
        Path source = TestFiles.newFile(1000);
        Path folder = TestFiles.newFolder();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("-wx-wx-wx"));
        ChildJvm.runUnprivileged(IntoFolder.class, List.of(), source.toString(), folder.resolve("copy").toString())
                .succeeded();
        Assumptions.assumeTrue(Files.isReadable(folder), "not root");
        assertArrayEquals(TestFiles.content(0, 1000), Files.readAllBytes(folder.resolve("copy")));
        assertEquals(1, FileTree.entries(folder).size());
    }

    /** A program: one copy. */
    static final class IntoFolder {
        private IntoFolder() {
        }

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[1]).getParent();
            if (!System.getProperty("user.name").equals("root")) {
                assertThrows(AccessDeniedException.class, () -> FileChannel.open(folder));
            }
            FileCopy.copy(Path.of(args[0]), Path.of(args[1]));
        }
    }
}
