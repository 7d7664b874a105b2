package io.ferronio.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out, after dlopen(3) has refused a library, why it did, in words that say what to do. */
final class SharedLibrary {

    private static final int ELF_MAGIC = 0x7f454c46;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int MACHINE_X86_64 = 62;
    private static final int MACHINE_AARCH64 = 183;
    private static final int SEGMENT_LOAD = 1;
    private static final int SEGMENT_DYNAMIC = 2;
    private static final long DYNAMIC_NEEDED = 1;
    private static final long DYNAMIC_STRINGS = 5;

    private SharedLibrary() {
    }

    /** One sentence for the user. */
    static String whyNotLoadable(Path file, String origin, String said) {
        String what = "cannot load " + file + " (" + origin + "): ";
        String dlopen = " [" + said + "]";
        try {
            if (!Files.exists(file)) {
                return what + "there is no such file";
            }
            if (!Files.isRegularFile(file)) {
                return what + "it is not a file";
            }
            if (!Files.isReadable(file)) {
                return what + "no permission to read it";
            }
            String reason = whyNotLoadable(ByteBuffer.wrap(Files.readAllBytes(file)), runsOnMusl());
            if (reason != null) {
                return what + reason + dlopen;
            }
            Path folder = file.toRealPath().getParent();
            if (isMountedNoExec(folder)) {
                return what + "the file system of " + folder + " is mounted noexec, so nothing in it can be run; name a"
                        + " folder on another one with -Dio.ferronio.workdir, or the library itself with"
                        + " -Dio.ferronio.library" + dlopen;
            }
        } catch (IOException e) {
            return what + e + dlopen;
        }
        return what + said;
    }

    /** What in the file itself keeps it from this process: null if nothing does. */
    static String whyNotLoadable(ByteBuffer elf, boolean runsOnMusl) {
        elf.order(ByteOrder.BIG_ENDIAN);
        if (elf.limit() < 64 || elf.getInt(0) != ELF_MAGIC) {
            return "it is not a shared library (no ELF header)";
        }
        if (elf.get(4) != CLASS_64 || elf.get(5) != LITTLE_ENDIAN) {
            return "it is a library for a machine that is not 64-bit little-endian";
        }
        elf.order(ByteOrder.LITTLE_ENDIAN);
        int machine = Short.toUnsignedInt(elf.getShort(18));
        String arch = System.getProperty("os.arch", "?");
        if (machine != (arch.equals("aarch64") ? MACHINE_AARCH64 : MACHINE_X86_64)) {
            return "it is built for " + machineName(machine) + ", and this JVM runs on " + arch;
        }
        List<String> needed = neededLibraries(elf);
        boolean glibc = needed.contains("libc.so.6");
        boolean musl = !glibc && needed.stream().anyMatch(name -> name.equals("libc.so") || name.startsWith("libc.musl"));
        if (glibc && runsOnMusl) {
            return "it is built for glibc, and this JVM runs on musl; build it there (cargo build --release) and name it"
                    + " with -Dio.ferronio.library";
        }
        if (musl && !runsOnMusl) {
            return "it is built for musl, and this JVM runs on glibc; use the library inside ferronio.jar";
        }
        return null;
    }

    private static String machineName(int machine) {
        switch (machine) {
            case MACHINE_X86_64:
                return "x86-64";
            case MACHINE_AARCH64:
                return "AArch64";
            default:
                return "another machine (ELF machine " + machine + ")";
        }
    }

    /** The DT_NEEDED names; empty where the file's tables make no sense. */
    private static List<String> neededLibraries(ByteBuffer elf) {
        List<String> names = new ArrayList<>();
        try {
            long table = 0;
            List<Long> offsets = new ArrayList<>();
            int dynamic = segmentOffset(elf, SEGMENT_DYNAMIC, -1);
            for (int entry = dynamic; elf.getLong(entry) != 0; entry += 16) {
                long tag = elf.getLong(entry);
                if (tag == DYNAMIC_NEEDED) {
                    offsets.add(elf.getLong(entry + 8));
                } else if (tag == DYNAMIC_STRINGS) {
                    table = elf.getLong(entry + 8);
                }
            }
            int strings = segmentOffset(elf, SEGMENT_LOAD, table);
            for (long offset : offsets) {
                names.add(string(elf, Math.toIntExact(strings + offset)));
            }
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            return List.of();
        }
        return names;
    }

    /** Where in the file a segment begins; with an address, where in the file that address is. */
    private static int segmentOffset(ByteBuffer elf, int type, long address) {
        int headers = Math.toIntExact(elf.getLong(32));
        int size = Short.toUnsignedInt(elf.getShort(54));
        int number = Short.toUnsignedInt(elf.getShort(56));
        for (int header = headers; header < headers + number * size; header += size) {
            long offset = elf.getLong(header + 8);
            long start = elf.getLong(header + 16);
            long length = elf.getLong(header + 32);
            if (elf.getInt(header) == type && (address < 0 || address >= start && address < start + length)) {
                return Math.toIntExact(address < 0 ? offset : offset + address - start);
            }
        }
        throw new IndexOutOfBoundsException("no segment of type " + type);
    }

    private static String string(ByteBuffer elf, int start) {
        int end = start;
        while (elf.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - start];
        elf.get(start, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** Whether this JVM's C library is musl: its loader is then mapped into the process. */
    private static boolean runsOnMusl() throws IOException {
        return Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).contains("/ld-musl-");
    }

    /** Whether the file system that holds a folder is mounted noexec: proc(5), mountinfo. */
    private static boolean isMountedNoExec(Path folder) throws IOException {
        int longest = -1;
        boolean noExec = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split(" ");
            Path mount = Path.of(fields[4].replace("\\040", " "));
            // A later mount on the same folder hides the earlier one.
            if (folder.startsWith(mount) && mount.getNameCount() >= longest) {
                longest = mount.getNameCount();
                noExec = List.of(fields[5].split(",")).contains("noexec");
            }
        }
        return noExec;
    }
}
