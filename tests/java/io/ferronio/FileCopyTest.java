package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.FileTree;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import io.ferronio.testing.TransferTask.Carrier;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link FileCopy} beside {@code Files.copy}: what is there afterwards, and what is thrown. */
class FileCopyTest {

    private static final CopyOption[] NONE = {};

    /** Makes a source in a folder, and perhaps a target. */
    interface Scene {
        void make(Path source, Path target) throws IOException;
    }

    private static Scene file(int size) {
        return (source, target) -> Files.write(source, TestFiles.content(0, size));
    }

    private static Scene with(Scene first, Scene second) {
        return (source, target) -> {
            first.make(source, target);
            second.make(source, target);
        };
    }

    private static Scene permissions(String permissions) {
        return (source, target) -> Files.setPosixFilePermissions(source, PosixFilePermissions.fromString(permissions));
    }

    private static Scene mode(int mode) {
        return (source, target) -> Files.setAttribute(source, "unix:mode", mode);
    }

    private static final Map<String, Scene> SCENES = Map.ofEntries(
            Map.entry("nothing", (source, target) -> { }),
            Map.entry("an empty file", file(0)),
            Map.entry("a file", file(100_000)),
            Map.entry("a file that nobody may write", with(file(10), permissions("r--r-----"))),
            Map.entry("a file that all may write", with(file(10), permissions("rwxrwxrwx"))),
            Map.entry("a file that only others may read", with(file(10), permissions("------r--"))),
            Map.entry("old times", with(file(10), (source, target) -> Files.setLastModifiedTime(source,
                    FileTime.fromMillis(123_456_789)))),
            Map.entry("times before 1970", with(file(10), (source, target) -> Files.setLastModifiedTime(source,
                    FileTime.fromMillis(-123_456_789)))),
            Map.entry("an attribute of the user's", with(file(10), (source, target) -> Files
                    .getFileAttributeView(source, UserDefinedFileAttributeView.class)
                    .write("colour", ByteBuffer.wrap(new byte[] {1, 2, 3})))),
            Map.entry("a target that is a file", with(file(10), (source, target) -> Files.write(target, new byte[5]))),
            Map.entry("a target that is a larger file",
                    with(file(10), (source, target) -> Files.write(target, new byte[5000]))),
            Map.entry("a target that is an empty folder",
                    with(file(10), (source, target) -> Files.createDirectory(target))),
            Map.entry("a target that is a folder", with(file(10), (source, target) ->
                    Files.createFile(Files.createDirectory(target).resolve("entry")))),
            Map.entry("a target that is a link to the source",
                    with(file(10), (source, target) -> Files.createSymbolicLink(target, source.getFileName()))),
            Map.entry("a target that is a link to nothing",
                    with(file(10), (source, target) -> Files.createSymbolicLink(target, Path.of("nothing")))),
            Map.entry("a target that is the source",
                    with(file(10), (source, target) -> Files.createLink(target, source))),
            Map.entry("a link", (source, target) -> {
                Path linked = source.resolveSibling("linked");
                Files.write(linked, TestFiles.content(0, 10));
                Files.createSymbolicLink(source, linked.getFileName());
            }),
            Map.entry("a link to nothing",
                    (source, target) -> Files.createSymbolicLink(source, Path.of("nothing"))),
            Map.entry("a folder", (source, target) -> Files.createFile(Files.createDirectory(source).resolve("entry"))),
            Map.entry("a folder in the place of the target's", (source, target) -> {
                Files.write(source, new byte[10]);
                Files.delete(target.getParent());
                Files.createFile(target.getParent());
            }),
            Map.entry("no folder", (source, target) -> {
                Files.write(source, new byte[10]);
                Files.delete(target.getParent());
            }));

    private static final List<CopyOption[]> OPTIONS = List.of(NONE,
            new CopyOption[] {StandardCopyOption.REPLACE_EXISTING},
            new CopyOption[] {StandardCopyOption.COPY_ATTRIBUTES},
            new CopyOption[] {LinkOption.NOFOLLOW_LINKS},
            new CopyOption[] {StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES,
                LinkOption.NOFOLLOW_LINKS},
            new CopyOption[] {StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.REPLACE_EXISTING,
                interruptible()});

    /** By its name: its module need not be there. */
    private static CopyOption interruptible() {
        try {
            return (CopyOption) Class.forName("com.sun.nio.file.ExtendedCopyOption").getField("INTERRUPTIBLE")
                    .get(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Arguments> scenesAndOptions() {
        return SCENES.keySet().stream().sorted()
                .flatMap(scene -> OPTIONS.stream().map(options -> Arguments.of(scene, List.of(options))));
    }

    private interface Copy {
        void copy(Path source, Path target, CopyOption[] options) throws IOException;
    }

    /** What is in the folder after a copy, or the exception and what is there then. */
    private static List<String> outcome(Scene scene, CopyOption[] options, Copy copy) throws IOException {
        Path folder = TestFiles.newFolder();
        Path target = Files.createDirectory(folder.resolve("folder")).resolve("target");
        scene.make(folder.resolve("source"), target);
        List<String> outcome = new ArrayList<>();
        try {
            copy.copy(folder.resolve("source"), target, options);
        } catch (IOException | RuntimeException e) {
            outcome.add(e.getClass().getName() + ": " + e.getMessage().replace(folder.toString(), ""));
        }
        boolean sameTimes = List.of(options).contains(StandardCopyOption.COPY_ATTRIBUTES);
        outcome.addAll(FileTree.describe(folder, sameTimes ? Set.of("target") : Set.of()));
        return outcome;
    }

    @ParameterizedTest
    @MethodSource("scenesAndOptions")
    void outcomeIsThatOfFilesCopy(String name, List<CopyOption> list) throws IOException {
        CopyOption[] options = list.toArray(NONE);
        assertEquals(outcome(SCENES.get(name), options, Files::copy),
                outcome(SCENES.get(name), options, FileCopy::copy));
    }

    /** The bits of a program that runs as its owner: Files.copy carries them along if the user may. */
    @Test
    void setUserIdIsCopiedWithTheOwnerOnly() throws IOException {
        Path source = TestFiles.newFile(10);
        mode(06755).make(source, null);
        Path plain = TestFiles.newPath(".copy");
        Path same = TestFiles.newPath(".copy");
        FileCopy.copy(source, plain);
        FileCopy.copy(source, same, StandardCopyOption.COPY_ATTRIBUTES);
        assertEquals(0, (int) Files.getAttribute(plain, "unix:mode") & 07000);
        assertEquals(06755, (int) Files.getAttribute(same, "unix:mode") & 07777);
    }

    /** Though the copy itself has read the file since. */
    @Test
    void timesAreThoseBeforeTheCopy() throws IOException {
        Path source = TestFiles.newFile(10_000);
        FileTime accessed = FileTime.from(1_000_000_000_123_456L, TimeUnit.MICROSECONDS);
        FileTime modified = FileTime.from(1_234_567_890_123_456L, TimeUnit.MICROSECONDS);
        Files.getFileAttributeView(source, BasicFileAttributeView.class).setTimes(modified, accessed, null);
        Path target = TestFiles.newPath(".copy");
        FileCopy.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
        BasicFileAttributes copied = Files.readAttributes(target, BasicFileAttributes.class);
        assertEquals(accessed, copied.lastAccessTime());
        assertEquals(modified, copied.lastModifiedTime());
    }

    @Test
    void badArgumentsAreRefusedBeforeAnythingHasHappened() throws IOException {
        Path source = TestFiles.newFile(10);
        Path target = TestFiles.newPath(".copy");
        assertThrows(NullPointerException.class, () -> FileCopy.copy(null, target));
        assertThrows(NullPointerException.class, () -> FileCopy.copy(source, null));
        assertThrows(NullPointerException.class, () -> FileCopy.copy(source, target, (CopyOption[]) null));
        assertThrows(NullPointerException.class, () -> FileCopy.copy(source, target, (CopyOption) null));
        UnsupportedOperationException e = assertThrows(UnsupportedOperationException.class,
                () -> FileCopy.copy(source, target, StandardCopyOption.ATOMIC_MOVE));
        assertEquals("unsupported copy option: ATOMIC_MOVE", e.getMessage());
        CopyOption stranger = new CopyOption() {
            @Override
            public String toString() {
                return "INTERRUPTIBLE";
            }
        };
        assertThrows(UnsupportedOperationException.class, () -> FileCopy.copy(source, target, stranger));
        assertFalse(Files.exists(target));
    }

    @Test
    void resultTellsSizeAndRoute() throws IOException {
        Path source = TestFiles.newFile(100_000);
        Counters before = Counters.snapshot();
        TransferResult result = FileCopy.copy(source, TestFiles.newPath(".copy"));
        Counters after = Counters.snapshot();
        assertEquals(100_000, result.bytes());
        assertEquals(1, result.routes().size());
        assertTrue(result.systemCalls() > 0);
        Route route = result.routes().iterator().next();
        assertTrue(route == Route.REFLINK || route == Route.COPY_FILE_RANGE, route::toString);
        assertEquals(1, after.transfers(route) - before.transfers(route));
        assertEquals(100_000, after.bytes(route) - before.bytes(route));

        TransferResult nothing = FileCopy.copy(source, source);
        assertEquals(0, nothing.bytes());
        assertEquals(Set.of(), nothing.routes());
        assertEquals(Set.of(), FileCopy.copy(TestFiles.newFile(0), TestFiles.newPath(".copy")).routes());
        assertEquals(Set.of(Route.JDK), FileCopy.copy(TestFiles.newFolder(), TestFiles.newPath("")).routes());
    }

    @Test
    void fileWithoutASizeIsReadToItsEnd() throws IOException {
        for (String name : List.of("/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled")) {
            Path source = Path.of(name);
            if (Files.exists(source)) {
                byte[] content = Files.readAllBytes(source);
                Path target = TestFiles.newPath(".copy");
                assertEquals(content.length, FileCopy.copy(source, target).bytes(), name);
                assertArrayEquals(content, Files.readAllBytes(target), name);
            }
        }
    }

    @Test
    void pathsOfOtherFileSystemsAreTheJdks() throws IOException {
        URI zip = URI.create("jar:" + TestFiles.newPath(".zip").toUri());
        Path source = TestFiles.newFile(5000);
        Path back = TestFiles.newPath(".copy");
        try (FileSystem archive = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            TransferResult result = FileCopy.copy(source, archive.getPath("/entry"));
            assertEquals(5000, result.bytes());
            assertEquals(Set.of(Route.JDK), result.routes());
            assertEquals(Set.of(Route.JDK), FileCopy.copy(archive.getPath("/entry"), back).routes());
            assertThrows(FileAlreadyExistsException.class, () -> FileCopy.copy(source, archive.getPath("/entry")));
        }
        assertArrayEquals(TestFiles.content(0, 5000), Files.readAllBytes(back));
    }

    /** Names that are bytes and no text, and the longest ones. */
    @ParameterizedTest
    @ValueSource(strings = {"a b%20+?#;[]\\\"'", "tschüß", "%C3%A4", "-", "..."})
    void anyNameIsAName(String name) throws IOException {
        Path folder = TestFiles.newFolder();
        String suffix = Stream.generate(() -> "x").limit(200).reduce("", String::concat);
        Path source = TestFiles.newFile(10);
        Path target;
        try {
            target = folder.resolve(name + suffix);
        } catch (InvalidPathException e) {
            return; // The locale has no such letters.
        }
        FileCopy.copy(source, target);
        assertEquals(List.of(target), FileTree.entries(folder));
    }

    /** Whatever lies where in the file: the content is the same, and the copy takes no more space. */
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void dataAndHolesAreCopied(@ForAll @Size(max = 8) List<@IntRange(max = 500) Integer> pages,
            @ForAll @IntRange(max = 2_000_000) int end) throws Exception {
        Path source = FileTree.sparseFile(end, pages.stream().mapToLong(page -> page * 4096L + page % 7).toArray());
        Path target = TestFiles.newPath(".copy");
        assertEquals(Files.size(source), FileCopy.copy(source, target).bytes());
        assertEquals(-1, Files.mismatch(source, target));
        assertTrue(FileTree.blocks(target) <= FileTree.blocks(source) + FileTree.SLACK,
                () -> FileTree.blocks(target) + " blocks for " + FileTree.blocks(source));
        Files.delete(source);
        Files.delete(target);
    }

    @Test
    void aTebibyteOfHolesIsCopiedAsHoles() throws Exception {
        long tebibyte = 1L << 40;
        Path source = FileTree.sparseFile(tebibyte, 0, 5_000_000_000L, tebibyte / 2, tebibyte - (1 << 20));
        Path target = TestFiles.newPath(".copy");
        TransferResult result = FileCopy.copy(source, target);
        assertEquals(tebibyte, result.bytes());
        assertEquals(tebibyte, Files.size(target));
        assertTrue(result.systemCalls() < 100, result::toString);
        assertTrue(FileTree.blocks(target) <= FileTree.blocks(source) + FileTree.SLACK);
        for (long position : new long[] {0, 5_000_000_000L, tebibyte / 2, tebibyte - (1 << 20)}) {
            assertArrayEquals(TestFiles.content(position, 4096), FileTree.read(target, position, 4096));
        }
        assertArrayEquals(new byte[4096], FileTree.read(target, tebibyte - 4096, 4096));
    }

    /** Two that copy to the same new name: one gets it, and the file is what that one has copied. */
    @Test
    void ofManyCopiesToANewNameOneSucceeds() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path folder = TestFiles.newFolder();
            Path target = folder.resolve("target");
            CountDownLatch start = new CountDownLatch(1);
            List<TransferTask<Boolean>> copies = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                Path source = TestFiles.newFile(i * 1000);
                copies.add(TransferTask.start(() -> {
                    start.await();
                    try {
                        return FileCopy.copy(source, target).bytes() == Files.size(target);
                    } catch (FileAlreadyExistsException e) {
                        assertEquals(target.toString(), e.getMessage());
                        return false;
                    }
                }));
            }
            start.countDown();
            int succeeded = 0;
            for (TransferTask<Boolean> copy : copies) {
                succeeded += copy.result() ? 1 : 0;
            }
            assertEquals(1, succeeded);
            assertEquals(List.of(target), FileTree.entries(folder));
        }
    }

    @Test
    void interruptedBeforehandItDoesNothing() throws Exception {
        Path folder = TestFiles.newFolder();
        Path source = TestFiles.newFile(1000);
        TransferTask<Boolean> copy = TransferTask.start(() -> {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> FileCopy.copy(source, folder.resolve("target")));
            return Thread.interrupted();
        });
        assertTrue(copy.result());
        assertEquals(List.of(), FileTree.entries(folder));
    }

    /** Copies again and again, and is interrupted each time, soon after the temporary file has appeared. */
    @ParameterizedTest
    @EnumSource
    void interruptedInTheMiddleItLeavesNothing(Carrier carrier) throws Exception {
        carrier.assume();
        Path source = TestFiles.newFile(192 << 20);
        Path folder = TestFiles.newFolder();
        Path target = folder.resolve("target");
        Files.write(target, new byte[3]);
        int interrupted = 0;
        for (int i = 0; i < 20 && interrupted < 2; i++) {
            TransferTask<TransferResult> copy = TransferTask.start(carrier,
                    () -> FileCopy.copy(source, target, StandardCopyOption.REPLACE_EXISTING));
            FileTree.awaitEntries(folder, 2);
            copy.interrupt();
            try {
                copy.result();
                assertEquals(-1, Files.mismatch(source, target));
            } catch (ClosedByInterruptException e) {
                interrupted++;
                assertTrue(Files.size(target) == 3 || Files.size(target) == 192 << 20);
            }
            assertEquals(List.of(target), FileTree.entries(folder));
        }
        assertTrue(interrupted > 0, "no interrupt came in time");
        Files.delete(source);
        Files.delete(target);
    }

    /** A source that is shortened and lengthened all the time: the copy ends, and holds what was there. */
    @Test
    void sourceThatChangesItsSizeIsCopied() throws Exception {
        Path source = TestFiles.newFile(3 << 20);
        AtomicBoolean done = new AtomicBoolean();
        TransferTask<Void> changing = TransferTask.start(() -> {
            try (FileChannel channel = FileChannel.open(source, StandardOpenOption.WRITE)) {
                while (!done.get()) {
                    channel.truncate(10_000);
                    channel.write(ByteBuffer.wrap(TestFiles.content(10_000, 3 << 20)), 10_000);
                }
                return null;
            }
        });
        try {
            for (int i = 0; i < 50; i++) {
                Path target = TestFiles.newPath(".copy");
                long bytes = FileCopy.copy(source, target).bytes();
                byte[] content = Files.readAllBytes(target);
                assertEquals(bytes, content.length);
                assertTrue(bytes >= 10_000, bytes + " bytes");
                assertArrayEquals(TestFiles.content(0, 10_000), Arrays.copyOf(content, 10_000));
                Files.delete(target);
            }
        } finally {
            done.set(true);
            changing.result();
        }
    }
}
