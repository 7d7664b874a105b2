package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChannelBytes;
import io.ferronio.testing.ChannelPair;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Strace;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferMethod;
import io.ferronio.testing.TransferTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One system call a transfer to a socket, and nowhere more than the JDK makes: strace(1) counts. */
class TransferSystemCallsTest {

    private static final int WARM_UP = 1000;
    private static final int TRANSFERS = 1000;
    private static final int COUNT = 4096;

    /**
     * All that a transfer might call, "?" for those that not every architecture has. Not read(2) and pread(2), by which
     * the JVM may load a class at any time; what is read that way must also be written.
     */
    private static final String TRACED = "trace=sendfile,copy_file_range,splice,fstat," + Strace.MARKER_CALLS
            + ",lseek,fcntl,?poll,ppoll,write,pwrite64,writev,sendto,sendmsg,?dup2,dup3,ioctl,getsockopt,setsockopt";

    @Test
    void oneSystemCallATransfer() throws Exception {
        Strace.assume();
        Path trace = TestFiles.newPath(".strace");
        List<String> strace = List.of("strace", "-f", "-qq", "-o", trace.toString(), "-e", TRACED);
        ChildJvm.runThrough(strace, Traced.class, List.of()).succeeded();
        Map<String, Map<String, Integer>> calls = Strace.callsBetweenMarkers(trace);

        for (String socket : List.of("TCP", "UNIX")) {
            assertEquals(Map.of("sendfile", TRANSFERS), calls.get("FERRONIO-" + socket), socket);
        }
        // The JDK makes more: so what is counted is what happens.
        assertTrue(sum(calls.get("JDK-TCP")) >= 2 * TRANSFERS, calls::toString);
        for (String other : List.of("PIPE", "FILE")) {
            assertTrue(sum(calls.get("FERRONIO-" + other)) <= sum(calls.get("JDK-" + other)), calls::toString);
        }
    }

    private static int sum(Map<String, Integer> calls) {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Runs under strace. */
    static final class Traced {
        private Traced() {
        }

        public static void main(String[] args) throws Exception {
            for (TransferMethod method : TransferMethod.values()) {
                toPair(method, ChannelPair.Kind.TCP);
                toPair(method, ChannelPair.Kind.UNIX);
                toPair(method, ChannelPair.Kind.PIPE);
                try (FileChannel source = FileChannel.open(TestFiles.newFile(COUNT));
                        FileChannel target = FileChannel.open(TestFiles.newFile(0), StandardOpenOption.WRITE)) {
                    transfer(method, source, "FILE", target);
                }
            }
        }

        private static void toPair(TransferMethod method, ChannelPair.Kind kind) throws Exception {
            try (FileChannel source = FileChannel.open(TestFiles.newFile(COUNT));
                    ChannelPair pair = ChannelPair.open(kind)) {
                TransferTask<Long> reader = TransferTask.start(() -> ChannelBytes.discard(pair.source()));
                transfer(method, source, kind.name(), pair.sink());
                pair.sink().close();
                assertEquals((long) (WARM_UP + TRANSFERS) * COUNT, reader.result());
            }
        }

        private static void transfer(TransferMethod method, FileChannel source, String name, WritableByteChannel target)
                throws IOException {
            // The first transfer looks at the size of the file; the first hundreds load classes for method handles.
            Strace.mark("WARM-UP");
            transfer(method, source, target, WARM_UP);
            Strace.mark(method + "-" + name);
            transfer(method, source, target, TRANSFERS);
            Strace.mark(Strace.END);
        }

        private static void transfer(TransferMethod method, FileChannel source, WritableByteChannel target, int times)
                throws IOException {
            for (int i = 0; i < times; i++) {
                if (method.transferTo(source, 0, COUNT, target) != COUNT) {
                    throw new AssertionError("only a part");
                }
            }
        }
    }
}
