package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;

/** Loops that C2 makes vector instructions of: one load for many values. */
final class LoopWays {

    private LoopWays() {
    }

    private static IntBuffer ints(ByteBuffer buffer) {
        return buffer.duplicate().order(ByteOrder.nativeOrder()).asIntBuffer();
    }

    private static LongBuffer longs(ByteBuffer buffer) {
        return buffer.duplicate().order(ByteOrder.nativeOrder()).asLongBuffer();
    }

    static List<Way> all() {
        return List.of(
                Way.function("loop: sum of bytes", buffer -> {
                    int sum = 0;
                    for (int i = 0; i < buffer.capacity(); i++) {
                        sum += buffer.get(i);
                    }
                    return sum;
                }),
                Way.function("loop: sum of ints", buffer -> {
                    IntBuffer ints = ints(buffer);
                    int sum = 0;
                    for (int i = 0; i < ints.capacity(); i++) {
                        sum += ints.get(i);
                    }
                    return sum;
                }),
                Way.function("loop: xor of longs", buffer -> {
                    LongBuffer longs = longs(buffer);
                    long all = 0;
                    for (int i = 0; i < longs.capacity(); i++) {
                        all ^= longs.get(i);
                    }
                    return all;
                }),
                Way.reader("loop: copy to an int[]", (subject, seen) -> {
                    IntBuffer ints = ints(subject.buffer());
                    int[] values = new int[subject.size() / 4];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = ints.get(i);
                    }
                    ints(seen.out).put(values);
                }),
                Way.reader("loop: copy to a byte[]", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer();
                    byte[] bytes = seen.bytes;
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = buffer.get(i);
                    }
                }),
                Way.writer("loop: copy from an int[]", (subject, seen) -> {
                    int[] values = new int[subject.size() / 4];
                    ints(ByteBuffer.wrap(Content.written(subject.size()))).get(values);
                    IntBuffer ints = ints(subject.buffer());
                    for (int i = 0; i < values.length; i++) {
                        ints.put(i, values[i]);
                    }
                }));
    }
}
