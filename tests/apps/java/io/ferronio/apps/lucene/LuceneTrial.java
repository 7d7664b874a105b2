package io.ferronio.apps.lucene;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Comparison;
import io.ferronio.apps.Trial;
import java.nio.file.Path;
import java.util.List;

/**
 * Lucene: an index by {@code MMapDirectory}, which maps buffers and unmaps them by {@code Unsafe.invokeCleaner}. From JDK
 * 21 on it maps memory segments of an arena, which are the JDK's: there it runs in both ways.
 */
final class LuceneTrial {

    private static final int FIRST_WITH_SEGMENTS = 21;

    private LuceneTrial() {
    }

    /** As {@link Comparison}. */
    public static void main(String[] arguments) {
        Comparison.main(LuceneTrial::run, arguments);
    }

    private static void run(Trial trial) throws Exception {
        run(trial, false);
        if (trial.jdk() >= FIRST_WITH_SEGMENTS) {
            run(trial, true);
        }
    }

    private static void run(Trial trial, boolean segments) throws Exception {
        String name = segments ? "segments" : "buffers";
        Path index = trial.folder().resolve(name);
        ApplicationJvm jvm = trial.start(name,
                List.of("-Dorg.apache.lucene.store.MMapDirectory.enableMemorySegments=" + segments),
                LuceneWorkload.class.getName(), index.toString());
        jvm.await("checked");
        trial.figure(name + ", s", jvm.age());
        trial.figure(name + ", processor, s", jvm.processorTime());
        if (!segments) {
            trial.mapped(jvm, index + "/");
        }
        jvm.say("go on");
        Trial.require(jvm.end().faults() == 0, "There were faults in mappings");
        jvm.await("checked again");
    }
}
