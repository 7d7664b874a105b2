package io.ferronio.testing;

import io.ferronio.Counters;
import io.ferronio.Transfers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A program: uses what needs modules of the JDK that a runtime may lack. One transfer, which the flight recorder may
 * record, and the bean of the counters. Prints {@code bean=} its name, or the exception that says why there is none,
 * and {@code module=} the library's module.
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
    }
}
