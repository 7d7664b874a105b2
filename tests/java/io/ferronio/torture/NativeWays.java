package io.ferronio.torture;

import io.ferronio.testing.TestNatives;
import java.util.Arrays;
import java.util.List;

/** Native code of somebody else's. */
final class NativeWays {

    private NativeWays() {
    }

    static List<Way> all() {
        return List.of(
                Way.function("native code reads", (subject, seen) -> {
                    seen.value = TestNatives.sum(subject.address(), subject.size());
                    subject.keepReachable();
                }, NativeWays::sum),
                Way.writer("native code writes", (subject, seen) -> {
                    TestNatives.fill(subject.address(), subject.size(), 6);
                    subject.keepReachable();
                }).written(NativeWays::sixes));
    }

    static Object sum(byte[] bytes) {
        long sum = 0;
        for (byte value : bytes) {
            sum += value & 0xff;
        }
        return sum;
    }

    static byte[] sixes(int size) {
        byte[] sixes = new byte[size];
        Arrays.fill(sixes, (byte) 6);
        return sixes;
    }
}
