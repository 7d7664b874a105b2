package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** One result for all bytes: comparisons, checksums, digests. */
final class CompareWays {

    private CompareWays() {
    }

    private static ByteBuffer own(ByteBuffer buffer) {
        return ByteBuffer.wrap(Content.own(buffer.capacity()));
    }

    private static long sum(Checksum checksum, ByteBuffer buffer) {
        checksum.update(buffer.duplicate());
        return checksum.getValue();
    }

    private static String digest(String algorithm, ByteBuffer buffer) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(buffer.duplicate());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Way> all() {
        return List.of(
                Way.function("mismatch", buffer -> buffer.mismatch(own(buffer))).stopsAtDifference(),
                Way.function("mismatch, other way round", buffer -> own(buffer).mismatch(buffer))
                        .stopsAtDifference(),
                Way.function("mismatch of longs", buffer -> buffer.duplicate().order(ByteOrder.nativeOrder())
                        .asLongBuffer().mismatch(own(buffer).order(ByteOrder.nativeOrder()).asLongBuffer()))
                        .stopsAtDifference(),
                Way.function("equals", buffer -> buffer.equals(own(buffer))).stopsAtDifference(),
                Way.function("compareTo", buffer -> buffer.compareTo(own(buffer))).stopsAtDifference(),
                Way.function("hashCode", ByteBuffer::hashCode),
                Way.function("CRC32", buffer -> sum(new CRC32(), buffer)),
                Way.function("CRC32C", buffer -> sum(new CRC32C(), buffer)),
                Way.function("Adler32", buffer -> sum(new Adler32(), buffer)),
                Way.function("MD5", buffer -> digest("MD5", buffer)),
                Way.function("SHA-1", buffer -> digest("SHA-1", buffer)),
                Way.function("SHA-256", buffer -> digest("SHA-256", buffer)));
    }
}
