package io.ferronio.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the check which runs around every test sees what it is there for. */
class LeakCheckTest {

    private final Path file = TestFiles.newFile(10_000);

    @Test
    void seesDescriptors() throws Exception {
        Map<String, Long> before = LeakCheck.held();
        List<FileChannel> channels = List.of(FileChannel.open(file), FileChannel.open(file));
        assertEquals(List.of("descriptors of " + file + ": 2"), LeakCheck.excess(before));
        for (FileChannel channel : channels) {
            channel.close();
        }
        assertEquals(List.of(), LeakCheck.excess(before));
    }

    @Test
    void seesMappings() throws Exception {
        Map<String, Long> before = LeakCheck.held();
        try (FileChannel channel = FileChannel.open(file)) {
            channel.map(FileChannel.MapMode.READ_ONLY, 0, 10_000).load();
        }
        // The buffer is garbage: the check after this test collects it.
        assertEquals(List.of("bytes mapped of " + file + ": 12288"), LeakCheck.excess(before));
    }
}
