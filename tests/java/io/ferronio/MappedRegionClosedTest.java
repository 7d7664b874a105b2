package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.TestFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every method of a closed {@link MappedRegion} says that it is closed, and every one refuses null. */
class MappedRegionClosedTest {

    /** What a region answers for ever. */
    private static final Set<String> ALWAYS = Set.of("isOpen", "isReadOnly", "order", "faults", "close", "toString");

    private final Path file = TestFiles.newFile(10_000);

    /** All public methods of a region's own. */
    private static List<Method> methods() {
        List<Method> methods = Arrays.stream(MappedRegion.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
                        && !method.isSynthetic()).toList();
        assertTrue(methods.size() > 50, methods::toString);
        return methods;
    }

    /** In order but for the region being closed: indices of 0, lengths of 8 and so on. */
    private static Object argument(Class<?> type, MappedRegion open) {
        if (type == byte[].class) {
            return new byte[8];
        }
        if (type == ByteBuffer.class) {
            return ByteBuffer.allocate(8);
        }
        if (type == MappedRegion.class) {
            return open;
        }
        if (type == Function.class) {
            Function<MappedRegion, Object> read = region -> 0;
            return read;
        }
        if (type == WritableByteChannel.class) {
            return Channels.newChannel(new ByteArrayOutputStream());
        }
        if (type == Advice.class) {
            return Advice.NORMAL;
        }
        return switch (type.getName()) {
            case "byte" -> (byte) 0;
            case "short" -> (short) 0;
            case "char" -> (char) 0;
            case "int" -> 0;
            case "long" -> 0L;
            case "float" -> 0f;
            case "double" -> 0d;
            default -> throw new AssertionError("an argument of another type: " + type);
        };
    }

    private static Object[] arguments(Method method, MappedRegion open) {
        return Arrays.stream(method.getParameterTypes()).map(type -> argument(type, open)).toArray();
    }

    private static Throwable thrownBy(Method method, MappedRegion region, Object... arguments) {
        return assertThrows(InvocationTargetException.class, () -> method.invoke(region, arguments),
                method::toString).getCause();
    }

    @Test
    void sayThatItIsClosed() throws Exception {
        MapOptions options = MapOptions.defaults().maxSize(20_000);
        try (MappedRegion open = MappedRegion.map(file, MapMode.READ_WRITE, options)) {
            List<MappedRegion> closed = new ArrayList<>();
            for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE)) {
                MappedRegion root = MappedRegion.map(file, mode, options);
                closed.add(root.slice(100, 1_000));
                closed.add(root);
                root.close();
            }
            MappedRegion empty = MappedRegion.map(TestFiles.newFile(0), MapMode.READ_WRITE, MapOptions.defaults());
            empty.close();
            closed.add(empty);
            MappedRegion slice = open.slice(0, 100);
            slice.close();
            closed.add(slice);
            for (MappedRegion region : closed) {
                for (Method method : methods()) {
                    if (ALWAYS.contains(method.getName())) {
                        method.invoke(region);
                    } else {
                        Throwable e = thrownBy(method, region, arguments(method, open));
                        assertInstanceOf(IllegalStateException.class, e, method::toString);
                        assertEquals("the mapped region is closed", e.getMessage());
                    }
                }
                assertThrows(IllegalStateException.class, () -> open.copyTo(0, region, 0, 0));
                assertThrows(IllegalStateException.class, () -> open.mismatch(0, region, 0, 0));
            }
            assertEquals(TestFiles.byteAt(0), open.get(0));
        }
    }

    @Test
    void refuseNull() throws IOException {
        try (MappedRegion region = MappedRegion.map(file, MapMode.READ_WRITE, MapOptions.defaults())) {
            int refused = 0;
            for (Method method : methods()) {
                for (int i = 0; i < method.getParameterCount(); i++) {
                    if (!method.getParameterTypes()[i].isPrimitive()) {
                        Object[] arguments = arguments(method, region);
                        arguments[i] = null;
                        assertInstanceOf(NullPointerException.class, thrownBy(method, region, arguments),
                                method::toString);
                        refused++;
                    }
                }
            }
            assertEquals(9, refused);
        }
    }
}
