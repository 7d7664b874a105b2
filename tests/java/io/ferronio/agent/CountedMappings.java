package io.ferronio.agent;

import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A program that knows nothing of FerroNIO: what the JDK's buffer pool "mapped" counts while it maps and unmaps. */
final class CountedMappings {

    private static final BufferPoolMXBean POOL = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("mapped")).findFirst().orElseThrow();

    private CountedMappings() {
    }

    public static void main(String[] args) throws IOException {
        long before = POOL.getCount();
        List<MappedByteBuffer> buffers = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(TestFiles.newFile(100_000), StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
                for (long position : new long[] {0, 1, 4096, 70_001}) {
                    buffers.add(channel.map(mode, position, 20_000));
                    print("mapped");
                }
            }
            channel.map(MapMode.READ_WRITE, 0, 0);
            print("mapped nothing");
        }
        for (int i = 0; i < 5; i++) {
            MappedByteBuffer buffer = buffers.remove(0);
            BufferCleaner.invoke(buffer);
            print("cleaned");
            BufferCleaner.invoke(buffer);
        }
        print("cleaned again");
        buffers.subList(0, 3).clear();
        System.out.println("collected: " + Eventually.afterCollection(() -> POOL.getCount() == before + buffers.size()));
        print("collected");
        buffers.clear();
        System.out.println("collected: " + Eventually.afterCollection(() -> POOL.getCount() == before));
        print("all");
    }

    private static void print(String what) {
        System.out.println(what + ": " + POOL.getCount() + " buffers, capacity " + POOL.getTotalCapacity() + ", memory "
                + POOL.getMemoryUsed());
    }
}
