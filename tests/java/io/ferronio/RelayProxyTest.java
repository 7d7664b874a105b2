package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Probe;
import io.ferronio.testing.ProxiedConnections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The example proxy with 200 connections at once. */
class RelayProxyTest {

    private static final String CONNECTIONS = "200";
    /** 64 KiB each: 64 MiB is what the kernel allows unless told otherwise. */
    private static final String MANY_PIPES = "1100";

    private static void assertSpliced(ChildJvm.Result result) {
        Map<String, String> bytes = Probe.parse(result.succeeded());
        assertTrue(Long.parseLong(bytes.get("spliced")) > 0);
        assertEquals("0", bytes.get("buffered"));
    }

    @Test
    void everyByteArrives() {
        assertSpliced(ChildJvm.run(ProxiedConnections.class, List.of(), CONNECTIONS, "0"));
    }

    /** A user without privileges who has all the pages in pipes that he may have: the others are small. */
    @Test
    void everyByteArrivesThroughSmallPipes() {
        assertSpliced(ChildJvm.runUnprivileged(ProxiedConnections.class, List.of(), CONNECTIONS, MANY_PIPES));
    }

    @Test
    void everyByteArrivesThroughBuffers() {
        Map<String, String> bytes = Probe.parse(ChildJvm.run(ProxiedConnections.class,
                List.of("-Dio.ferronio.disable=splice"), CONNECTIONS, "0").succeeded());
        assertEquals("0", bytes.get("spliced"));
    }
}
