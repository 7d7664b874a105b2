package io.ferronio.torture;

import io.ferronio.testing.TestFiles;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The bytes that are mapped, those that are written over them, and those that nobody may ever see. */
final class Content {

    /** Every byte of the mappings that belong to nobody's file here. */
    static final byte STRANGERS_BYTE = (byte) 0x80;

    /** Made once for each size: interpreted, a child would do little else. */
    private static final Map<Integer, byte[]> OWN = new ConcurrentHashMap<>();
    private static final Map<Integer, byte[]> WRITTEN = new ConcurrentHashMap<>();

    private Content() {
    }

    /** Odd numbers below 128: characters in every charset, no zeros. */
    static byte[] own(int size) {
        return OWN.computeIfAbsent(size, Content::makeOwn).clone();
    }

    private static byte[] makeOwn(int size) {
        byte[] bytes = TestFiles.content(0, size);
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (bytes[i] & 0x7f | 1);
        }
        return bytes;
    }

    /** Even numbers below 128, no zeros. */
    static byte[] written(int size) {
        return WRITTEN.computeIfAbsent(size, Content::makeWritten).clone();
    }

    private static byte[] makeWritten(int size) {
        byte[] bytes = TestFiles.content(0, size);
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (bytes[i] & 0x7c | 2);
        }
        return bytes;
    }

    static byte[] strangers(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, STRANGERS_BYTE);
        return bytes;
    }
}
