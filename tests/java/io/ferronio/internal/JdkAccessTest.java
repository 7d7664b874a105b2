package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.Capabilities;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.IsolatedCopy;
import io.ferronio.testing.Probe;
import io.ferronio.testing.TestFiles;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is found of the JDK's own classes on each JDK, and what is lost where something is not found. */
class JdkAccessTest {

    private static final int JDK = Runtime.version().feature();

    /** What a member is needed for. */
    enum Use { SOCKET, PIPE, FILE, MAP, UNMAP_OF_THE_JDKS, REGION }

    /** A member and its uses; {@code from}: the first JDK that has it. */
    record Member(String name, int from, List<Use> uses) {
    }

    private static Stream<Member> members(int from, List<Use> uses, String owner, String... names) {
        return Stream.of(names).map(name -> new Member(owner + "." + name, from, uses));
    }

    private static List<Member> allMembers() {
        List<Use> transfers = List.of(Use.SOCKET, Use.PIPE, Use.FILE);
        List<Use> everythingWithFiles = List.of(Use.SOCKET, Use.PIPE, Use.FILE, Use.MAP);
        return Stream.of(
                members(17, everythingWithFiles, "FileChannelImpl", "fd", "readable", "threads"),
                members(17, everythingWithFiles, "FileDescriptor", "fd"),
                members(17, everythingWithFiles, "NativeThreadSet", "add", "remove"),
                members(17, transfers, "FileChannelImpl", "beginBlocking", "endBlocking"),
                members(25, List.of(), "FileChannelImpl", "transferFailed"),
                members(17, List.of(Use.FILE, Use.MAP), "FileChannelImpl", "writable"),
                members(17, List.of(Use.FILE), "FileDescriptor", "append"),
                members(17, List.of(Use.MAP), "FileChannelImpl", "positionLock"),
                members(17, List.of(Use.SOCKET), "SocketChannelImpl", "fdVal", "writeLock", "beginWrite", "endWrite",
                        "park"),
                members(21, List.of(Use.SOCKET), "SocketChannelImpl", "configureSocketNonBlockingIfVirtualThread"),
                members(25, List.of(), "SocketChannelImpl", "beforeTransferTo", "afterTransferTo"),
                members(17, List.of(Use.PIPE), "SinkChannelImpl", "fdVal", "writeLock", "beginWrite", "endWrite",
                        "park"),
                members(21, List.of(Use.PIPE), "SinkChannelImpl", "configureSocketNonBlockingIfVirtualThread"),
                members(Integer.MAX_VALUE, List.of(), "SinkChannelImpl", "beforeTransferTo", "afterTransferTo"),
                members(17, List.of(Use.MAP), "DirectByteBuffer", "<init>", "att", "cleaner"),
                members(17, List.of(Use.MAP), "DirectByteBufferR", "<init>"),
                members(17, List.of(Use.MAP), "MappedByteBuffer", "fd"),
                members(17, List.of(Use.MAP), "Cleaner", "thunk"),
                members(17, List.of(Use.UNMAP_OF_THE_JDKS), "Cleaner", "remove"),
                members(17, List.of(Use.UNMAP_OF_THE_JDKS), "FileChannelImpl$Unmapper", "address", "size",
                        "decrementStats"),
                members(17, List.of(Use.REGION), "Unsafe", "getUnsafe", "arrayBaseOffset", "copyMemory", "getByte",
                        "putByte", "getShortUnaligned", "putShortUnaligned", "getCharUnaligned",
                        "putCharUnaligned", "getIntUnaligned", "putIntUnaligned", "getLongUnaligned",
                        "putLongUnaligned"))
                .flatMap(members -> members).toList();
    }

    /** A JDK that has lost or renamed a member is noticed here first. */
    @Test
    void everyMemberIsFoundWhereItShouldBe() {
        Assumptions.assumeTrue(JDK == 17 || JDK == 21 || JDK == 25, "the list is of JDK 17, 21 and 25");
        Capabilities.all(); // asks for every member
        Map<String, String> expected = new TreeMap<>();
        for (Member member : allMembers()) {
            if (JDK >= member.from()) {
                expected.put(member.name(), "");
            } else if (member.uses().isEmpty()) {
                expected.put(member.name(), "is not in this JDK"); // Others serve in its place.
            }
        }
        assertEquals(expected, JdkAccess.members());
        assertNull(JdkAccess.missing());
    }

    @Test
    void theLookupIsHandedOutOnce() throws ReflectiveOperationException {
        assertTrue(Capabilities.isAvailable());
        Method lookup = JdkAccess.class.getDeclaredMethod("lookup");
        lookup.setAccessible(true);
        assertNull(lookup.invoke(null));
    }

    /** Switched off by {@code io.ferronio.disable}, a member is as good as missing. */
    @Test
    void aMissingMemberTurnsOffOnlyWhatNeedsIt() {
        List<Member> here = allMembers().stream().filter(member -> JDK >= member.from()).toList();
        String output = ChildJvm.run(EachMissing.class, List.of("-XX:TieredStopAtLevel=1"),
                Stream.concat(Stream.of(TestFiles.newFile(20_000).toString()), here.stream().map(Member::name))
                        .toArray(String[]::new)).succeeded();
        Map<String, Map<String, String>> reports = EachMissing.parse(output);
        assertEquals(here.size(), reports.size(), output);
        here.forEach(member -> {
            Map<String, String> report = reports.get(member.name());
            assertEquals("true", report.get("available"));
            checkUses(member.name(), member.uses(), report);
            assertEquals("yes", report.get("capability guard"));
        });
    }

    /** So does a missing class. */
    @Test
    void aMissingClassTurnsOffOnlyWhatNeedsIt() {
        Map<String, List<Use>> classes = Map.of(
                "FileChannelImpl", List.of(Use.SOCKET, Use.PIPE, Use.FILE, Use.MAP),
                "NativeThreadSet", List.of(Use.SOCKET, Use.PIPE, Use.FILE, Use.MAP),
                "SocketChannelImpl", List.of(Use.SOCKET),
                "SinkChannelImpl", List.of(Use.PIPE),
                "DirectByteBuffer", List.of(Use.MAP),
                "DirectByteBufferR", List.of(Use.MAP),
                "Cleaner", List.of(Use.MAP),
                "FileChannelImpl$Unmapper", List.of(Use.UNMAP_OF_THE_JDKS),
                "Unsafe", List.of(Use.REGION));
        String output = ChildJvm.run(EachMissing.class, List.of("-XX:TieredStopAtLevel=1"),
                Stream.concat(Stream.of(TestFiles.newFile(20_000).toString()), classes.keySet().stream())
                        .toArray(String[]::new)).succeeded();
        Map<String, Map<String, String>> reports = EachMissing.parse(output);
        assertEquals(classes.keySet(), reports.keySet());
        classes.forEach((name, uses) -> checkUses(name, uses, reports.get(name)));
    }

    @Test
    void routesAndGuardAreTurnedOffByName() {
        String output = ChildJvm.run(EachMissing.class, List.of("-XX:TieredStopAtLevel=1"),
                TestFiles.newFile(20_000).toString(), "sendfile", "guard", " guard , sendfile ", "nothing like that")
                .succeeded();
        Map<String, Map<String, String>> reports = EachMissing.parse(output);
        checkUses("sendfile", List.of(Use.SOCKET, Use.PIPE, Use.FILE), reports.get("sendfile"));
        checkUses("guard", List.of(Use.MAP), reports.get("guard"));
        assertEquals("no, it is switched off by -Dio.ferronio.disable=guard; instead: a fault may end the JVM, and"
                + " nothing is unmapped under readers", reports.get("guard").get("capability guard"));
        checkUses("-Dio.ferronio.disable=", List.of(Use.SOCKET, Use.PIPE, Use.FILE, Use.MAP),
                reports.get(" guard , sendfile "));
        checkUses("", List.of(), reports.get("nothing like that"));
    }

    /** Capabilities, what transfers took, and what mappings did must all tell the same: off is just what must be. */
    private static void checkUses(String off, List<Use> uses, Map<String, String> report) {
        boolean noSocket = uses.contains(Use.SOCKET);
        boolean noPipe = uses.contains(Use.PIPE);
        boolean noFile = uses.contains(Use.FILE);
        boolean noMap = uses.contains(Use.MAP);
        boolean noUnmapOfTheJdks = noMap || uses.contains(Use.UNMAP_OF_THE_JDKS);
        boolean noRegion = noMap || uses.contains(Use.REGION);
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("socket", noSocket ? "JDK" : "SENDFILE");
        expected.put("pipe", noPipe ? "JDK" : "SENDFILE");
        expected.put("file", noFile ? "JDK" : "SENDFILE");
        expected.put("map", noMap ? "JDK" : "FerroNIO");
        expected.put("capability file to socket", noSocket ? off : "yes");
        expected.put("capability file to pipe", noPipe ? off : "yes");
        expected.put("capability file to file", noFile ? off : "yes");
        expected.put("capability mapped buffers", noMap ? off : "yes");
        expected.put("capability unmap of the JDK's buffers", noUnmapOfTheJdks ? off : "yes");
        expected.put("capability mapped regions", noRegion ? off : "yes");
        expected.put("unmap", noMap ? off : "works");
        expected.put("unmap of the JDK's", noUnmapOfTheJdks ? off : "works");
        expected.put("region", noRegion ? off : "works");
        expected.forEach((name, value) -> {
            String seen = report.get(name);
            String words = "without " + off + ", " + name + ": " + seen;
            if (value.equals(off)) {
                // What is off says what it lacks.
                String refusal = "(no, |java.lang.UnsupportedOperationException: ).*";
                assertTrue(seen.matches(refusal + Pattern.quote(off) + ".*"), words);
            } else {
                assertEquals(value, seen, words);
            }
        });
        boolean parks = JDK >= 21 && !noSocket && !noPipe;
        assertEquals(parks, report.get("capability virtual threads park").equals("yes"), off);
    }

    /** A program: what {@link Probe} reports with one thing switched off after the other, each in a copy of its own. */
    static final class EachMissing {

        private EachMissing() {
        }

        /** Arguments: a file, then what to switch off. */
        public static void main(String[] args) throws Exception {
            for (String off : List.of(args).subList(1, args.length)) {
                System.setProperty("io.ferronio.disable", off);
                try (IsolatedCopy copy = new IsolatedCopy()) {
                    System.out.println("# " + off);
                    ((Map<?, ?>) copy.call(Probe.class, "report", Path.of(args[0])))
                            .forEach((name, value) -> System.out.println(name + "=" + value));
                }
            }
        }

        static Map<String, Map<String, String>> parse(String output) {
            Map<String, Map<String, String>> reports = new LinkedHashMap<>();
            for (String report : output.split("(?m)^# ")) {
                if (!report.isEmpty()) {
                    String[] parts = report.split("\n", 2);
                    reports.put(parts[0], Probe.parse(parts[1]));
                }
            }
            return reports;
        }
    }
}
