package io.ferronio.internal;

import io.ferronio.Counters;
import io.ferronio.Mappings;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.IsolatedCopy;
import io.ferronio.testing.Memory;
import io.ferronio.testing.Probe;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A program: FerroNIO in several class loaders of one process. All copies work, beside each other and one
 * after the other, and each guards its own mappings; a copy whose class loader is garbage goes away.
 */
final class SeveralCopies {

    private static MappedByteBuffer buffer;

    private SeveralCopies() {
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Arguments: a file. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        try (IsolatedCopy first = new IsolatedCopy(); IsolatedCopy second = new IsolatedCopy()) {
            for (IsolatedCopy copy : new IsolatedCopy[] {first, second}) {
                Map<?, ?> report = (Map<?, ?>) copy.call(Probe.class, "report", file);
                check("SENDFILE".equals(report.get("socket")) && "works".equals(report.get("unmap"))
                        && "works".equals(report.get("unmap of the JDK's")) && "works".equals(report.get("region")),
                        report.toString());
            }
            useInTurn(first, second, file);
        }
        for (int i = 0; i < 2; i++) {
            WeakReference<ClassLoader> loader = useAndDrop(file);
            check(Eventually.afterCollection(() -> loader.get() == null), "the class loader is not collected");
        }
        // Handlers for SIGBUS of copies that are gone are still in the chain.
        check("works".equals(Probe.report(file).get("unmap")), "the copy that is left works");
    }

    /** Each answers for faults in its own mappings, whichever of the two handlers the kernel calls. */
    private static void useInTurn(IsolatedCopy first, IsolatedCopy second, Path file) throws Exception {
        first.call(SeveralCopies.class, "map", file);
        second.call(SeveralCopies.class, "map", file);
        first.call(SeveralCopies.class, "unmapAndRead", 3);
        second.call(SeveralCopies.class, "readMapped", file);
        second.call(SeveralCopies.class, "unmapAndRead", 3);
        first.call(SeveralCopies.class, "unmapAndRead", 4);
        check(Memory.rangesOf(file).isEmpty(), "the file is still mapped");
    }

    /** In a method of its own: nothing may be left of the copy on main's stack. */
    private static WeakReference<ClassLoader> useAndDrop(Path file) throws Exception {
        try (IsolatedCopy copy = new IsolatedCopy()) {
            copy.call(Probe.class, "report", file);
            copy.call(SeveralCopies.class, "map", file);
            copy.call(SeveralCopies.class, "unmapAndRead", 1);
            copy.call(SeveralCopies.class, "collect", 0L);
            return new WeakReference<>(copy.loader());
        }
    }

    // ---- called in the copies

    static void map(Path file) throws Exception {
        try (FileChannel channel = FileChannel.open(file)) {
            buffer = Mappings.map(channel, MapMode.READ_ONLY, 0, Files.size(file));
        }
    }

    static void readMapped(Path file) throws Exception {
        check(buffer.equals(ByteBuffer.wrap(Files.readAllBytes(file))), "the mapping shows other bytes");
    }

    /** The read is in a thread of its own: its error may come any time later in the thread that has read. */
    static void unmapAndRead(int page) throws Exception {
        Mappings.unmap(buffer);
        byte[] seen = {1};
        Thread reader = new Thread(() -> seen[0] = buffer.get(page * 4096));
        reader.setUncaughtExceptionHandler((thread, e) -> seen[0] = e instanceof InternalError ? 0 : seen[0]);
        reader.start();
        reader.join();
        check(seen[0] == 0, "a stale buffer shows " + seen[0]);
    }

    /** Forgets the buffer and waits until its addresses are given back. */
    static void collect(long retired) {
        buffer = null;
        check(Eventually.afterCollection(() -> Counters.snapshot().retired() == retired), "retired ranges stay");
    }
}
