package io.ferronio;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program: more mappings than the kernel allows a process (vm.max_map_count) are made and only dropped, in a heap so large
 * that nothing is collected by itself. First there is nothing else; then others' mappings take nearly all that is
 * allowed; and then so many are kept that the next one cannot be had. Exit status 1 if anything else goes wrong.
 */
final class MappingsAtTheLimit {

    private static final int SIZE = 4096;
    private static final int LEFT = 1000;

    private MappingsAtTheLimit() {
    }

    /** Not by {@code readString}: the kernel gives this number to the first read alone, and that one is of a single byte. */
    private static int limit() throws IOException {
        return Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).get(0));
    }

    private static void dropAsManyAsAllowed(ManyMappings.Life life, FileChannel file) throws IOException {
        long most = 0;
        int limit = limit();
        for (int i = 0; i < limit; i++) {
            life.live(file);
            most = Math.max(most, Counters.snapshot().mapped());
        }
        boolean gone = Eventually.afterCollection(() -> Counters.snapshot().mapped() + Counters.snapshot().retired() == 0);
        if (!gone || most < limit / 2 || most > limit - limit / 8) {
            throw new AssertionError(most + " mappings of " + limit + " at a time");
        }
    }

    /** Arguments: how a mapping is dropped. */
    public static void main(String[] args) throws IOException {
        ManyMappings.Life life = ManyMappings.Life.valueOf(args[0]);
        List<MappedByteBuffer> used = new ArrayList<>();
        List<MappedByteBuffer> kept = new ArrayList<>();
        try (FileChannel file = FileChannel.open(TestFiles.newFile(3 * SIZE))) {
            // Whatever is called later is loaded now: at the limit HotSpot has no memory to load a class.
            life.live(file);
            BufferCleaner.invoke(file.map(MapMode.READ_ONLY, 0, SIZE));
            Mappings.unmap(Mappings.map(file, MapMode.READ_ONLY, 0, SIZE));
            dropAsManyAsAllowed(life, file);
            for (int i = limit() - LEFT - Memory.ranges().size(); i > 0; i--) {
                used.add(file.map(MapMode.READ_ONLY, 0, SIZE));
            }
            for (int i = 0; i < 5 * LEFT; i++) {
                life.live(file);
            }
            IOException failure = null;
            while (failure == null) {
                try {
                    kept.add(Mappings.map(file, MapMode.READ_ONLY, 0, SIZE));
                } catch (IOException e) {
                    failure = e;
                }
            }
            // Here the JVM cannot even end without ending in a crash, so first of all there is room again.
            for (int i = 0; i < LEFT; i++) {
                BufferCleaner.invoke(used.get(i));
            }
            if (!(failure.getCause() instanceof OutOfMemoryError) || kept.size() < LEFT / 2) {
                throw new AssertionError(kept.size() + " mappings", failure);
            }
            for (MappedByteBuffer buffer : kept) {
                Mappings.unmap(buffer);
            }
            life.live(file);
        }
        System.out.println("beside " + used.size() + " mappings there was room for " + kept.size());
    }
}
