package io.ferronio.torture;

import io.ferronio.MappedRegion;
import io.ferronio.testing.TestNatives;
import java.lang.ref.Reference;
import java.nio.MappedByteBuffer;

/**
 * The mapped memory that a way uses.
 *
 * @param buffer all of it; of the region, if there is one
 * @param region null if the mapping is a buffer
 * @param size bytes
 */
record Subject(MappedByteBuffer buffer, MappedRegion region, int size) {

    static Subject of(MappedByteBuffer buffer) {
        return new Subject(buffer, null, buffer.capacity());
    }

    static Subject of(MappedRegion region) {
        int size = Math.toIntExact(region.size());
        return new Subject(region.asByteBuffer(0, size), region, size);
    }

    /** For native code; the caller keeps this reachable. */
    long address() {
        return TestNatives.address(buffer);
    }

    void keepReachable() {
        Reference.reachabilityFence(buffer);
        Reference.reachabilityFence(region);
    }
}
