package io.ferronio.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * A 64-bit little-endian ELF shared library in memory: see elf(5). Immutable.
 *
 * @param bytes the file
 */
public record ElfFile(byte[] bytes) {

    private static final byte[] LIBRARY = ourBytes();

    private static byte[] ourBytes() {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("ferronio.test.library")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The library under test.
     *
     * @return libferronio.so
     */
    public static ElfFile ourLibrary() {
        return new ElfFile(LIBRARY);
    }

    /**
     * A copy with one byte changed.
     *
     * @param offset of the byte
     * @param value its value
     * @return the copy
     */
    public ElfFile with(int offset, int value) {
        byte[] copy = bytes.clone();
        copy[offset] = (byte) value;
        return new ElfFile(copy);
    }

    /**
     * A copy that claims to be for AArch64 on x86-64, and the other way round.
     *
     * @return the copy
     */
    public ElfFile builtForOtherMachine() {
        int x86 = 62;
        int arm = 183;
        return with(18, bytes[18] == x86 ? arm : x86);
    }

    /**
     * A copy that needs {@code libc.so}, musl's C library, in place of glibc's {@code libc.so.6}.
     *
     * @return the copy
     */
    public ElfFile builtForMusl() {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String musl = text.replace("\0libc.so.6\0", "\0libc.so\0\0\0");
        if (musl.equals(text)) {
            throw new IllegalStateException("the library does not need libc.so.6");
        }
        return new ElfFile(musl.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Writes it.
     *
     * @param file where to
     * @return the file
     */
    public Path write(Path file) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The names that other libraries can find in it: the defined symbols of {@code .dynsym}.
     *
     * @return the names
     */
    public Set<String> exports() {
        int sectionOfDynamicSymbols = 11;
        ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) elf.getLong(0x28);
        int entrySize = elf.getShort(0x3a);
        int count = elf.getShort(0x3c);
        Set<String> names = new TreeSet<>();
        for (int section = sections; section < sections + count * entrySize; section += entrySize) {
            if (elf.getInt(section + 4) == sectionOfDynamicSymbols) {
                int strings = sections + elf.getInt(section + 0x28) * entrySize;
                int start = (int) elf.getLong(section + 0x18);
                int end = start + (int) elf.getLong(section + 0x20);
                for (int symbol = start; symbol < end; symbol += 24) {
                    boolean defined = elf.getShort(symbol + 6) != 0;
                    if (defined) {
                        names.add(string((int) elf.getLong(strings + 0x18) + elf.getInt(symbol)));
                    }
                }
            }
        }
        return names;
    }

    private String string(int start) {
        int end = start;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(bytes, start, end - start, StandardCharsets.US_ASCII);
    }
}
