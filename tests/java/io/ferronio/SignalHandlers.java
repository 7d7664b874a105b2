package io.ferronio;

import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TestNatives;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/**
 * A program: pages that cannot be had are read beside another library's SIGBUS handler. It prints what came of each, as
 * lines of {@code name=value}, before the next is read: the last may end the JVM.
 */
final class SignalHandlers {

    private static final int SIZE = 16 * 4096;

    private SignalHandlers() {
    }

    /** When the other library puts its handler in place, if it does, and whether that one passes on what it does not know. */
    enum Order {
        NONE(false), BEFORE(true), BEFORE_WITHOUT_CHAINING(false), AFTER(true), AFTER_WITHOUT_CHAINING(false);

        private final boolean chains;

        Order(boolean chains) {
            this.chains = chains;
        }

        private void install(Order before, Order withoutChaining) {
            if (this == before || this == withoutChaining) {
                report("installed", TestNatives.installHandler(chains));
            }
        }
    }

    /** Whose page is read. */
    enum Owner {
        /** Of a mapping of ours that was unmapped, and of one that was truncated. */
        FERRONIO,
        /** The other library's. */
        OTHER,
        /** Nobody's that knows of it: the JDK's buffer on a truncated file, read by Java code. */
        JDK,
        /** The same, read by native code. */
        JDK_NATIVE
    }

    private static void report(String name, Object value) {
        System.out.println(name + "=" + value);
    }

    /** In a thread of its own: the error may come any time later in the thread that has read. */
    private static void read(String name, ByteBuffer buffer) throws InterruptedException {
        Thread reader = new Thread(() -> {
            int seen = buffer.get(buffer.capacity() - 1);
            Thread.currentThread().getStackTrace(); // JDK 17 throws at some calls into the JVM.
            report(name, seen);
        });
        reader.setUncaughtExceptionHandler((thread, e) -> report(name, e.getClass().getSimpleName()));
        reader.start();
        reader.join();
    }

    private static MappedByteBuffer truncated(boolean ours) throws Exception {
        Path file = TestFiles.newFile(SIZE);
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer buffer = ours ? Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE)
                    : channel.map(MapMode.READ_ONLY, 0, SIZE);
            TestFiles.setSize(file, 0);
            return buffer;
        }
    }

    private static void fault(Owner owner) throws Exception {
        switch (owner) {
            case FERRONIO -> {
                MappedByteBuffer truncated = truncated(true);
                read("truncated", truncated);
                report("truncated, native", TestNatives.sum(TestNatives.address(truncated), SIZE));
                Mappings.unmap(truncated);
                read("unmapped", truncated);
                report("unmapped, native", TestNatives.sum(TestNatives.address(truncated), SIZE));
            }
            case OTHER -> {
                long handled = TestNatives.handled();
                report("other", TestNatives.sum(TestNatives.faultingPage(), 4096));
                report("cured", TestNatives.cured());
                report("handled for it", TestNatives.handled() - handled);
            }
            case JDK -> read("jdk", truncated(false));
            default -> {
                ByteBuffer buffer = truncated(false);
                report("jdk, native", TestNatives.sum(TestNatives.address(buffer), SIZE));
            }
        }
    }

    /** Arguments: the order; the owners of the pages, one after the other. */
    public static void main(String[] args) throws Exception {
        Order order = Order.valueOf(args[0]);
        order.install(Order.BEFORE, Order.BEFORE_WITHOUT_CHAINING);
        try (FileChannel channel = FileChannel.open(TestFiles.newFile(SIZE))) {
            Mappings.unmap(Mappings.map(channel, MapMode.READ_ONLY, 0, SIZE));
        }
        order.install(Order.AFTER, Order.AFTER_WITHOUT_CHAINING);
        Capabilities.all().stream().filter(capability -> capability.name().equals("guard"))
                .forEach(capability -> report("guard", capability));
        for (int i = 1; i < args.length; i++) {
            fault(Owner.valueOf(args[i]));
        }
    }
}
