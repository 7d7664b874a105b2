package io.ferronio.cli.explain;

import io.ferronio.internal.NetworkDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has to be said beside the tables: what is known of the devices, and where the figures have their limits. */
final class Notes {

    private Notes() {
    }

    /** One sentence or two each. */
    static List<String> of(Explanation explanation) {
        List<String> notes = new ArrayList<>();
        notes.add("Measured in " + explanation.rounds() + " rounds, by turns; figures are medians. Before them there is one run"
                + " each to verify the bytes, and one to count system calls. In the measured rounds the receiver only reads."
                + " A copy to a file is not synced: the kernel writes it to the disk later.");
        explanation.notCounted().ifPresent(why -> notes.add("No system calls and crossings: " + why + "."));
        if (explanation.destinations().contains(Destination.SOCKET)) {
            notes.add("The connection's device, " + of(explanation.device()) + " What is queued on loopback is not copied on"
                    + " its way: the receiver reads it from where the sender has put it, or from the page cache itself.");
            for (NetworkDevice device : explanation.otherDevices()) {
                notes.add("A connection over " + of(device));
            }
        }
        if (explanation.destinations().contains(Destination.FILE)) {
            notes.add(explanation.sharesBlocks()
                    ? "File and copy are on a file system where files share blocks: copy_file_range moves nothing."
                    : "File and copy are not on a file system where files share blocks (XFS and Btrfs can): every method"
                            + " copies at least once from one part of the page cache to another.");
        }
        residency(explanation).ifPresent(notes::add);
        return notes;
    }

    private static String of(NetworkDevice device) {
        return device.name() + ": scatter-gather " + known(device.scatterGather()) + ", checksum offload "
                + known(device.checksum()) + ", segmentation offload " + known(device.segmentation()) + "; "
                + device.scatterGather().map(can -> can ? "sendfile copies 0 times by the processor."
                        : "sendfile copies once by the processor, as the packets must be in one piece.")
                        .orElse("whether sendfile copies is not known.");
    }

    private static String known(Optional<Boolean> answer) {
        return answer.map(yes -> yes ? "on" : "off").orElse("unknown");
    }

    private static Optional<String> residency(Explanation explanation) {
        long size = explanation.file().size();
        List<Row> rows = explanation.destinations().stream().flatMap(to -> explanation.rows(to).stream())
                .filter(row -> row.problem().isEmpty()).toList();
        if (rows.stream().anyMatch(row -> row.cachedBefore().isEmpty())) {
            return Optional.of("Whether the file was in memory is not known: the kernel does not tell this user, or there is"
                    + " no native library to ask it.");
        }
        List<String> cold = rows.stream().filter(row -> row.cachedBefore().getAsLong() < size)
                .map(row -> row.method().title() + " " + row.destination().title()).toList();
        return Optional.of(cold.isEmpty() ? "The whole file was in memory before each run."
                : "Not the whole file was in memory before each run of: " + String.join(", ", cold)
                        + ". A device was part of their wall time; take a file that fits into memory.");
    }
}
