package io.ferronio.torture;

import io.ferronio.MappedFileChangedException;
import io.ferronio.Mappings;
import io.ferronio.testing.TestNatives;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32;

/** What tells at once, and always, when it has met a page that could not be had. */
final class ValidatedWays {

    private ValidatedWays() {
    }

    private static Object validated(Subject subject, Function<ByteBuffer, Object> read)
            throws MappedFileChangedException {
        return Mappings.validated(subject.buffer(), read);
    }

    private static Object checksum(ByteBuffer buffer) {
        CRC32 sum = new CRC32();
        sum.update(buffer.duplicate());
        return sum.getValue();
    }

    private static Object sum(ByteBuffer buffer) {
        long sum = 0;
        for (int i = 0; i < buffer.capacity(); i++) {
            sum += buffer.get(i);
        }
        return sum;
    }

    static List<Way> all() {
        return List.of(
                Way.function("validated: get", (subject, seen) -> seen.value = validated(subject, ValidatedWays::sum),
                        bytes -> sum(ByteBuffer.wrap(bytes))).neverSilent(),
                Way.function("validated: CRC32", (subject, seen) ->
                        seen.value = validated(subject, ValidatedWays::checksum),
                        bytes -> checksum(ByteBuffer.wrap(bytes))).neverSilent(),
                Way.reader("validated: get into an array", (subject, seen) ->
                        validated(subject, buffer -> buffer.get(0, seen.bytes))).neverSilent(),
                Way.function("validated: native code reads", (subject, seen) ->
                        seen.value = validated(subject, buffer -> TestNatives.sum(TestNatives.address(buffer),
                                buffer.capacity())), NativeWays::sum).neverSilent(),
                Way.regionReader("read: getLong", (subject, seen) -> subject.region().read(region -> {
                    ByteBuffer out = seen.out.order(region.order());
                    for (int i = 0; i < subject.size(); i += 8) {
                        out.putLong(i, region.getLong(i));
                    }
                    return out;
                })).neverSilent(),
                Way.writer("native code writes, then Mappings.force", (subject, seen) -> {
                    TestNatives.fill(subject.address(), subject.size(), 6);
                    Mappings.force(subject.buffer());
                }).written(NativeWays::sixes).neverSilent().warmUp(10));
    }
}
