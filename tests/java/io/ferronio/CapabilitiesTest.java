package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Capabilities} where all is well. Where it is not: the tests of NativeLibrary and of JdkAccess. */
class CapabilitiesTest {

    @Test
    void theLibraryIsThere() {
        assertTrue(Capabilities.isAvailable(), () -> Capabilities.unavailabilityCause().toString());
        assertTrue(Capabilities.unavailabilityCause().isEmpty());
    }

    @Test
    void everythingIsListedInOrder() {
        assertEquals(List.of("native library", "sendfile64", "copy_file_range", "sealed memfd", "MADV_POPULATE_READ",
                "cachestat", "file to socket", "file to pipe", "file to file", "file to another channel", "file from file",
                "file from socket", "file from pipe", "file from another channel", "file copies",
                "virtual threads park", "guard", "mapped buffers", "unmap of the JDK's buffers", "mapped regions",
                "page cache", "file leases", "drop-in"),
                Capabilities.all().stream().map(Capability::name).toList());
        assertEquals(Capabilities.all().toString(), Capabilities.all().toString());
        assertThrows(UnsupportedOperationException.class, () -> Capabilities.all().clear());
    }

    @Test
    void everythingWorksThatTheJdkAndTheKernelAllow() {
        for (Capability capability : Capabilities.all()) {
            boolean expected = switch (capability.name()) {
                case "virtual threads park" -> Runtime.version().feature() >= 21;
                // Linux 5.14 and 6.5; they have substitutes.
                case "MADV_POPULATE_READ", "cachestat" -> capability.isAvailable();
                default -> true;
            };
            assertEquals(expected, capability.isAvailable(), capability::toString);
            assertFalse(capability.reason().isBlank());
            assertFalse(capability.reason().endsWith("."), capability::toString);
            assertEquals(capability.name() + ": " + (expected ? "yes (" : "no (") + capability.reason() + ")",
                    capability.toString());
        }
    }
}
