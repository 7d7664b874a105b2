package io.ferronio.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** {@code explain} as a user calls it: figures, bytes, pages, and what it says where something is wrong. */
class ExplainTest {

    private static final int MIB = 1 << 20;

    @TempDir
    private Path folder;

    private ChildJvm.Result explain(String... arguments) {
        return ChildJvm.run(Main.class, List.of(), with(folder, arguments));
    }

    private static String[] with(Path folder, String... arguments) {
        List<String> all = new ArrayList<>(List.of("explain", "--rounds=1", "--folder=" + folder));
        all.addAll(Arrays.asList(arguments));
        return all.toArray(new String[0]);
    }

    /** The report, in front of or behind what -Xcheck:jni may have printed. */
    private static JsonObject json(String output) {
        int start = output.startsWith("{") ? 0 : output.indexOf("\n{") + 1;
        return JsonParser.parseString(output.substring(start, output.indexOf("\n}", start) + 2)).getAsJsonObject();
    }

    private static JsonObject row(JsonArray rows, String method) {
        for (JsonElement row : rows) {
            if (row.getAsJsonObject().get("method").getAsString().equals(method)) {
                return row.getAsJsonObject();
            }
        }
        throw new AssertionError("no " + method + " in " + rows);
    }

    private static long number(JsonObject row, String figure) {
        return row.get(figure).getAsLong();
    }

    @Test
    void everyMethodIsMeasuredAndItsBytesAreVerified() {
        JsonObject report = json(explain("--json", "--size=1M").succeeded());
        assertEquals(MIB, number(report, "bytes"));
        for (String destination : List.of("toSocket", "toFile")) {
            assertEquals(12, report.getAsJsonArray(destination).size());
            for (JsonElement element : report.getAsJsonArray(destination)) {
                JsonObject row = element.getAsJsonObject();
                assertFalse(row.get("text").getAsString().isEmpty());
                if (!row.has("notRun")) {
                    assertTrue(row.get("verified").getAsBoolean(), row::toString);
                    assertTrue(row.get("cpuMillisPerGib").getAsDouble() > 0, row::toString);
                    assertTrue(row.get("wallMillisPerGib").getAsDouble() > 0, row::toString);
                    assertTrue(number(row, "cachedBytesAfter") >= MIB, row::toString);
                }
            }
        }
        assertEquals(0, folder.toFile().list().length, "something was left behind");
    }

    @Test
    void systemCallsAreThoseThatTheMethodsMake() {
        JsonObject report = json(explain("--json", "--size=1M").succeeded());
        Assumptions.assumeTrue(report.get("systemCallsNotCounted").isJsonNull(), "this user may not count");
        JsonArray socket = report.getAsJsonArray("toSocket");
        JsonArray file = report.getAsJsonArray("toFile");
        for (JsonArray rows : List.of(socket, file)) {
            between(2 * MIB / 8192, 2 * MIB / 8192 + 40, row(rows, "read_write_8k_heap"));
            between(2 * MIB / 8192, 2 * MIB / 8192 + 40, row(rows, "read_write_8k_direct"));
            between(2 * MIB / 65536, 2 * MIB / 65536 + 40, row(rows, "read_write_64k_direct"));
        }
        between(1, 20, row(socket, "sendfile"));
        between(4, 40, row(socket, "sendfile_header"));
        between(1, 20, row(file, "copy_file_range"));
        JsonObject row = row(socket, "read_write_8k_direct");
        assertTrue(number(row, "kernelCrossings") >= 2 * number(row, "systemCalls"), row::toString);
    }

    private static void between(long least, long most, JsonObject row) {
        long calls = number(row, "systemCalls");
        assertTrue(calls >= least && calls <= most, () -> least + " to " + most + ", but: " + row);
    }

    @Test
    void copiesAreThoseOfTheWayThatWasTaken() {
        JsonObject report = json(explain("--json", "--size=1M").succeeded());
        assertTrue(report.getAsJsonObject("device").get("scatterGather").getAsBoolean(), "lo always can");
        JsonArray socket = report.getAsJsonArray("toSocket");
        assertEquals(4, number(row(socket, "read_write_8k_heap"), "cpuCopies"));
        assertEquals(2, number(row(socket, "read_write_64k_direct"), "cpuCopies"));
        assertEquals(1, number(row(socket, "mmap_write"), "cpuCopies"));
        assertEquals(0, number(row(socket, "sendfile"), "cpuCopies"));
        assertEquals("sendfile", row(socket, "sendfile").get("route").getAsString());
        assertEquals("splice", row(socket, "splice").get("route").getAsString());

        report = json(ChildJvm.run(Main.class, List.of("-Dio.ferronio.disable=sendfile"),
                with(folder, "--json", "--size=1M", "--to=socket")).succeeded());
        JsonObject buffered = row(report.getAsJsonArray("toSocket"), "sendfile");
        assertEquals("buffered", buffered.get("route").getAsString());
        assertEquals(2, number(buffered, "cpuCopies"));
        assertFalse(report.has("toFile"));
    }

    @Test
    void thePageIsWellFormedAndNeedsNothingFromElsewhere() throws Exception {
        Path file = Files.copy(TestFiles.newFile(100_000), folder.resolve("<a & \"b\">.data"));
        Path page = folder.resolve("page.html");
        explain("--html=" + page, file.toString()).succeeded();
        String html = Files.readString(page);
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(html)));
        assertTrue(document.getDocumentElement().getTextContent().contains(file.toString()));
        assertEquals(2, document.getElementsByTagName("table").getLength());
        assertTrue(html.contains("prefers-color-scheme: dark"));
        NodeList elements = document.getElementsByTagName("*");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            assertFalse(List.of("script", "link", "img", "iframe").contains(element.getTagName()), element::getTagName);
            assertFalse(element.hasAttribute("src") || element.hasAttribute("href"), element::getTagName);
        }
        assertFalse(html.contains("url("), "a style that is fetched");
        assertTrue(Files.exists(file), "a user's file is not ours to delete");
    }

    @Test
    void whoMayNotCountIsToldSoAndGetsTheRest() throws IOException {
        Path own = TestFiles.newPath(".folder");
        Files.createDirectory(own);
        assertTrue(own.toFile().setWritable(true, false));
        String output = ChildJvm.runUnprivileged(Main.class, List.of(), with(own, "--json", "--size=1M")).succeeded();
        JsonObject report = json(output);
        JsonObject row = row(report.getAsJsonArray("toSocket"), "sendfile");
        Assumptions.assumeFalse(report.get("systemCallsNotCounted").isJsonNull(), "here everybody may count");
        assertTrue(report.get("systemCallsNotCounted").getAsString().contains("root"), output);
        assertTrue(row.get("systemCalls").isJsonNull() && row.get("kernelCrossings").isJsonNull(), row::toString);
        assertTrue(row.get("verified").getAsBoolean() && number(row, "contextSwitches") >= 0, row::toString);
    }

    @Test
    void withoutTheLibraryTheJdksMethodsAreMeasured() {
        JsonObject report = json(ChildJvm.run(Main.class, List.of("-Dio.ferronio.library=/nonexistent.so"),
                with(folder, "--json", "--size=64K", "--to=SOCKET")).succeeded());
        JsonArray socket = report.getAsJsonArray("toSocket");
        assertEquals("there is no native library: doctor says why", row(socket, "sendfile").get("notRun").getAsString());
        assertTrue(row(socket, "jdk_transfer_to").get("verified").getAsBoolean());
        assertTrue(row(socket, "jdk_transfer_to").get("cpuCopies").isJsonNull(), "nobody could ask the device");
    }

    @Test
    void theTableIsForPeople() {
        String output = explain("--size=300K", "--to=file").succeeded();
        assertTrue(output.lines().anyMatch(line -> line.matches("copy_file_range +[01] .* agrees +copy_file_range")), output);
        assertTrue(output.lines().anyMatch("sendfile                      not: between files FerroNIO takes copy_file_range, see there; sendfile would be next"::equals),
                output);
        assertTrue(output.contains("307,200 bytes"), output);
        assertFalse(output.contains("to a socket: disk"), output);
    }

    @Test
    void wrongUseIsToldBeforeAnythingHappens() throws Exception {
        fails(1, "there is no such file", folder.resolve("missing").toString());
        fails(1, "is a directory", folder.toString());
        fails(1, "is empty", Files.createFile(folder.resolve("empty")).toString());
        Path fifo = folder.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor());
        fails(1, "is no regular file", fifo.toString());
        if (Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir"))).getUsableSpace() < 1L << 40) {
            fails(1, "no space for the file and a copy", "--size=1024G");
        }
        fails(1, "there is no such folder", "--folder=" + folder.resolve("nowhere"));
        fails(2, "--size is for the file that is made", "--size=1M", folder.resolve("empty").toString());
        fails(2, "a size is", "--size=much");
        fails(2, "a size is from 1 byte", "--size=0");
        fails(2, "--rounds is from 1", "--rounds=0");
        fails(2, "moon", "--to=moon");
        fails(2, "in a folder that exists", "--html=" + folder.resolve("nowhere/page.html"));
        assertEquals(2, folder.toFile().list().length, "something was left behind");
    }

    private void fails(int status, String message, String... arguments) {
        ChildJvm.Result result = ChildJvm.run(Main.class, List.of(), arguments(arguments));
        assertEquals(status, result.exitStatus(), result.output());
        assertTrue(result.output().contains(message), result.output());
    }

    private static String[] arguments(String... arguments) {
        List<String> all = new ArrayList<>(List.of("explain"));
        all.addAll(Arrays.asList(arguments));
        return all.toArray(new String[0]);
    }
}
