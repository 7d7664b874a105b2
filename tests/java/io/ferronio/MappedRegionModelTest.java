package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * {@link MappedRegion} and its slices against a {@code ByteBuffer} and its slices: any accessors, at any offsets, one
 * after the other, in either byte order. Values that threads share: {@link MappedRegionAtomicsTest}.
 */
class MappedRegionModelTest {

    /** One call of one accessor; gives what can be compared. */
    enum Accessor {
        BYTE {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.put(index, (byte) value);
                return region.get(index);
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return model.put(index, (byte) value).get(index);
            }
        },
        SHORT {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.putShort(index, (short) value);
                return region.getShort(index);
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return model.putShort(index, (short) value).getShort(index);
            }
        },
        CHAR {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.putChar(index, (char) value);
                return region.getChar(index);
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return model.putChar(index, (char) value).getChar(index);
            }
        },
        INT {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.putInt(index, (int) value);
                return region.getInt(index);
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return model.putInt(index, (int) value).getInt(index);
            }
        },
        LONG {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.putLong(index, value);
                return region.getLong(index);
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return model.putLong(index, value).getLong(index);
            }
        },
        FLOAT {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.putFloat(index, Float.intBitsToFloat((int) value));
                return Float.floatToIntBits(region.getFloat(index));
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return Float.floatToIntBits(model.putFloat(index, Float.intBitsToFloat((int) value)).getFloat(index));
            }
        },
        DOUBLE {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.putDouble(index, Double.longBitsToDouble(value));
                return Double.doubleToLongBits(region.getDouble(index));
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return Double.doubleToLongBits(model.putDouble(index, Double.longBitsToDouble(value)).getDouble(index));
            }
        },
        READ_ALL_TYPES {
            @Override
            Object call(MappedRegion region, int index, long value) {
                return List.of(region.get(index), region.getShort(index), region.getChar(index), region.getInt(index),
                        region.getLong(index), Float.floatToIntBits(region.getFloat(index)),
                        Double.doubleToLongBits(region.getDouble(index)));
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return List.of(model.get(index), model.getShort(index), model.getChar(index), model.getInt(index),
                        model.getLong(index), Float.floatToIntBits(model.getFloat(index)),
                        Double.doubleToLongBits(model.getDouble(index)));
            }
        },
        ARRAY {
            @Override
            Object call(MappedRegion region, int index, long value) {
                byte[] bytes = array(value);
                region.put(index, bytes, 3, bytes.length - 5);
                region.get(index, bytes, 1, bytes.length - 5);
                return ByteBuffer.wrap(bytes);
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                byte[] bytes = array(value);
                model.put(index, bytes, 3, bytes.length - 5);
                model.get(index, bytes, 1, bytes.length - 5);
                return ByteBuffer.wrap(bytes);
            }
        },
        BUFFERS {
            @Override
            Object call(MappedRegion region, int index, long value) {
                byte[] bytes = array(value);
                ByteBuffer source = value % 2 == 0 ? ByteBuffer.wrap(bytes).asReadOnlyBuffer()
                        : ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
                region.put(index, source.position(2));
                ByteBuffer target = value % 3 == 0 ? ByteBuffer.allocate(bytes.length)
                        : ByteBuffer.allocateDirect(bytes.length);
                region.get(index, target.position(2));
                return List.of(source.remaining(), target.remaining(), target.flip());
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                byte[] bytes = array(value);
                model.put(index, bytes, 2, bytes.length - 2);
                byte[] target = new byte[bytes.length];
                model.get(index, target, 2, bytes.length - 2);
                return List.of(0, 0, ByteBuffer.wrap(target));
            }
        },
        FILL {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.fill(index, length(value), (byte) value);
                return "";
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                byte[] bytes = new byte[length(value)];
                Arrays.fill(bytes, (byte) value);
                model.put(index, bytes);
                return "";
            }
        },
        COPY_WITHIN {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.copyTo(index, region, near(index, value), length(value));
                return "";
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                byte[] bytes = new byte[length(value)];
                model.get(index, bytes);
                model.put(near(index, value), bytes);
                return "";
            }
        },
        MISMATCH {
            @Override
            Object call(MappedRegion region, int index, long value) {
                region.copyTo(index, region, near(index, value), length(value));
                region.put(index, (byte) value);
                return region.mismatch(index, region, near(index, value), length(value));
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                byte[] bytes = new byte[length(value)];
                model.get(index, bytes);
                model.put(near(index, value), bytes).put(index, (byte) value);
                return (long) model.slice(index, bytes.length).mismatch(model.slice(near(index, value), bytes.length));
            }
        },
        BUFFER_VIEW {
            @Override
            Object call(MappedRegion region, int index, long value) {
                return region.asByteBuffer(index, 20).putLong(12, value).duplicate();
            }

            @Override
            Object call(ByteBuffer model, int index, long value) {
                return model.slice(index, 20).putLong(12, value);
            }
        };

        abstract Object call(MappedRegion region, int index, long value);

        abstract Object call(ByteBuffer model, int index, long value);

        /** Of a range: mostly short, sometimes several pages, sometimes nothing. */
        private static int length(long value) {
            return (int) (value >>> 10 & (value % 7 == 0 ? 8191 : 255));
        }

        /** Another place, so close that ranges often overlap. */
        private static int near(int index, long value) {
            return index + (int) (value >> 40) % 300;
        }

        private static byte[] array(long value) {
            byte[] bytes = new byte[5 + (int) (value & 63)];
            Arrays.fill(bytes, (byte) value);
            return bytes;
        }
    }

    /** A call's arguments. */
    record Call(Accessor accessor, int index, long value) {
    }

    private interface Body {
        Object run();
    }

    private static Object outcome(Body body) {
        try {
            return body.run();
        } catch (IndexOutOfBoundsException e) {
            return "out of bounds";
        }
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void behavesAsAByteBuffer(@ForAll @IntRange(min = 1, max = 9000) int size,
            @ForAll @IntRange(max = 5000) int position, @ForAll @Size(max = 40) List<Accessor> accessors,
            @ForAll @IntRange(max = 3) int slices, @ForAll boolean isBigEndian, @ForAll Random random)
            throws IOException {
        Path file = TestFiles.newFile(position + size);
        ByteOrder order = isBigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer whole = ByteBuffer.wrap(TestFiles.content(position, size));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                MappedRegion root = MappedRegion.map(channel, MapMode.READ_WRITE, position, size,
                        MapOptions.defaults().order(order))) {
            MappedRegion region = root;
            ByteBuffer model = whole.order(order);
            for (int i = 0; i < slices; i++) {
                int index = random.nextInt(model.capacity() / 2 + 1);
                int length = random.nextInt(model.capacity() - index + 1);
                region = region.slice(index, length);
                model = model.slice(index, length).order(order);
            }
            assertEquals(order, region.order());
            assertEquals(model.capacity(), region.size());
            callAll(accessors, region, model, random);
            root.force();
        }
        byte[] expected = TestFiles.content(0, position + size);
        System.arraycopy(whole.array(), 0, expected, position, size);
        assertArrayEquals(expected, Files.readAllBytes(file));
        Files.delete(file);
    }

    private static void callAll(List<Accessor> accessors, MappedRegion region, ByteBuffer model, Random random) {
        int size = model.capacity();
        for (Accessor accessor : accessors) {
            // Mostly inside; sometimes across the end, or outside on either side.
            int index = size > 0 && random.nextInt(10) > 0 ? random.nextInt(size) : random.nextInt(size + 40) - 20;
            long value = random.nextLong();
            Call call = new Call(accessor, index, value);
            assertEquals(outcome(() -> accessor.call(model, index, value)),
                    outcome(() -> accessor.call(region, index, value)), call::toString);
        }
    }
}
