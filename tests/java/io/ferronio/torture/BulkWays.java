package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Many values at a time: the JVM's own copying code. */
final class BulkWays {

    private BulkWays() {
    }

    static List<Way> all() {
        return List.of(
                Way.reader("get into an array", (subject, seen) -> subject.buffer().get(0, seen.bytes)),
                Way.reader("get into an array, relative", (subject, seen) ->
                        subject.buffer().duplicate().get(seen.bytes)),
                Way.reader("get into small arrays", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 16) {
                        subject.buffer().get(i, seen.bytes, i, 16);
                    }
                }),
                Way.reader("put into a heap buffer", (subject, seen) -> seen.out.put(subject.buffer().duplicate())),
                Way.reader("put into a direct buffer", (subject, seen) -> {
                    ByteBuffer direct = ByteBuffer.allocateDirect(subject.size());
                    direct.put(subject.buffer().duplicate()).flip().get(seen.bytes);
                }).warmUp(500),
                // Big-endian values are swapped while they are copied.
                Way.reader("LongBuffer.get into an array, swapped", (subject, seen) -> {
                    long[] values = new long[subject.size() / 8];
                    subject.buffer().duplicate().order(ByteOrder.BIG_ENDIAN).asLongBuffer().get(values);
                    seen.out.asLongBuffer().put(values);
                }),
                Way.reader("CharBuffer.get into an array", (subject, seen) -> {
                    char[] values = new char[subject.size() / 2];
                    subject.buffer().duplicate().order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().get(values);
                    seen.out.order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().put(values);
                }),
                Way.reader("slices", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 64) {
                        subject.buffer().slice(i, 64).get(seen.bytes, i, 64);
                    }
                }),
                Way.plain("load", (subject, seen) -> subject.buffer().load()).warmUp(100),
                Way.plain("isLoaded", (subject, seen) -> subject.buffer().isLoaded()).byKernel(100),
                Way.plain("force", (subject, seen) -> subject.buffer().force()).byKernel(10),
                Way.writer("put from an array", (subject, seen) ->
                        subject.buffer().put(0, Content.written(subject.size()))),
                Way.writer("put from an array, relative", (subject, seen) ->
                        subject.buffer().duplicate().put(Content.written(subject.size()))),
                Way.writer("put from small arrays", (subject, seen) -> {
                    byte[] written = Content.written(subject.size());
                    for (int i = 0; i < subject.size(); i += 16) {
                        subject.buffer().put(i, written, i, 16);
                    }
                }),
                Way.writer("put from a heap buffer", (subject, seen) ->
                        subject.buffer().duplicate().put(ByteBuffer.wrap(Content.written(subject.size())))),
                Way.writer("put from a direct buffer", (subject, seen) -> {
                    ByteBuffer direct = ByteBuffer.allocateDirect(subject.size());
                    direct.put(Content.written(subject.size())).flip();
                    subject.buffer().duplicate().put(direct);
                }).warmUp(500),
                Way.writer("LongBuffer.put from an array, swapped", (subject, seen) -> {
                    long[] values = new long[subject.size() / 8];
                    ByteBuffer.wrap(Content.written(subject.size())).asLongBuffer().get(values);
                    subject.buffer().duplicate().order(ByteOrder.BIG_ENDIAN).asLongBuffer().put(values);
                }));
    }
}
