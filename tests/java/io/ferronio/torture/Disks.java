package io.ferronio.torture;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Disks that fail: mounted in a namespace of the program that uses them, and gone with it, however it ends. Needs
 * root.
 */
final class Disks {

    /** Bytes of the device, before it shrinks. */
    static final int DEVICE_SIZE = 64 * 4096;

    /** A loop device that is closed while somebody has it open goes away with the last one who has: file 9. */
    private static final String SCRIPT = """
            folder=%s
            mount -t tmpfs -o size=256k tmpfs "$folder/full"
            mount -t tmpfs -o size=64m tmpfs "$folder/images"
            images="$folder/images"
            truncate -s %d "$images/device"
            device=$(losetup --find --show "$images/device")
            exec 9<"$device"
            losetup --detach "$device"
            ln -s "$device" "$images/loop"
            truncate -s 2M "$images/small"
            mkfs.ext4 -q -F -m 0 -O ^has_journal "$images/small"
            mount -o loop,noatime "$images/small" "$folder/small"
            truncate -s 4M "$images/failing"
            mkfs.ext4 -q -F -O ^has_journal "$images/failing"
            mount -o loop,noatime "$images/failing" "$folder/failing"
            head -c %d /dev/zero | tr '\\0' A > "$folder/failing/data"
            umount "$folder/failing"
            mount -o loop,noatime "$images/failing" "$folder/failing"
            exec "$@"
            """;

    /** What to run a program by, so that it has them; nothing where that is not possible. */
    final List<String> launcher = new ArrayList<>();
    /** Where they are for that program; null if there are none. */
    final Path folder;

    Disks() throws IOException, InterruptedException {
        Path root = TestFiles.newFolder();
        List<String> command = List.of("unshare", "--mount", "sh", "-ec",
                SCRIPT.formatted(root, DEVICE_SIZE, DEVICE_SIZE), "sh");
        for (String name : List.of("full", "images", "small", "failing")) {
            Files.createDirectory(root.resolve(name));
        }
        if (works(command)) {
            launcher.addAll(command);
            folder = root;
        } else {
            folder = null;
        }
    }

    private static boolean works(List<String> command) throws InterruptedException {
        List<String> trial = new ArrayList<>(command);
        trial.add("true");
        try {
            return new ProcessBuilder(trial).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false; // There is no such program.
        }
    }
}
