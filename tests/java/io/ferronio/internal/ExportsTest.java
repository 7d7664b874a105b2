package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ElfFile;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The library's symbols are the natives of the jar: none is missing, and nothing else gets into the process. */
class ExportsTest {

    private static Set<String> natives() throws IOException, ClassNotFoundException {
        Set<String> names = new TreeSet<>();
        try (JarFile jar = new JarFile(System.getProperty("ferronio.test.core"))) {
            List<String> classes = jar.stream().map(entry -> entry.getName())
                    .filter(name -> name.startsWith("io/ferronio/") && name.endsWith(".class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.')).toList();
            for (String name : classes) {
                Class<?> type = Class.forName(name, false, ExportsTest.class.getClassLoader());
                for (Method method : type.getDeclaredMethods()) {
                    if (Modifier.isNative(method.getModifiers())) {
                        assertTrue(Modifier.isStatic(method.getModifiers()), () -> "not static: " + method);
                        names.add("Java_" + name.replace('.', '_') + "_" + method.getName());
                    }
                }
            }
        }
        return names;
    }

    @Test
    void theLibraryExportsItsNativesAndNothingElse() throws Exception {
        Set<String> expected = natives();
        assertTrue(expected.contains("Java_io_ferronio_internal_TransferNatives_sendfile"), expected::toString);
        expected.add("JNI_OnLoad");
        assertEquals(expected, ElfFile.ourLibrary().exports());
    }
}
