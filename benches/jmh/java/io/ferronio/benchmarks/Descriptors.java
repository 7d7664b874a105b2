package io.ferronio.benchmarks;

import io.ferronio.Capabilities;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.Channel;

/** For the raw limit: the descriptors of the JDK's channels, which take {@code --add-opens}, and natives' answers. */
final class Descriptors {

    private Descriptors() {
    }

    static int of(Channel channel) throws ReflectiveOperationException {
        Capabilities.all(); // Whoever wants a descriptor calls natives: their library is loaded now.
        Field descriptor = channel.getClass().getDeclaredField("fd");
        descriptor.setAccessible(true);
        Method value = Class.forName("sun.nio.ch.IOUtil").getMethod("fdVal", FileDescriptor.class);
        return (int) value.invoke(null, descriptor.get(channel));
    }

    /** The answer of a native, unless it is {@code -errno}. */
    static long check(String call, long answer) throws IOException {
        if (answer < 0) {
            throw new IOException(call + ": error " + -answer);
        }
        return answer;
    }
}
