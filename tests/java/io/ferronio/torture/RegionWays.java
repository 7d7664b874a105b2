package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The accessors of MappedRegion. */
final class RegionWays {

    private RegionWays() {
    }

    private static ByteBuffer writtenOf(Subject subject) {
        return ByteBuffer.wrap(Content.written(subject.size())).order(ByteOrder.nativeOrder());
    }

    static List<Way> all() {
        return List.of(
                Way.regionReader("get", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 1) {
                        out.put(i, subject.region().get(i));
                    }
                }),
                Way.regionWriter("put", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 1) {
                        subject.region().put(i, written.get(i));
                    }
                }),
                Way.regionReader("getShort", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 2) {
                        out.putShort(i, subject.region().getShort(i));
                    }
                }),
                Way.regionWriter("putShort", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 2) {
                        subject.region().putShort(i, written.getShort(i));
                    }
                }),
                Way.regionReader("getChar", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 2) {
                        out.putChar(i, subject.region().getChar(i));
                    }
                }),
                Way.regionWriter("putChar", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 2) {
                        subject.region().putChar(i, written.getChar(i));
                    }
                }),
                Way.regionReader("getInt", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 4) {
                        out.putInt(i, subject.region().getInt(i));
                    }
                }),
                Way.regionWriter("putInt", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 4) {
                        subject.region().putInt(i, written.getInt(i));
                    }
                }),
                Way.regionReader("getLong", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, subject.region().getLong(i));
                    }
                }),
                Way.regionWriter("putLong", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        subject.region().putLong(i, written.getLong(i));
                    }
                }),
                Way.regionReader("getFloat", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 4) {
                        out.putFloat(i, subject.region().getFloat(i));
                    }
                }),
                Way.regionWriter("putFloat", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 4) {
                        subject.region().putFloat(i, written.getFloat(i));
                    }
                }),
                Way.regionReader("getDouble", (subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putDouble(i, subject.region().getDouble(i));
                    }
                }),
                Way.regionWriter("putDouble", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        subject.region().putDouble(i, written.getDouble(i));
                    }
                }),
                Way.regionReader("get into an array", (subject, seen) ->
                        subject.region().get(0, seen.bytes, 0, subject.size())),
                Way.regionReader("get into a buffer", (subject, seen) -> subject.region().get(0, seen.out)),
                Way.regionReader("get into a direct buffer", (subject, seen) -> {
                    ByteBuffer direct = ByteBuffer.allocateDirect(subject.size());
                    subject.region().get(0, direct);
                    direct.flip().get(seen.bytes);
                }).warmUp(500),
                Way.regionWriter("put from an array", (subject, seen) ->
                        subject.region().put(0, Content.written(subject.size()), 0, subject.size())),
                Way.regionWriter("put from a buffer", (subject, seen) ->
                        subject.region().put(0, writtenOf(subject))),
                Way.regionReader("buffer", (subject, seen) -> subject.buffer().get(0, seen.bytes)));
    }
}
