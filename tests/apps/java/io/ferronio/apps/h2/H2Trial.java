package io.ferronio.apps.h2;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Comparison;
import io.ferronio.apps.Trial;
import java.nio.file.Path;
import java.util.List;

/**
 * H2 on its memory-mapped file system ({@code nioMapped:}), which maps a file anew whenever it grows. It waits for the
 * garbage collector to unmap, or, told to, uses {@code Unsafe.invokeCleaner}.
 */
final class H2Trial {

    private H2Trial() {
    }

    /** As {@link Comparison}. */
    public static void main(String[] arguments) {
        Comparison.main(H2Trial::run, arguments);
    }

    private static void run(Trial trial) throws Exception {
        run(trial, "collected", false);
        run(trial, "cleaned", true);
    }

    private static void run(Trial trial, String name, boolean cleaner) throws Exception {
        Path database = trial.folder().resolve(name);
        ApplicationJvm jvm = trial.start(name, List.of("-Dh2.nioCleanerHack=" + cleaner), H2Workload.class.getName(),
                database.toString());
        jvm.await("checked");
        trial.figure("unmapped when " + name + ", s", jvm.age());
        trial.figure("unmapped when " + name + ", processor, s", jvm.processorTime());
        trial.mapped(jvm, database.toString());
        jvm.say("go on");
        Trial.require(jvm.end().faults() == 0, "There were faults in mappings");
        jvm.await("checked again");
    }
}
