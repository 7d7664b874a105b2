package io.ferronio.torture;

import java.nio.ByteBuffer;
import java.util.List;

/** One value at a time: every primitive type, at an index and at the position. */
final class ScalarWays {

    private ScalarWays() {
    }

    private static ByteBuffer writtenOf(Subject subject) {
        return ByteBuffer.wrap(Content.written(subject.size()));
    }

    static List<Way> all() {
        return List.of(
                Way.reader("get", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 1) {
                        seen.out.put(i, subject.buffer().get(i));
                    }
                }),
                Way.reader("get, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.put(buffer.get());
                    }
                }),
                Way.writer("put", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 1) {
                        subject.buffer().put(i, written.get(i));
                    }
                }),
                Way.writer("put, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.put(written.get());
                    }
                }),
                Way.reader("getShort", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 2) {
                        seen.out.putShort(i, subject.buffer().getShort(i));
                    }
                }),
                Way.reader("getShort, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.putShort(buffer.getShort());
                    }
                }),
                Way.writer("putShort", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 2) {
                        subject.buffer().putShort(i, written.getShort(i));
                    }
                }),
                Way.writer("putShort, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.putShort(written.getShort());
                    }
                }),
                Way.reader("getChar", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 2) {
                        seen.out.putChar(i, subject.buffer().getChar(i));
                    }
                }),
                Way.reader("getChar, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.putChar(buffer.getChar());
                    }
                }),
                Way.writer("putChar", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 2) {
                        subject.buffer().putChar(i, written.getChar(i));
                    }
                }),
                Way.writer("putChar, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.putChar(written.getChar());
                    }
                }),
                Way.reader("getInt", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 4) {
                        seen.out.putInt(i, subject.buffer().getInt(i));
                    }
                }),
                Way.reader("getInt, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.putInt(buffer.getInt());
                    }
                }),
                Way.writer("putInt", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 4) {
                        subject.buffer().putInt(i, written.getInt(i));
                    }
                }),
                Way.writer("putInt, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.putInt(written.getInt());
                    }
                }),
                Way.reader("getLong", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 8) {
                        seen.out.putLong(i, subject.buffer().getLong(i));
                    }
                }),
                Way.reader("getLong, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.putLong(buffer.getLong());
                    }
                }),
                Way.writer("putLong", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        subject.buffer().putLong(i, written.getLong(i));
                    }
                }),
                Way.writer("putLong, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.putLong(written.getLong());
                    }
                }),
                Way.reader("getFloat", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 4) {
                        seen.out.putFloat(i, subject.buffer().getFloat(i));
                    }
                }),
                Way.reader("getFloat, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.putFloat(buffer.getFloat());
                    }
                }),
                Way.writer("putFloat", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 4) {
                        subject.buffer().putFloat(i, written.getFloat(i));
                    }
                }),
                Way.writer("putFloat, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.putFloat(written.getFloat());
                    }
                }),
                Way.reader("getDouble", (subject, seen) -> {
                    for (int i = 0; i < subject.size(); i += 8) {
                        seen.out.putDouble(i, subject.buffer().getDouble(i));
                    }
                }),
                Way.reader("getDouble, relative", (subject, seen) -> {
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        seen.out.putDouble(buffer.getDouble());
                    }
                }),
                Way.writer("putDouble", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    for (int i = 0; i < subject.size(); i += 8) {
                        subject.buffer().putDouble(i, written.getDouble(i));
                    }
                }),
                Way.writer("putDouble, relative", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    ByteBuffer buffer = subject.buffer().duplicate();
                    while (buffer.hasRemaining()) {
                        buffer.putDouble(written.getDouble());
                    }
                }),
                // A value that lies in two pages.
                Way.reader("getLong, unaligned", (subject, seen) -> {
                    seen.out.putInt(0, subject.buffer().getInt(0));
                    for (int i = 4; i + 8 <= subject.size(); i += 8) {
                        seen.out.putLong(i, subject.buffer().getLong(i));
                    }
                    int last = subject.size() - 4;
                    seen.out.putInt(last, subject.buffer().getInt(last));
                }),
                Way.writer("putLong, unaligned", (subject, seen) -> {
                    ByteBuffer written = writtenOf(subject);
                    subject.buffer().putInt(0, written.getInt(0));
                    for (int i = 4; i + 8 <= subject.size(); i += 8) {
                        subject.buffer().putLong(i, written.getLong(i));
                    }
                    int last = subject.size() - 4;
                    subject.buffer().putInt(last, written.getInt(last));
                }));
    }
}
