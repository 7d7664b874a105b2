package io.ferronio.torture;

import java.util.ArrayList;
import java.util.List;

/**
 * What is done with a value as soon as it is read. Were it garbage instead of a zero, an address or a jump
 * would be made of it: a compiler relies on the range of its type.
 */
final class DependentWays {

    private static final int[] TABLE = new int[256];
    private static final int[] TABLE_OF_SHORTS = new int[1 << 16];

    /** Made for the first zero: were the error for the fault to come just then, its class could never be used. */
    static final List<Object> CACHED = List.of((byte) 0, (char) 0, (short) 0, 0, 0L);

    static {
        for (int i = 0; i < TABLE_OF_SHORTS.length; i++) {
            TABLE_OF_SHORTS[i] = i;
            TABLE[i & 0xff] = i & 0xff;
        }
    }

    private DependentWays() {
    }

    static List<Way> all() {
        return List.of(
                Way.reader("table lookup of a byte", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i++) {
                        seen.bytes[i] = (byte) TABLE[subject.buffer().get(i) & 0xff];
                    }
                }),
                Way.reader("table lookup of a byte, unmasked", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i++) {
                        seen.bytes[i] = (byte) TABLE[subject.buffer().get(i) + 128 & 0xff ^ 0x80];
                    }
                }),
                Way.reader("table lookup of a char", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 2) {
                        seen.out.putChar(i, (char) TABLE_OF_SHORTS[subject.buffer().getChar(i)]);
                    }
                }),
                Way.reader("Byte into a list", (subject, seen) -> {
                    List<Byte> list = new ArrayList<>();
                    try {
                        for (int i = 0; i < subject.size(); i++) {
                            list.add(subject.buffer().get(i));
                        }
                    } finally {
                        for (int i = 0; i < list.size(); i++) {
                            seen.bytes[i] = list.get(i);
                        }
                    }
                }),
                Way.reader("Integer into a list", (subject, seen) -> {
                    List<Integer> list = new ArrayList<>();
                    try {
                        for (int i = 0; i < subject.size(); i += 4) {
                            list.add(subject.buffer().getInt(i));
                        }
                    } finally {
                        for (Integer value : list) {
                            seen.out.putInt(value);
                        }
                    }
                }),
                Way.reader("Character into a list", (subject, seen) -> {
                    List<Character> list = new ArrayList<>();
                    try {
                        for (int i = 0; i < subject.size(); i += 2) {
                            list.add(subject.buffer().getChar(i));
                        }
                    } finally {
                        for (Character value : list) {
                            seen.out.putChar(value);
                        }
                    }
                }),
                Way.reader("switch", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i++) {
                        byte value = subject.buffer().get(i);
                        seen.bytes[i] = (byte) (highHalf(value >> 4) + lowHalf(value & 15));
                    }
                }));
    }

    private static int highHalf(int half) {
        return switch (half) {
            case 0 -> 0x00;
            case 1 -> 0x10;
            case 2 -> 0x20;
            case 3 -> 0x30;
            case 4 -> 0x40;
            case 5 -> 0x50;
            case 6 -> 0x60;
            case 7 -> 0x70;
            default -> 0x80;
        };
    }

    private static int lowHalf(int half) {
        return switch (half) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> 2;
            case 3 -> 3;
            case 4 -> 4;
            case 5 -> 5;
            case 6 -> 6;
            case 7 -> 7;
            case 8 -> 8;
            case 9 -> 9;
            case 10 -> 10;
            case 11 -> 11;
            case 12 -> 12;
            case 13 -> 13;
            case 14 -> 14;
            default -> 15;
        };
    }
}
