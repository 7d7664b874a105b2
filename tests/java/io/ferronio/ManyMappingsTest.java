package io.ferronio;

import io.ferronio.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A hundred thousand mappings, unmapped or only dropped, leave nothing behind, and where the kernel has no more of them,
 * those that were dropped make room: each time in a JVM of its own.
 */
class ManyMappingsTest {

    /**
     * So that the JVM's own memory hardly grows meanwhile: the heap is touched from the start, the young generation is
     * collected every few thousand mappings, and the compiler and the collector are the ones that need least.
     */
    private static final List<String> SMALL = List.of("-Xms64m", "-Xmx64m", "-Xmn4m", "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftBehind(ManyMappings.Life life) {
        ChildJvm.run(ManyMappings.class, SMALL, life.name(), "100000").succeeded();
    }

    @ParameterizedTest
    @EnumSource(names = {"BUFFER_UNMAPPED", "REGION_DROPPED"})
    void nothingIsLeftBehindByAUserWithoutPrivileges(ManyMappings.Life life) {
        ChildJvm.runUnprivileged(ManyMappings.class, SMALL, life.name(), "100000").succeeded();
    }

    /** Interpreted, and with the simplest collector: HotSpot's compilers and other collectors may want memory at the limit. */
    @ParameterizedTest
    @EnumSource(names = {"BUFFER_DROPPED", "REGION_DROPPED"})
    void atTheLimitOfMappingsGarbageIsCollected(ManyMappings.Life life) {
        ChildJvm.run(MappingsAtTheLimit.class, List.of("-Xint", "-XX:+UseSerialGC", "-Xms512m", "-Xmx512m", "-Xmn400m"),
                life.name()).succeeded();
    }
}
