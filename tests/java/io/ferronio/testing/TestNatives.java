package io.ferronio.testing;

import java.nio.ByteBuffer;

/**
 * The tests' own native code, {@code tests/natives}: it reads and writes memory as any native library would, and
 * may put a SIGBUS handler of its own beside the guard's.
 */
public final class TestNatives {

    static {
        System.load(System.getProperty("ferronio.test.natives"));
    }

    private TestNatives() {
    }

    /**
     * The address of the first byte of a direct buffer, whatever its position.
     *
     * @param buffer the buffer
     * @return the address, 0 if the buffer is not direct
     */
    public static native long address(ByteBuffer buffer);

    /**
     * Reads memory, byte by byte.
     *
     * @param address of the first byte
     * @param length bytes
     * @return the sum of the bytes, each from 0 to 255
     */
    public static native long sum(long address, long length);

    /**
     * Writes memory, byte by byte.
     *
     * @param address of the first byte
     * @param length bytes
     * @param value what is written; its lowest 8 bits count
     */
    public static native void fill(long address, long length, int value);

    /**
     * Installs a SIGBUS handler by sigaction(2), as any library might. It counts, cures {@link #faultingPage()}, and
     * knows no other fault.
     *
     * @param chain whether it calls the handler before it for what it does not know; else, and where there is
     *     none, it restores the default action, which ends the process
     * @return 0 or {@code -errno}
     */
    public static native long installHandler(boolean chain);

    /**
     * How many signals have come to the handler, whatever became of them.
     *
     * @return the number since the start
     */
    public static native long handled();

    /**
     * How many of them were about {@link #faultingPage()}, and are cured.
     *
     * @return the number since the start
     */
    public static native long cured();

    /**
     * One page of this library's own whose next access raises SIGBUS, which {@link #installHandler its handler}
     * cures by a page of zeros. A later call makes the same page raise SIGBUS again. For reading.
     *
     * @return its address, or {@code -errno}
     */
    public static native long faultingPage();
}
