package io.ferronio.torture;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Memory segments on the buffer. The API is final since 22, in preview on 21 ({@code --enable-preview}) and incubated
 * under other names on 17 ({@code --add-modules jdk.incubator.foreign}): so it is called by method handles.
 */
final class SegmentWays {

    /** Why there are none; null if there are. */
    private static final String MISSING;
    private static final MethodHandle OF_BUFFER;
    private static final MethodHandle OF_ARRAY;
    private static final MethodHandle GET_BYTE;
    private static final MethodHandle GET_LONG;
    private static final MethodHandle PUT_LONG;
    private static final MethodHandle FILL;
    private static final MethodHandle COPY_FROM;
    private static final MethodHandle MISMATCH;
    private static final MethodHandle SLICE;
    private static final MethodHandle TO_ARRAY;

    static {
        String missing = null;
        MethodHandle[] found = new MethodHandle[10];
        try {
            found = Runtime.version().feature() < 21 ? incubated() : standard();
        } catch (ReflectiveOperationException e) {
            missing = "no memory segments: " + e;
        }
        MISSING = missing;
        OF_BUFFER = found[0];
        OF_ARRAY = found[1];
        GET_BYTE = found[2];
        GET_LONG = found[3];
        PUT_LONG = found[4];
        FILL = found[5];
        COPY_FROM = found[6];
        MISMATCH = found[7];
        SLICE = found[8];
        TO_ARRAY = found[9];
    }

    private SegmentWays() {
    }

    /** The options with which a JVM of this version has them. */
    static List<String> jvmOptions(int version) {
        return version == 17 ? List.of("--add-modules", "jdk.incubator.foreign")
                : version == 21 ? List.of("--enable-preview") : List.of();
    }

    private static MethodHandle[] standard() throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        Class<?> layouts = Class.forName("java.lang.foreign.ValueLayout");
        Class<?> byteLayout = Class.forName("java.lang.foreign.ValueLayout$OfByte");
        Class<?> longLayout = Class.forName("java.lang.foreign.ValueLayout$OfLong");
        Object ofByte = layouts.getField("JAVA_BYTE").get(null);
        Object ofLong = layouts.getField("JAVA_LONG").get(null);
        MethodHandle getByte = lookup.findVirtual(segment, "get",
                MethodType.methodType(byte.class, byteLayout, long.class));
        MethodHandle getLong = lookup.findVirtual(segment, "get",
                MethodType.methodType(long.class, longLayout, long.class));
        MethodHandle putLong = lookup.findVirtual(segment, "set",
                MethodType.methodType(void.class, longLayout, long.class, long.class));
        MethodHandle toArray = lookup.findVirtual(segment, "toArray", MethodType.methodType(byte[].class, byteLayout));
        return typed(segment, "ofBuffer", Buffer.class, segment, MethodHandles.insertArguments(getByte, 1, ofByte),
                MethodHandles.insertArguments(getLong, 1, ofLong), MethodHandles.insertArguments(putLong, 1, ofLong),
                MethodHandles.insertArguments(toArray, 1, ofByte));
    }

    private static MethodHandle[] incubated() throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> segment = Class.forName("jdk.incubator.foreign.MemorySegment");
        Class<?> access = Class.forName("jdk.incubator.foreign.MemoryAccess");
        return typed(segment, "ofByteBuffer", ByteBuffer.class, void.class,
                lookup.findStatic(access, "getByteAtOffset",
                        MethodType.methodType(byte.class, segment, long.class)),
                lookup.findStatic(access, "getLongAtOffset",
                        MethodType.methodType(long.class, segment, long.class)),
                lookup.findStatic(access, "setLongAtOffset",
                        MethodType.methodType(void.class, segment, long.class, long.class)),
                lookup.findVirtual(segment, "toByteArray", MethodType.methodType(byte[].class)));
    }

    /** With Object for a segment, in the order of the fields. */
    private static MethodHandle[] typed(Class<?> segment, String ofBuffer, Class<?> buffer, Class<?> ofCopyFrom,
            MethodHandle getByte, MethodHandle getLong, MethodHandle putLong, MethodHandle toArray)
            throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        return new MethodHandle[] {
            lookup.findStatic(segment, ofBuffer, MethodType.methodType(segment, buffer))
                    .asType(MethodType.methodType(Object.class, ByteBuffer.class)),
            lookup.findStatic(segment, "ofArray", MethodType.methodType(segment, byte[].class))
                    .asType(MethodType.methodType(Object.class, byte[].class)),
            getByte.asType(MethodType.methodType(byte.class, Object.class, long.class)),
            getLong.asType(MethodType.methodType(long.class, Object.class, long.class)),
            putLong.asType(MethodType.methodType(void.class, Object.class, long.class, long.class)),
            lookup.findVirtual(segment, "fill", MethodType.methodType(segment, byte.class))
                    .asType(MethodType.methodType(void.class, Object.class, byte.class)),
            lookup.findVirtual(segment, "copyFrom", MethodType.methodType(ofCopyFrom, segment))
                    .asType(MethodType.methodType(void.class, Object.class, Object.class)),
            lookup.findVirtual(segment, "mismatch", MethodType.methodType(long.class, segment))
                    .asType(MethodType.methodType(long.class, Object.class, Object.class)),
            lookup.findVirtual(segment, "asSlice", MethodType.methodType(segment, long.class, long.class))
                    .asType(MethodType.methodType(Object.class, Object.class, long.class, long.class)),
            toArray.asType(MethodType.methodType(byte[].class, Object.class))};
    }

    /** A body that calls method handles. */
    private interface Calls {
        void run(Object segment, Subject subject, Seen seen) throws Throwable;
    }

    private static Way.Use use(Calls calls) {
        return (subject, seen) -> {
            try {
                calls.run((Object) OF_BUFFER.invokeExact((ByteBuffer) subject.buffer()), subject, seen);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static Object segmentOf(byte[] bytes) throws Throwable {
        return (Object) OF_ARRAY.invokeExact(bytes);
    }

    static List<Way> all() {
        List<Way> ways = List.of(
                Way.reader("segment get", use((segment, subject, seen) -> {
                    for (int i = 0; i < subject.size(); i++) {
                        seen.bytes[i] = (byte) GET_BYTE.invokeExact(segment, (long) i);
                    }
                })),
                Way.reader("segment get of longs", use((segment, subject, seen) -> {
                    ByteBuffer out = seen.out.order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, (long) GET_LONG.invokeExact(segment, (long) i));
                    }
                })),
                Way.reader("segment copy out", use((segment, subject, seen) -> {
                    COPY_FROM.invokeExact(segmentOf(seen.bytes), segment);
                })),
                Way.reader("segment toArray", use((segment, subject, seen) -> {
                    byte[] bytes = (byte[]) TO_ARRAY.invokeExact(segment);
                    System.arraycopy(bytes, 0, seen.bytes, 0, bytes.length);
                })),
                Way.reader("segment asSlice", use((segment, subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 64) {
                        Object slice = (Object) SLICE.invokeExact(segment, (long) i, 64L);
                        byte[] bytes = (byte[]) TO_ARRAY.invokeExact(slice);
                        System.arraycopy(bytes, 0, seen.bytes, i, 64);
                    }
                })),
                Way.function("segment mismatch", use((segment, subject, seen) ->
                        seen.value = (long) MISMATCH.invokeExact(segment, segmentOf(Content.own(subject.size())))),
                        bytes -> (long) ByteBuffer.wrap(bytes).mismatch(ByteBuffer.wrap(Content.own(bytes.length))))
                        .stopsAtDifference(),
                Way.writer("segment set of longs", use((segment, subject, seen) -> {
                    ByteBuffer written = ByteBuffer.wrap(Content.written(subject.size()))
                            .order(ByteOrder.nativeOrder());
                    for (int i = 0; i < subject.size(); i += 8) {
                        PUT_LONG.invokeExact(segment, (long) i, written.getLong(i));
                    }
                })),
                Way.writer("segment copy in", use((segment, subject, seen) -> {
                    COPY_FROM.invokeExact(segment, segmentOf(Content.written(subject.size())));
                })),
                Way.writer("segment fill", use((segment, subject, seen) -> {
                    FILL.invokeExact(segment, (byte) 4);
                })).written(SegmentWays::fours));
        List<Way> all = new ArrayList<>(ways);
        if (MISSING != null) {
            all.forEach(way -> way.missing(MISSING));
        }
        return all;
    }

    private static byte[] fours(int size) {
        byte[] fours = new byte[size];
        Arrays.fill(fours, (byte) 4);
        return fours;
    }
}
