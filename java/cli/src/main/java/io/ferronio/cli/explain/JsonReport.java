package io.ferronio.cli.explain;

import com.google.gson.GsonBuilder;
import io.ferronio.internal.NetworkDevice;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The outcome as JSON: plain numbers, null for what is not known. */
public final class JsonReport {

    private JsonReport() {
    }

    /**
     * Makes it.
     *
     * @param explanation of what
     * @return an object, in lines
     */
    public static String of(Explanation explanation) {
        Map<String, Object> report = new LinkedHashMap<>(explanation.machine());
        SampleFile file = explanation.file();
        report.put("path", file.made() ? null : file.path().toString());
        report.put("bytes", file.size());
        report.put("fileSystem", explanation.fileSystem());
        report.put("sharesBlocks", explanation.sharesBlocks());
        report.put("rounds", explanation.rounds());
        report.put("systemCallsNotCounted", explanation.notCounted().orElse(null));
        report.put("device", device(explanation.device()));
        report.put("otherDevices", explanation.otherDevices().stream().map(JsonReport::device).toList());
        report.put("notes", Notes.of(explanation));
        for (Destination destination : explanation.destinations()) {
            report.put(destination == Destination.SOCKET ? "toSocket" : "toFile", explanation.rows(destination).stream().map(JsonReport::row).toList());
        }
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create().toJson(report);
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> device(NetworkDevice device) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", device.name());
        object.put("scatterGather", device.scatterGather().orElse(null));
        object.put("checksum", device.checksum().orElse(null));
        object.put("segmentation", device.segmentation().orElse(null));
        return object;
    }

    private static Map<String, Object> row(Row row) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("method", name(row.method()));
        object.put("title", row.method().title());
        object.put("text", row.method().text());
        if (row.problem().isPresent()) {
            object.put("notRun", row.problem().get());
            return object;
        }
        object.put("way", row.journey().hops().stream().map(JsonReport::hop).toList());
        object.put("cpuCopies", number(row.journey().cpuCopies()));
        object.put("dmaCopies", number(row.journey().dmaCopies()));
        object.put("route", row.route());
        object.put("verified", row.isVerified());
        object.put("systemCalls", number(row.systemCalls()));
        object.put("receiversSystemCalls", number(row.receiversSystemCalls()));
        object.put("kernelCrossings", number(row.crossings()));
        object.put("contextSwitches", number(row.contextSwitches()));
        object.put("pageFaults", number(row.faults()));
        object.put("majorPageFaults", number(row.majorFaults()));
        object.put("cpuMillisPerGib", row.cpuMillisPerGib());
        object.put("receiversCpuMillisPerGib", row.receiversCpuMillisPerGib().orElse(null));
        object.put("wallMillisPerGib", row.wallMillisPerGib());
        object.put("cpuNanosOfRounds", row.all(run -> run.sender().cpuNanos()));
        object.put("wallNanosOfRounds", row.all(Run::wallNanos));
        object.put("peakBytes", number(row.peakBytes()));
        object.put("cachedBytesBefore", number(row.cachedBefore()));
        object.put("cachedBytesAfter", number(row.cachedAfter()));
        return object;
    }

    private static Map<String, Object> hop(Hop hop) {
        return Map.of("by", name(hop.kind()), "to", hop.place(), "why", hop.why());
    }

    private static Long number(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private static Integer number(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }
}
