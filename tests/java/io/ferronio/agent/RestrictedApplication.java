package io.ferronio.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Takes away its own rights, but those to read a file and to write one, and then uses the JDK's methods. For a JVM of its own. */
final class RestrictedApplication {

    private static final int LENGTH = 20_000;

    private RestrictedApplication() {
    }

    @SuppressWarnings("removal")
    public static void main(String[] args) throws Exception {
        System.setSecurityManager(new SecurityManager());
        try (FileChannel source = FileChannel.open(Path.of(args[0]), StandardOpenOption.READ);
                FileChannel target = FileChannel.open(Path.of(args[1]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            System.out.println("transferTo " + source.transferTo(0, LENGTH, target));
            System.out.println("transferFrom " + target.transferFrom(
                    Channels.newChannel(new ByteArrayInputStream("x".repeat(LENGTH).getBytes(ISO_8859_1))), LENGTH, LENGTH));
            ByteBuffer expected = source.map(FileChannel.MapMode.READ_ONLY, 0, LENGTH);
            ByteBuffer found = target.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH);
            System.out.println("map " + expected.equals(found));
        }
        try {
            System.getProperty("user.home");
        } catch (SecurityException e) {
            System.out.println("restricted");
        }
    }
}
