package io.ferronio.agent;

import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A program: calls with everything that can be wrong with them, and prints each exception with its whole stack trace. */
final class WrongCalls {

    private static final long[] RANGE_STARTS = {-1, 0, Long.MAX_VALUE};
    private static final long[] LENGTHS = {-1, 0, 10, 1L << 31, Long.MAX_VALUE};

    private WrongCalls() {
    }

    private interface Call {
        Object call() throws Exception;
    }

    public static void main(String[] args) throws IOException {
        Path file = TestFiles.newFile(100);
        FileChannel closed = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        closed.close();
        WritableByteChannel nowhere = Channels.newChannel(OutputStream.nullOutputStream());
        WritableByteChannel closedTarget = Channels.newChannel(OutputStream.nullOutputStream());
        closedTarget.close();
        try (FileChannel readable = FileChannel.open(file);
                FileChannel writable = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (FileChannel channel : new FileChannel[] {null, closed, readable, writable}) {
                for (WritableByteChannel target : new WritableByteChannel[] {null, closedTarget, closed, readable, nowhere}) {
                    each((start, length) -> channel.transferTo(start, length, target));
                }
                for (ReadableByteChannel source : new ReadableByteChannel[] {null, closed, writable}) {
                    each((start, length) -> channel.transferFrom(source, start, length));
                }
                for (MapMode mode : new MapMode[] {null, MapMode.READ_ONLY, MapMode.READ_WRITE, MapMode.PRIVATE}) {
                    if (channel != readable || mode != MapMode.READ_ONLY) {
                        each((start, length) -> channel.map(mode, start, length));
                    }
                }
            }
            // Whoever looks at the class sees what was always there.
            List.of(readable.getClass().getDeclaredMethods()).stream().map(Object::toString).sorted()
                    .forEach(System.out::println);
        }
    }

    private interface Ranged {
        Object call(long start, long length) throws Exception;
    }

    private static void each(Ranged call) {
        for (long start : RANGE_STARTS) {
            for (long length : LENGTHS) {
                print(() -> call.call(start, length));
            }
        }
    }

    private static void print(Call call) {
        try {
            System.out.println(call.call());
        } catch (Exception e) {
            System.out.println(e);
            for (StackTraceElement frame : e.getStackTrace()) {
                System.out.println("  " + frame);
            }
        }
    }
}
