package io.ferronio.torture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Views by VarHandle, in each access mode's kind: plain, ordered, volatile, atomic. */
final class VarHandleWays {

    private static final VarHandle INT =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle SWAPPED_LONG = MethodHandles.byteBufferViewVarHandle(long[].class,
            ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);

    private VarHandleWays() {
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer written(Subject subject) {
        return wrap(Content.written(subject.size()));
    }

    private static ByteBuffer own(Subject subject) {
        return wrap(Content.own(subject.size()));
    }

    private static ByteBuffer out(Seen seen) {
        return seen.out.order(ByteOrder.nativeOrder());
    }

    static List<Way> all() {
        return List.of(
                Way.reader("VarHandle.get", (subject, seen) -> {
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, (long) LONG.get((ByteBuffer) subject.buffer(), i));
                    }
                }),
                Way.reader("VarHandle.get, swapped", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 8) {
                        SWAPPED_LONG.set(seen.out, i, (long) SWAPPED_LONG.get((ByteBuffer) subject.buffer(), i));
                    }
                }),
                Way.reader("VarHandle.getAcquire", (subject, seen) -> {
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 4) {
                        out.putInt(i, (int) INT.getAcquire((ByteBuffer) subject.buffer(), i));
                    }
                }),
                Way.reader("VarHandle.getVolatile", (subject, seen) -> {
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, (long) LONG.getVolatile((ByteBuffer) subject.buffer(), i));
                    }
                }),
                Way.writer("VarHandle.set", (subject, seen) -> {
                    ByteBuffer written = written(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        LONG.set((ByteBuffer) subject.buffer(), i, written.getLong(i));
                    }
                }),
                Way.writer("VarHandle.setRelease", (subject, seen) -> {
                    ByteBuffer written = written(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        LONG.setRelease((ByteBuffer) subject.buffer(), i, written.getLong(i));
                    }
                }),
                Way.writer("VarHandle.setVolatile", (subject, seen) -> {
                    ByteBuffer written = written(subject);
                    for (int i = 0; i < subject.size(); i += 4) {
                        INT.setVolatile((ByteBuffer) subject.buffer(), i, written.getInt(i));
                    }
                }),
                Way.writer("VarHandle.compareAndSet", (subject, seen) -> {
                    ByteBuffer own = own(subject);
                    ByteBuffer written = written(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        boolean done = LONG.compareAndSet((ByteBuffer) subject.buffer(), i, own.getLong(i),
                                written.getLong(i));
                    }
                }),
                Way.writer("VarHandle.compareAndExchange", (subject, seen) -> {
                    ByteBuffer own = own(subject);
                    ByteBuffer written = written(subject);
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 4) {
                        out.putInt(i, (int) INT.compareAndExchange((ByteBuffer) subject.buffer(), i, own.getInt(i),
                                written.getInt(i)));
                    }
                }).showsBytes(),
                Way.writer("VarHandle.getAndAdd", (subject, seen) -> {
                    ByteBuffer own = own(subject);
                    ByteBuffer written = written(subject);
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, (long) LONG.getAndAdd((ByteBuffer) subject.buffer(), i,
                                written.getLong(i) - own.getLong(i)));
                    }
                }).showsBytes(),
                Way.writer("VarHandle.getAndSet", (subject, seen) -> {
                    ByteBuffer written = written(subject);
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, (long) LONG.getAndSet((ByteBuffer) subject.buffer(), i, written.getLong(i)));
                    }
                }).showsBytes(),
                Way.writer("VarHandle.getAndBitwiseXor", (subject, seen) -> {
                    ByteBuffer own = own(subject);
                    ByteBuffer written = written(subject);
                    ByteBuffer out = out(seen);
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, (long) LONG.getAndBitwiseXor((ByteBuffer) subject.buffer(), i,
                                own.getLong(i) ^ written.getLong(i)));
                    }
                }).showsBytes());
    }
}
