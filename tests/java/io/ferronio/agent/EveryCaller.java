package io.ferronio.agent;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.testing.ChannelDelegate;
import io.ferronio.testing.TestFiles;
import io.ferronio.testing.TransferTask;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.BiFunction;

/** A program: calls the methods in every way that Java has, with the agent in place. Each call is done by it, once. */
final class EveryCaller {

    private static final int SIZE = 3000;
    private static final byte[] CONTENT = TestFiles.content(0, SIZE);
    private static final Path FILE = TestFiles.newFile(SIZE);
    private static final Path COPY = TestFiles.newFile(0);
    private static final boolean HAS_VIRTUAL_THREADS = Runtime.version().feature() >= 21;

    private EveryCaller() {
    }

    private interface To {
        Object send(FileChannel source, WritableByteChannel target) throws Throwable;
    }

    private interface From {
        Object receive(FileChannel target, ReadableByteChannel source) throws Throwable;
    }

    private interface Mapper {
        Object map(FileChannel channel) throws Throwable;
    }

    private interface TransferTo {
        long call(FileChannel source, long position, long count, WritableByteChannel target) throws IOException;
    }

    private interface BoundTransferTo {
        long call(long position, long count, WritableByteChannel target) throws IOException;
    }

    private interface TransferFrom {
        long call(FileChannel target, ReadableByteChannel source, long position, long count) throws IOException;
    }

    private interface Map {
        MappedByteBuffer call(FileChannel channel, MapMode mode, long position, long size) throws IOException;
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws Throwable {
        check(FerronioAgent.isInstalled(), "the agent is not in place");
        transferTo();
        transferFrom();
        map();
        otherOpenings();
        subclasses();
        theJdkItself();
    }

    private static Totals during(String what, To work, FileChannel source, WritableByteChannel target) throws Throwable {
        Totals before = Totals.now();
        Object result = work.send(source, target);
        check(result.equals((long) SIZE), what + " has returned " + result);
        return Totals.now().minus(before);
    }

    private static void isTaken(String what, To work) throws Throwable {
        Totals totals = sent(what, work);
        check(totals.equals(new Totals(1, SIZE, 0, 0, 0, 0)), what + " to: " + totals);
    }

    private static Totals sent(String what, To work) throws Throwable {
        try (FileChannel source = FileChannel.open(FILE)) {
            return sent(what, work, source);
        }
    }

    private static Totals sent(String what, To work, FileChannel source) throws Throwable {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink(); Pipe.SourceChannel received = pipe.source()) {
            Totals totals = during(what, work, source, sink);
            ByteBuffer bytes = ByteBuffer.allocate(SIZE);
            check(received.read(bytes) == SIZE && Arrays.equals(CONTENT, bytes.array()), what + " has sent other bytes");
            return totals;
        }
    }

    private static void transferTo() throws Throwable {
        isTaken("a call", (source, target) -> source.transferTo(0, SIZE, target));
        isTaken("a method reference", (source, target) -> {
            TransferTo reference = FileChannel::transferTo;
            return reference.call(source, 0, SIZE, target);
        });
        isTaken("a bound method reference", (source, target) -> {
            BoundTransferTo reference = source::transferTo;
            return reference.call(0, SIZE, target);
        });
        isTaken("reflection", (source, target) -> FileChannel.class
                .getMethod("transferTo", long.class, long.class, WritableByteChannel.class)
                .invoke(source, 0L, (long) SIZE, target));
        isTaken("a method handle", (source, target) -> (long) MethodHandles.publicLookup()
                .findVirtual(FileChannel.class, "transferTo",
                        MethodType.methodType(long.class, long.class, long.class, WritableByteChannel.class))
                .invokeExact(source, 0L, (long) SIZE, target));
        isTaken("a hidden class", (source, target) -> strangerIn(
                MethodHandles.lookup().defineHiddenClass(classFile(Stranger.class), true).lookupClass())
                .apply(source, target));
        try (URLClassLoader elsewhere = new URLClassLoader(new URL[] {AgentJvm.testClasses().toUri().toURL()},
                ClassLoader.getPlatformClassLoader())) {
            Class<?> stranger = elsewhere.loadClass(Stranger.class.getName());
            check(stranger != Stranger.class, "the same class");
            isTaken("a class loader of its own", (source, target) -> strangerIn(stranger).apply(source, target));
        }
        isTaken("another thread", (source, target) ->
                TransferTask.start(() -> source.transferTo(0, SIZE, target)).result());
        if (HAS_VIRTUAL_THREADS) {
            isTaken("a virtual thread", (source, target) -> TransferTask.start(TransferTask.Carrier.VIRTUAL,
                    () -> source.transferTo(0, SIZE, target)).result());
        }
    }

    /** Knows nothing but the JDK, so that any class loader can have it. */
    static final class Stranger implements BiFunction<FileChannel, WritableByteChannel, Object> {
        Stranger() {
        }

        @Override
        public Object apply(FileChannel source, WritableByteChannel target) {
            try {
                return source.transferTo(0, source.size(), target);
            } catch (IOException e) {
                return e;
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static BiFunction<FileChannel, WritableByteChannel, Object> strangerIn(Class<?> type)
            throws ReflectiveOperationException {
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return (BiFunction<FileChannel, WritableByteChannel, Object>) constructor.newInstance();
    }

    private static byte[] classFile(Class<?> type) throws IOException {
        String name = type.getName();
        try (InputStream in = type.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
            return in.readAllBytes();
        }
    }

    private static void receives(String what, From work) throws Throwable {
        Totals before = Totals.now();
        try (FileChannel source = FileChannel.open(FILE); FileChannel target = FileChannel.open(COPY,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            Object result = work.receive(target, source);
            check(result.equals((long) SIZE), what + " has returned " + result);
        }
        Totals totals = Totals.now().minus(before);
        check(totals.equals(new Totals(1, SIZE, 0, 0, 0, 0)), what + " from: " + totals);
        check(Arrays.equals(CONTENT, Files.readAllBytes(COPY)), what + " has received other bytes");
    }

    private static void transferFrom() throws Throwable {
        receives("a call", (target, source) -> target.transferFrom(source, 0, SIZE));
        receives("a method reference", (target, source) -> {
            TransferFrom reference = FileChannel::transferFrom;
            return reference.call(target, source, 0, SIZE);
        });
        receives("reflection", (target, source) -> FileChannel.class
                .getMethod("transferFrom", ReadableByteChannel.class, long.class, long.class)
                .invoke(target, source, 0L, (long) SIZE));
        receives("a method handle", (target, source) -> (long) MethodHandles.publicLookup()
                .findVirtual(FileChannel.class, "transferFrom",
                        MethodType.methodType(long.class, ReadableByteChannel.class, long.class, long.class))
                .invokeExact(target, source, 0L, (long) SIZE));
    }

    private static void maps(String what, Mapper work) throws Throwable {
        Totals before = Totals.now();
        try (FileChannel channel = FileChannel.open(FILE)) {
            check(ByteBuffer.wrap(CONTENT).equals(work.map(channel)), what + " has mapped other bytes");
        }
        Totals totals = Totals.now().minus(before);
        check(totals.equals(new Totals(0, 0, 0, 1, 0, 0)), what + ": " + totals);
    }

    private static void map() throws Throwable {
        maps("a call", channel -> channel.map(MapMode.READ_ONLY, 0, SIZE));
        maps("a method reference", channel -> {
            Map reference = FileChannel::map;
            return reference.call(channel, MapMode.READ_ONLY, 0, SIZE);
        });
        maps("reflection", channel -> FileChannel.class.getMethod("map", MapMode.class, long.class, long.class)
                .invoke(channel, MapMode.READ_ONLY, 0L, (long) SIZE));
        maps("a method handle", channel -> (MappedByteBuffer) MethodHandles.publicLookup()
                .findVirtual(FileChannel.class, "map",
                        MethodType.methodType(MappedByteBuffer.class, MapMode.class, long.class, long.class))
                .invokeExact(channel, MapMode.READ_ONLY, 0L, (long) SIZE));
    }

    /** All of the JDK's ways to a file's channel lead to the same class. */
    private static void otherOpenings() throws Throwable {
        try (FileInputStream stream = new FileInputStream(FILE.toFile());
                RandomAccessFile file = new RandomAccessFile(FILE.toFile(), "r")) {
            for (FileChannel source : new FileChannel[] {stream.getChannel(), file.getChannel()}) {
                Totals totals = sent("of a stream", (from, to) -> from.transferTo(0, SIZE, to), source);
                check(totals.transfers() == 1, totals);
            }
        }
        try (FileChannel source = FileChannel.open(FILE); FileOutputStream stream = new FileOutputStream(COPY.toFile())) {
            Totals totals = during("to a stream", (from, to) -> from.transferTo(0, SIZE, to), source, stream.getChannel());
            check(totals.transfers() == 1, totals);
        }
    }

    /** A channel of somebody else's; what it passes on is the JDK's. */
    private static final class Counting extends ChannelDelegate {
        private int calls;

        Counting(FileChannel channel) {
            super(channel);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            calls++;
            return super.transferTo(position, count, target);
        }
    }

    /** A channel that has all the work done by itself. */
    private static final class SelfMade extends ChannelDelegate {
        SelfMade(FileChannel channel) {
            super(channel);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate((int) count);
            read(bytes, position);
            return target.write(bytes.flip());
        }
    }

    private static void subclasses() throws Throwable {
        try (Counting channel = new Counting(FileChannel.open(FILE))) {
            Totals totals = sent("a delegate", (source, target) -> source.transferTo(0, SIZE, target), channel);
            check(totals.equals(new Totals(1, SIZE, 0, 0, 0, 0)) && channel.calls == 1, "a delegate: " + totals);
        }
        try (SelfMade channel = new SelfMade(FileChannel.open(FILE))) {
            Totals totals = sent("a channel of its own", (source, target) -> source.transferTo(0, SIZE, target), channel);
            check(totals.equals(new Totals(0, 0, 0, 0, 0, 0)), "a channel of its own: " + totals);
        }
    }

    /** Streams transfer by channels from JDK 18 on. */
    private static void theJdkItself() throws Throwable {
        Totals totals = sent("the JDK's stream", (source, target) ->
                Channels.newInputStream(source).transferTo(Channels.newOutputStream(target)));
        check(!HAS_VIRTUAL_THREADS || totals.bytes() == SIZE, "the JDK's stream: " + totals);
        check(HAS_VIRTUAL_THREADS || totals.bytes() == 0, "the JDK's stream: " + totals);
    }
}
