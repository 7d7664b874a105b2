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
import java.util.Locale;
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
    enum Use { SOCKET, PIPE, FILE, CHANNEL, FROM_SOCKET, FROM_PIPE, FROM_FILE, FROM_CHANNEL, MAP, UNMAP_OF_THE_JDKS, REGION,
        PAGE_CACHE, LEASE }

    private static final List<Use> TO_FILES = List.of(Use.FILE, Use.FROM_SOCKET, Use.FROM_PIPE, Use.FROM_FILE, Use.FROM_CHANNEL);
    private static final List<Use> TRANSFERS = and(TO_FILES, Use.SOCKET, Use.PIPE, Use.CHANNEL);

    private static List<Use> and(List<Use> uses, Use... more) {
        return Stream.concat(uses.stream(), Stream.of(more)).toList();
    }


    /** A member and its uses; {@code from}: the first JDK that has it. */
    record Member(String name, int from, List<Use> uses) {
    }

    private static Stream<Member> members(int from, List<Use> uses, String owner, String... names) {
        return Stream.of(names).map(name -> new Member(owner + "." + name, from, uses));
    }

    private static List<Member> allMembers() {
        List<Use> everythingWithFiles = and(TRANSFERS, Use.MAP, Use.PAGE_CACHE);
        // Before 21 the JDK locks a source of transferFrom.
        List<Use> lock = JDK < 21 ? List.of(Use.MAP, Use.FROM_FILE) : List.of(Use.MAP);
        List<Use> socket = List.of(Use.SOCKET, Use.FROM_SOCKET);
        return Stream.of(
                members(17, and(everythingWithFiles, Use.LEASE), "FileChannelImpl", "fd", "threads"),
                members(17, and(everythingWithFiles, Use.LEASE), "FileDescriptor", "fd"),
                members(17, and(everythingWithFiles, Use.LEASE), "NativeThreadSet", "add", "remove"),
                members(17, and(TRANSFERS, Use.PAGE_CACHE), "FileChannelImpl", "beginBlocking", "endBlocking"),
                members(17, and(TRANSFERS, Use.MAP), "FileChannelImpl", "readable"),
                members(25, List.of(), "FileChannelImpl", "transferFailed"),
                members(17, and(TO_FILES, Use.MAP, Use.LEASE), "FileChannelImpl", "writable"),
                members(17, TO_FILES, "FileChannelImpl", "direct"),
                members(17, List.of(), "FileChannelImpl", "path"),
                members(17, TO_FILES, "FileDescriptor", "append"),
                members(17, lock, "FileChannelImpl", "positionLock"),
                members(17, socket, "SocketChannelImpl", "fdVal", "park"),
                members(17, List.of(Use.SOCKET), "SocketChannelImpl", "writeLock", "beginWrite", "endWrite"),
                members(17, List.of(Use.FROM_SOCKET), "SocketChannelImpl", "readLock", "beginRead", "endRead",
                        "connectionReset", "isInputClosed"),
                members(21, socket, "SocketChannelImpl", "configureSocketNonBlockingIfVirtualThread"),
                members(25, List.of(), "SocketChannelImpl", "beforeTransferTo", "afterTransferTo"),
                members(17, List.of(Use.PIPE), "SinkChannelImpl", "fdVal", "writeLock", "beginWrite", "endWrite",
                        "park"),
                members(21, List.of(Use.PIPE), "SinkChannelImpl", "configureSocketNonBlockingIfVirtualThread"),
                members(Integer.MAX_VALUE, List.of(), "SinkChannelImpl", "beforeTransferTo", "afterTransferTo"),
                members(17, List.of(Use.FROM_PIPE), "SourceChannelImpl", "fdVal", "readLock", "beginRead", "endRead",
                        "park"),
                members(21, List.of(Use.FROM_PIPE), "SourceChannelImpl", "configureSocketNonBlockingIfVirtualThread"),
                members(17, List.of(Use.FROM_SOCKET, Use.FROM_PIPE), "Buffer", "address"),
                members(17, List.of(Use.MAP), "DirectByteBuffer", "<init>", "att", "cleaner"),
                members(17, List.of(Use.MAP), "DirectByteBufferR", "<init>"),
                members(17, List.of(Use.MAP), "MappedByteBuffer", "fd"),
                members(17, List.of(Use.MAP), "Cleaner", "thunk"),
                members(17, List.of(Use.UNMAP_OF_THE_JDKS), "Cleaner", "remove"),
                members(17, List.of(Use.UNMAP_OF_THE_JDKS), "BootLoader", "loadClassOrNull"),
                members(17, List.of(Use.UNMAP_OF_THE_JDKS), "FileChannelImpl$Unmapper", "address", "size",
                        "decrementStats"),
                members(17, List.of(Use.REGION), "Unsafe", "getUnsafe", "arrayBaseOffset", "copyMemory", "setMemory",
                        "getByte", "putByte", "getShortUnaligned", "putShortUnaligned", "getCharUnaligned",
                        "putCharUnaligned", "getIntUnaligned", "putIntUnaligned", "getLongUnaligned",
                        "putLongUnaligned", "getIntVolatile", "getIntAcquire", "putIntVolatile", "putIntRelease",
                        "getAndAddInt", "compareAndSetInt", "getLongVolatile", "getLongAcquire", "putLongVolatile",
                        "putLongRelease", "getAndAddLong", "compareAndSetLong"))
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
                "FileChannelImpl", and(TRANSFERS, Use.MAP, Use.PAGE_CACHE, Use.LEASE),
                "NativeThreadSet", and(TRANSFERS, Use.MAP, Use.PAGE_CACHE, Use.LEASE),
                "SocketChannelImpl", List.of(Use.SOCKET, Use.FROM_SOCKET),
                "SinkChannelImpl", List.of(Use.PIPE),
                "SourceChannelImpl", List.of(Use.FROM_PIPE),
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

    /** A route that is off leaves the place to the next in the table; where none is left, to the JDK's method. */
    @Test
    void routesAndGuardAreTurnedOffByName() {
        List<String> offs = List.of("sendfile", "splice", "copy_file_range", "buffered", "copy_file_range,sendfile",
                "sendfile,splice,copy_file_range,buffered", "guard", " guard , sendfile ", "nothing like that");
        String output = ChildJvm.run(EachMissing.class, List.of("-XX:TieredStopAtLevel=1"),
                Stream.concat(Stream.of(TestFiles.newFile(20_000).toString()), offs.stream()).toArray(String[]::new))
                .succeeded();
        Map<String, Map<String, String>> reports = EachMissing.parse(output);
        assertEquals(offs.size(), reports.size(), output);
        for (String off : offs) {
            Map<String, String> report = reports.get(off);
            List<String> names = List.of(off.trim().split("\\s*,\\s*"));
            ROUTES.forEach((pair, routes) -> assertEquals(
                    routes.stream().filter(route -> !names.contains(route)).findFirst().orElse("jdk"),
                    report.get(pair).toLowerCase(Locale.ROOT), () -> pair + " without " + off));
            assertEquals(names.contains("guard") ? "JDK" : "FerroNIO", report.get("map"));
        }
        assertEquals("no, it is switched off by -Dio.ferronio.disable=guard; instead: a fault may end the JVM, and"
                + " nothing is unmapped under readers", reports.get("guard").get("capability guard"));
        assertEquals("no, buffered is switched off by -Dio.ferronio.disable=buffered; instead: the JDK's method",
                reports.get("buffered").get("capability file to another channel"));
    }

    /** The table, as a user would write it down. */
    private static final Map<String, List<String>> ROUTES = Map.of(
            "socket", List.of("sendfile", "buffered"),
            "pipe", List.of("sendfile", "buffered"),
            "file", List.of("copy_file_range", "sendfile", "buffered"),
            "channel", List.of("buffered"),
            "from socket", List.of("splice", "buffered"),
            "from pipe", List.of("splice", "buffered"),
            "from file", List.of("copy_file_range", "buffered"),
            "from channel", List.of("buffered"));

    /** What the pairs are called in the list of capabilities. */
    private static final Map<String, String> CAPABILITIES = Map.of("socket", "file to socket", "pipe", "file to pipe",
            "file", "file to file", "channel", "file to another channel", "from socket", "file from socket",
            "from pipe", "file from pipe", "from file", "file from file", "from channel", "file from another channel");

    /** Capabilities, what transfers took, and what mappings did must all tell the same: off is just what must be. */
    private static void checkUses(String off, List<Use> uses, Map<String, String> report) {
        boolean noSocket = uses.contains(Use.SOCKET);
        boolean noPipe = uses.contains(Use.PIPE);
        boolean noMap = uses.contains(Use.MAP);
        boolean noUnmapOfTheJdks = noMap || uses.contains(Use.UNMAP_OF_THE_JDKS);
        boolean noRegion = noMap || uses.contains(Use.REGION);
        boolean noLease = uses.contains(Use.LEASE);
        Map<String, String> expected = new LinkedHashMap<>();
        ROUTES.forEach((pair, routes) -> {
            boolean without = uses.contains(Use.valueOf(pair.toUpperCase(Locale.ROOT).replace(' ', '_')));
            expected.put(pair, without ? "JDK" : routes.get(0).toUpperCase(Locale.ROOT));
            expected.put("capability " + CAPABILITIES.get(pair), without ? off : "yes");
        });
        expected.put("map", noMap ? "JDK" : "FerroNIO");
        expected.put("capability mapped buffers", noMap ? off : "yes");
        expected.put("capability unmap of the JDK's buffers", noUnmapOfTheJdks ? off : "yes");
        expected.put("capability mapped regions", noRegion ? off : "yes");
        boolean noPageCache = uses.contains(Use.PAGE_CACHE);
        expected.put("capability page cache", noPageCache ? off : "yes");
        expected.put("page cache", noPageCache ? off : "works");
        expected.put("capability file leases", noLease ? off : "yes");
        expected.put("unmap", noMap ? off : "works");
        expected.put("unmap of the JDK's", noUnmapOfTheJdks ? off : "works");
        expected.put("region", noRegion ? off : "works");
        expected.put("lease", noLease ? off : "works");
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
