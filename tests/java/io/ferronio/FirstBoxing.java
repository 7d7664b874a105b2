package io.ferronio;

import io.ferronio.testing.FaultingThread;
import io.ferronio.testing.TestFiles;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A program: the first values that it ever boxes come from pages that cannot be had, whose error must not strike the
 * initialisers of the boxes' caches. It ends by an exception if one of them cannot be used afterwards.
 */
final class FirstBoxing {

    private static final int SIZE = 4 * 4096;

    private FirstBoxing() {
    }

    public static void main(String[] args) throws Exception {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedRegion buffer = MappedRegion.map(channel, MapMode.READ_WRITE, 0, SIZE);
            double sum = 0;
            for (int i = 0; i < 20_000; i++) { // So that the accesses are compiled.
                sum += buffer.get(i % 4096) + buffer.getShort(0) + buffer.getChar(0) + buffer.getInt(0)
                        + buffer.getLong(0) + buffer.getFloat(0) + buffer.getDouble(0);
            }
            System.out.println(sum);
            channel.truncate(4096);
            List<Callable<?>> boxings = List.of(() -> buffer.get(5000), () -> buffer.getShort(6000),
                    () -> buffer.getChar(7000), () -> buffer.getInt(8000), () -> buffer.getLong(9000),
                    () -> buffer.getFloat(10_000), () -> buffer.getDouble(11_000));
            // The error first comes when the call of the box's method is linked, then in the method.
            boxings.forEach(FaultingThread::run);
            boxings.forEach(FaultingThread::run);
            channel.truncate(0);
            MappedByteBuffer whole = Mappings.map(channel, MapMode.READ_WRITE, 0, SIZE); // It extends the file.
            Object[] boxes = {whole.get(0), whole.getShort(0), whole.getChar(0), whole.getInt(0), whole.getLong(0),
                whole.getFloat(0), whole.getDouble(0)};
            System.out.println(boxes.length + " boxes");
        }
    }
}
