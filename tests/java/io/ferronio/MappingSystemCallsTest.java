package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Strace;
import io.ferronio.testing.TestFiles;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the guard costs where nothing faults: no system call. And what mapping costs. strace(1) counts. */
class MappingSystemCallsTest {

    private static final int SIZE = 1 << 20;
    private static final int TIMES = 640;

    /** What mappings and signal handlers are made of; "?" for what not every architecture has. */
    private static final String TRACED = "trace=mmap,munmap,mremap,mprotect,madvise,msync,mincore,fstat,lseek,ftruncate,"
            + "rt_sigaction,rt_sigprocmask,rt_sigreturn,sigaltstack,tgkill,memfd_create," + Strace.MARKER_CALLS;

    @Test
    void readingTakesNoneAndMappingFew() throws Exception {
        Strace.assume();
        Path trace = TestFiles.newPath(".strace");
        List<String> strace = List.of("strace", "-f", "-qq", "-o", trace.toString(), "-e", TRACED);
        ChildJvm.runThrough(strace, Traced.class, List.of("-Xint")).succeeded();
        Map<String, Map<String, Integer>> calls = Strace.callsBetweenMarkers(trace);

        for (String way : List.of("JDK", "FERRONIO", "REGION")) {
            assertEquals(Map.of(), calls.get("READ-" + way), calls::toString);
        }
        Map<String, Integer> theirs = calls.get("MAP-JDK");
        Map<String, Integer> ours = calls.get("MAP-FERRONIO");
        // One to map and one to unmap, for both; we look at the file's size and kind as they do, and now and then at
        // the handler. What is garbage is unmapped by another thread, many at a time.
        assertEquals(TIMES, theirs.get("munmap"), calls::toString);
        assertEquals(2 * TIMES, ours.get("mmap"), calls::toString);
        assertTrue(sum(ours) <= sum(theirs) + TIMES / 10, calls::toString);
    }

    private static int sum(Map<String, Integer> calls) {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Runs under strace. */
    static final class Traced {
        private Traced() {
        }

        private static void read(String name, ByteBuffer buffer) {
            Strace.mark("READ-" + name);
            long sum = 0;
            for (int i = 0; i < SIZE; i += 64) {
                sum += buffer.get(i);
            }
            Strace.mark(Strace.END);
            System.out.println(name + " " + sum);
        }

        private static void mapByTheJdk(FileChannel file) throws Exception {
            for (int i = 0; i < TIMES; i++) {
                MappedByteBuffer buffer = file.map(MapMode.READ_ONLY, 0, SIZE);
                buffer.get(0);
                BufferCleaner.invoke(buffer);
            }
        }

        private static void mapByUs(FileChannel file) throws Exception {
            for (int i = 0; i < TIMES; i++) {
                MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, SIZE);
                buffer.get(0);
                Mappings.unmap(buffer);
            }
        }

        public static void main(String[] args) throws Exception {
            try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE));
                    MappedRegion region = MappedRegion.map(file, MapMode.READ_ONLY, 0, SIZE)) {
                MappedByteBuffer jdk = file.map(MapMode.READ_ONLY, 0, SIZE);
                MappedByteBuffer ferronio = Mappings.map(file, MapMode.READ_ONLY, 0, SIZE);
                for (int i = 0; i < 2; i++) { // The second time counts: what is needed once has been done then.
                    read(i == 0 ? "WARM-UP" : "JDK", jdk);
                    read(i == 0 ? "WARM-UP" : "FERRONIO", ferronio);
                    read(i == 0 ? "WARM-UP" : "REGION", region.asByteBuffer(0, SIZE));
                }
                Mappings.unmap(jdk);
                Mappings.unmap(ferronio);
                mapByTheJdk(file);
                mapByUs(file);
                Strace.mark("MAP-JDK");
                mapByTheJdk(file);
                Strace.mark("MAP-FERRONIO");
                mapByUs(file);
                Strace.mark(Strace.END);
            }
        }
    }
}
