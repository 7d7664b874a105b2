package io.ferronio;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.Memory;
import io.ferronio.testing.TestFiles;
import java.io.File;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * A program: maps a file, reads it and unmaps it again, or only drops it, so often that whatever one round
 * leaves behind would be seen. Exit status 1 if the process holds more after the last round than after the first fifth.
 */
final class ManyMappings {

    private static final int SIZE = 3 * 4096;
    /** What the JVM itself may take more: its threads, its compiler, the free lists of malloc. */
    private static final int AREAS = 50;
    private static final long BYTES = 20 << 20;
    /** And what it has open for a moment: a file of its control group, for example. */
    private static final int DESCRIPTORS = 5;

    /** What is done with a mapping. */
    enum Life {
        BUFFER_UNMAPPED {
            @Override
            byte live(FileChannel file) throws IOException {
                MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, SIZE);
                byte last = buffer.get(SIZE - 1);
                Mappings.unmap(buffer);
                return last;
            }
        },
        BUFFER_CLEANED {
            @Override
            byte live(FileChannel file) throws IOException {
                MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_ONLY, 0, SIZE);
                byte last = buffer.get(SIZE - 1);
                BufferCleaner.invoke(buffer);
                return last;
            }
        },
        BUFFER_DROPPED {
            @Override
            byte live(FileChannel file) throws IOException {
                return Mappings.map(file, MapMode.READ_ONLY, 0, SIZE).get(SIZE - 1);
            }
        },
        JDKS_BUFFER_UNMAPPED {
            @Override
            byte live(FileChannel file) throws IOException {
                MappedByteBuffer buffer = file.map(MapMode.READ_ONLY, 0, SIZE);
                byte last = buffer.get(SIZE - 1);
                Mappings.unmap(buffer);
                return last;
            }
        },
        REGION_CLOSED {
            @Override
            byte live(FileChannel file) throws IOException {
                try (MappedRegion region = MappedRegion.map(file, MapMode.READ_ONLY, 0, SIZE)) {
                    return region.get(SIZE - 1);
                }
            }
        },
        REGION_DROPPED {
            @Override
            byte live(FileChannel file) throws IOException {
                return MappedRegion.map(file, MapMode.READ_ONLY, 0, SIZE).get(SIZE - 1);
            }
        };

        abstract byte live(FileChannel file) throws IOException;
    }

    private ManyMappings() {
    }

    /** What the process holds, once no mapping is left that is only garbage. */
    private record Held(int areas, long bytes, int descriptors) {

        static Held now() {
            if (!Eventually.afterCollection(() -> Counters.snapshot().mapped() + Counters.snapshot().retired() == 0)) {
                throw new AssertionError(Counters.snapshot().mapped() + " mappings and " + Counters.snapshot().retired()
                        + " retired ones are left");
            }
            return new Held(Memory.ranges().size(), Memory.resident(), new File("/proc/self/fd").list().length);
        }
    }

    /** Arguments: the life; how many mappings. */
    public static void main(String[] args) throws IOException {
        Life life = Life.valueOf(args[0]);
        int mappings = Integer.parseInt(args[1]);
        Held early = null;
        try (FileChannel file = FileChannel.open(TestFiles.newFile(SIZE))) {
            byte expected = TestFiles.byteAt(SIZE - 1);
            for (int i = 1; i <= mappings; i++) {
                if (life.live(file) != expected) {
                    throw new AssertionError("mapping " + i + " shows other bytes");
                }
                if (i == mappings / 5) {
                    early = Held.now();
                }
            }
            Held late = Held.now();
            System.out.println(early + ", later " + late);
            if (late.areas - early.areas > AREAS || late.bytes - early.bytes > BYTES
                    || late.descriptors - early.descriptors > DESCRIPTORS) {
                System.exit(1);
            }
        }
    }
}
