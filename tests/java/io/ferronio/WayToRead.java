package io.ferronio;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The ways to read all bytes of a buffer: by plain loads, by the JVM's own copying, comparing and checksum
 * code, by native code. For programs whose mapping goes away meanwhile.
 */
enum WayToRead {
    GET {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            expected.check(seen -> {
                for (int i = 0; i < seen.length; i++) {
                    seen[i] = buffer.get(i);
                }
            });
        }
    },
    GET_LONG {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            expected.check(seen -> {
                LongBuffer longs = ByteBuffer.wrap(seen).asLongBuffer();
                for (int i = 0; i < longs.limit(); i++) {
                    longs.put(i, buffer.getLong(i * Long.BYTES));
                }
            });
        }
    },
    BULK_GET {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            expected.check(seen -> buffer.get(0, seen));
        }
    },
    /** The byte just read is an index: with garbage in its place, compiled code reads anywhere. */
    TABLE_LOOKUP {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            expected.check(seen -> {
                for (int i = 0; i < seen.length; i++) {
                    seen[i] = (byte) TABLE[buffer.get(i) & 0xff];
                }
            });
        }
    },
    MISMATCH {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            expected.checkMismatch(buffer.mismatch(ByteBuffer.wrap(expected.bytes())));
        }
    },
    CRC {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            CRC32 sum = new CRC32();
            sum.update(buffer.duplicate());
            expected.check(sum, new CRC32());
        }
    },
    ADLER {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            Adler32 sum = new Adler32();
            sum.update(buffer.duplicate());
            expected.check(sum, new Adler32());
        }
    },
    /** zlib's own code. */
    DEFLATE {
        @Override
        void read(ByteBuffer buffer, Expected expected) {
            Deflater deflater = new Deflater(Deflater.BEST_SPEED);
            Inflater inflater = new Inflater();
            try {
                byte[] packed = new byte[expected.size() + 1000];
                deflater.setInput(buffer.duplicate());
                deflater.finish();
                inflater.setInput(packed, 0, deflater.deflate(packed));
                byte[] bytes = new byte[expected.size()];
                inflater.inflate(bytes);
                expected.check(bytes);
            } catch (DataFormatException e) {
                // zlib may read a byte twice, and a page can go away in between: the stream is then wrong.
                if (expected.sure() == expected.gone()) {
                    throw new AssertionError(e);
                }
            } finally {
                deflater.end();
                inflater.end();
            }
        }
    };

    private static final int[] TABLE = new int[256];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            TABLE[i] = i;
        }
    }

    /** Reads a buffer and checks what it sees. */
    abstract void read(ByteBuffer buffer, Expected expected);
}
