package io.ferronio.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That the tests' own native code does what the other tests think it does. */
class TestNativesTest {

    @Test
    void readsAndWritesMemory() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
        long address = TestNatives.address(buffer);
        TestNatives.fill(address + 10, 100, 0x1fe);
        assertEquals((byte) 0xfe, buffer.get(10));
        assertEquals(100 * 0xfe, TestNatives.sum(address, 1000));
        assertEquals(0, TestNatives.address(ByteBuffer.allocate(1)));
    }

    @Test
    void itsHandlerCuresItsOwnFaults() {
        ChildJvm.run(OwnFaults.class, List.of()).succeeded();
    }

    /** A fault that no handler knows ends the process: here the JVM's handler is not asked. */
    @Test
    void withoutChainingItEndsTheProcessForOthersFaults() {
        ChildJvm.Result result = ChildJvm.run(OthersFault.class, List.of());
        assertEquals(128 + 7, result.exitStatus(), result::output);
        assertTrue(result.output().startsWith("about to fault\n"), result::output);
    }

    /** A program: lets the handler cure its own page, twice. */
    static final class OwnFaults {
        private OwnFaults() {
        }

        public static void main(String[] args) {
            assertEquals(0, TestNatives.installHandler(true));
            for (int i = 1; i <= 2; i++) {
                long page = TestNatives.faultingPage();
                assertTrue(page > 0, () -> "errno " + -page);
                assertEquals(0, TestNatives.sum(page, 4096));
                assertEquals(i, TestNatives.cured());
                assertEquals(i, TestNatives.handled());
            }
        }
    }

    /** A program: faults on a page that was mapped before, and is nobody's any more. */
    static final class OthersFault {
        private OthersFault() {
        }

        public static void main(String[] args) throws Exception {
            assertEquals(0, TestNatives.installHandler(false));
            Path file = TestFiles.newFile(4096);
            try (FileChannel channel = FileChannel.open(file)) {
                ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, 0, 4096);
                TestFiles.setSize(file, 0);
                System.out.println("about to fault");
                TestNatives.sum(TestNatives.address(buffer), 4096);
            }
        }
    }
}
