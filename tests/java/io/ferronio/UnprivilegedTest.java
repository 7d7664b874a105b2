package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Probe;
import io.ferronio.testing.TestFiles;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A user without privileges gets all that root gets. */
class UnprivilegedTest {

    @Test
    void everythingWorksForAnyUser() {
        String file = TestFiles.newFile(20_000).toString();
        Map<String, String> asRoot = Probe.parse(ChildJvm.run(Probe.class, List.of(), file).succeeded());
        Map<String, String> asNobody = Probe.parse(ChildJvm.runUnprivileged(Probe.class, List.of(), file).succeeded());
        assertEquals("true", asNobody.get("available"));
        for (String place : List.of("library", "loaded from")) {
            asRoot.remove(place);
            asNobody.remove(place);
        }
        assertEquals(asRoot, asNobody);
    }
}
