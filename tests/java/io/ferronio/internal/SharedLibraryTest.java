package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ElfFile;
import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is said about a library file that the process cannot use. */
class SharedLibraryTest {

    private static String why(ElfFile file, boolean runsOnMusl) {
        return SharedLibrary.whyNotLoadable(ByteBuffer.wrap(file.bytes()), runsOnMusl);
    }

    @Test
    void nothingIsSaidAboutTheRightLibrary() {
        assertNull(why(ElfFile.ourLibrary(), false));
    }

    @Test
    void theCLibraryMustBeTheJvms() {
        assertEquals("it is built for glibc, and this JVM runs on musl; build it there (cargo build --release) and name"
                + " it with -Dio.ferronio.library", why(ElfFile.ourLibrary(), true));
        ElfFile musl = ElfFile.ourLibrary().builtForMusl();
        assertEquals("it is built for musl, and this JVM runs on glibc; use the library inside ferronio.jar",
                why(musl, false));
        assertNull(why(musl, true));
    }

    @Test
    void theMachineMustBeTheJvms() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        String thisJvm = ", and this JVM runs on " + System.getProperty("os.arch");
        assertEquals("it is built for " + (arm ? "x86-64" : "AArch64") + thisJvm,
                why(ElfFile.ourLibrary().builtForOtherMachine(), false));
        assertEquals("it is built for another machine (ELF machine 243)" + thisJvm,
                why(ElfFile.ourLibrary().with(18, 243), false));
        assertEquals("it is a library for a machine that is not 64-bit little-endian",
                why(ElfFile.ourLibrary().with(4, 1), false));
        assertEquals("it is a library for a machine that is not 64-bit little-endian",
                why(ElfFile.ourLibrary().with(5, 2), false));
    }

    @Test
    void otherFilesAreNoLibraries() {
        for (int length : new int[] {0, 1, 63, 64, 100_000}) {
            assertEquals("it is not a shared library (no ELF header)",
                    SharedLibrary.whyNotLoadable(ByteBuffer.allocate(length), false));
        }
        ByteBuffer cut = ByteBuffer.wrap(ElfFile.ourLibrary().bytes(), 0, 63).slice();
        assertEquals("it is not a shared library (no ELF header)", SharedLibrary.whyNotLoadable(cut, false));
    }

    /** A damaged file gets some answer or none: never an exception, and never an endless search. */
    @Property(tries = 500)
    void damagedFilesAreLookedAtWithoutHarm(@ForAll Random random, @ForAll @IntRange(min = 1, max = 20) int damages,
            @ForAll boolean runsOnMusl) {
        byte[] bytes = ElfFile.ourLibrary().bytes().clone();
        for (int i = 0; i < damages; i++) {
            // Mostly in the header and the table of segments, where it hurts.
            int place = random.nextInt(4) > 0 ? 6 + random.nextInt(700) : 6 + random.nextInt(bytes.length - 6);
            bytes[place] = (byte) random.nextInt();
        }
        String why = SharedLibrary.whyNotLoadable(ByteBuffer.wrap(bytes), runsOnMusl);
        assertTrue(why == null || why.startsWith("it is "), why);
    }

    @Property(tries = 200)
    void cutFilesAreLookedAtWithoutHarm(@ForAll Random random, @ForAll boolean runsOnMusl) {
        byte[] bytes = ElfFile.ourLibrary().bytes();
        int length = random.nextBoolean() ? random.nextInt(1000) : random.nextInt(bytes.length);
        String why = SharedLibrary.whyNotLoadable(ByteBuffer.wrap(bytes, 0, length).slice(), runsOnMusl);
        assertTrue(why == null || why.startsWith("it is "), why);
    }
}
