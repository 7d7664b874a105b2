package io.ferronio.testing;

import io.ferronio.Counters;
import io.ferronio.Mappings;
import io.ferronio.Transfers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A program: uses what needs modules of the JDK that a runtime may lack. One transfer, which the flight recorder may
 * record, the bean of the counters, and a fault in a mapping, which is logged and which it may record. Prints {@code bean=} its name, or the exception that says why there is none,
 * {@code module=} the library's module, and {@code report=came} if the fault was logged.
 */
public final class OptionalParts {

    private OptionalParts() {
    }

    /**
     * Runs it.
     *
     * @param args a file
     * @throws IOException if the transfer fails
     */
    public static void main(String[] args) throws IOException {
        try (FileChannel source = FileChannel.open(Path.of(args[0]))) {
            Transfers.transferTo(source, 0, 1000, Channels.newChannel(OutputStream.nullOutputStream()));
        }
        Counters.unregister();
        String bean;
        try {
            bean = Counters.register();
        } catch (UnsupportedOperationException e) {
            bean = e.toString();
        }
        System.out.println("bean=" + bean);
        System.out.println("module=" + Counters.class.getModule().getName());
        System.out.println("report=" + reportOfAFault(Path.of(args[0])));
    }

    /** What the JVM's simplest logger writes to the standard error about a buffer that was read after unmap. */
    private static String reportOfAFault(Path file) throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream errors = System.err;
        System.setErr(new PrintStream(written, true));
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, 1000);
            Mappings.unmap(buffer);
            FaultingThread.run(() -> buffer.get(0));
            return Eventually.holds(() -> written.toString().contains("use after unmap")) ? "came" : written.toString();
        } finally {
            System.setErr(errors);
        }
    }
}
