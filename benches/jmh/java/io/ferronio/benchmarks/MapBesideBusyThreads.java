package io.ferronio.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * {@link MapReadUnmap} beside fifty threads that read another mapped file without a pause. Before a shared arena is closed, the
 * JVM stops to see that none of them is just reading it.
 */
public class MapBesideBusyThreads extends MapReadUnmap {

    private static final int THREADS = 50;
    private static final int BYTES = 1 << 20;

    private final List<Thread> threads = new ArrayList<>();
    private FileChannel read;
    private volatile boolean done;
    /** Kept, so that no compiler leaves the reading out. */
    private volatile long sum;

    /** Starts the threads. */
    @Setup
    public void startThreads() throws IOException {
        read = MemoryFile.create(BYTES);
        ByteBuffer buffer = read.map(MapMode.READ_ONLY, 0, BYTES);
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> readUntilDone(buffer));
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void readUntilDone(ByteBuffer buffer) {
        while (!done) {
            long own = 0;
            for (int i = 0; i < BYTES; i += Long.BYTES) {
                own += buffer.getLong(i);
            }
            sum = own;
        }
    }

    /** Ends the threads. */
    @TearDown
    public void endThreads() throws InterruptedException, IOException {
        done = true;
        for (Thread thread : threads) {
            thread.join();
        }
        read.close();
    }
}
