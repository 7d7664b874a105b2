package io.ferronio.testing;

import io.ferronio.Capabilities;
import io.ferronio.Capability;
import io.ferronio.Counters;
import io.ferronio.FileLease;
import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import io.ferronio.PageCache;
import io.ferronio.Route;
import io.ferronio.Transfers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Uses everything once, checks what it gets, and reports what works and by whom: as a program, or by
 * {@link #report} from another class loader. Needs a file of a few pages, small enough for a pipe's and a
 * socket's buffer.
 */
public final class Probe {

    private final Map<String, String> report = new LinkedHashMap<>();
    private final Path file;
    private final byte[] content;

    private Probe(Path file) throws IOException {
        this.file = file;
        this.content = Files.readAllBytes(file);
    }

    /**
     * Prints the report as lines of {@code name=value}.
     *
     * @param args the file
     * @throws Exception if anything is not as it should be
     */
    public static void main(String[] args) throws Exception {
        report(Path.of(args[0])).forEach((name, value) -> System.out.println(name + "=" + value));
    }

    /**
     * Uses everything.
     *
     * @param file the file
     * @return {@code available}, {@code cause}, {@code library} (where it comes from), {@code loaded from} (the file
     *     that is mapped); {@code capability <name>}: yes, or why not; {@code socket, pipe, file, channel}, and the
     *     same with {@code from}: the route of a transfer; {@code map}: FerroNIO or JDK; {@code unmap, unmap of the JDK's,
     *     region, page cache, lease}: works, or the exception that says why not
     * @throws Exception if anything is not as it should be
     */
    public static Map<String, String> report(Path file) throws Exception {
        Probe probe = new Probe(file);
        probe.capabilities();
        probe.transfers();
        probe.mappings();
        probe.region();
        probe.pageCache();
        probe.lease();
        return probe.report;
    }

    /**
     * Reads a report that a child JVM has printed.
     *
     * @param output the JVM's output
     * @return the report
     */
    public static Map<String, String> parse(String output) {
        Map<String, String> report = new LinkedHashMap<>();
        output.lines().filter(line -> line.indexOf('=') > 0).forEach(line ->
                report.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return report;
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private void capabilities() {
        report.put("available", Boolean.toString(Capabilities.isAvailable()));
        report.put("cause", Capabilities.unavailabilityCause().map(Throwable::getMessage).orElse(""));
        check(Capabilities.isAvailable() == Capabilities.unavailabilityCause().isEmpty(), "a cause, or the library");
        for (Capability capability : Capabilities.all()) {
            report.put("capability " + capability.name(),
                    capability.isAvailable() ? "yes" : "no, " + capability.reason());
            if (capability.name().equals("native library")) {
                report.put("library", capability.reason());
            }
        }
        report.put("loaded from", Memory.ranges().stream().map(Memory.Range::name)
                .filter(name -> name.contains("libferronio")).findFirst().orElse("nowhere"));
    }

    private void transfers() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel sender = SocketChannel.open(server.getLocalAddress());
                    SocketChannel receiver = server.accept()) {
                transfer("socket", sender, receiver);
            }
        }
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink(); Pipe.SourceChannel source = pipe.source()) {
            transfer("pipe", sink, source);
        }
        Path copy = Files.createTempFile("ferronio-probe-", ".copy");
        try (FileChannel target = FileChannel.open(copy, StandardOpenOption.WRITE);
                FileChannel reader = FileChannel.open(copy)) {
            transfer("file", target, reader);
        } finally {
            Files.delete(copy);
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        transfer("channel", Channels.newChannel(stream), new LazyChannel(stream));
        receive();
    }

    /** Reads what a stream has got once it is asked for. */
    private static final class LazyChannel implements ReadableByteChannel {
        private final ByteArrayOutputStream stream;

        LazyChannel(ByteArrayOutputStream stream) {
            this.stream = stream;
        }

        @Override
        public int read(ByteBuffer buffer) {
            buffer.put(stream.toByteArray());
            return stream.size();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private void receive() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel sender = SocketChannel.open(server.getLocalAddress());
                    SocketChannel receiver = server.accept()) {
                sender.write(ByteBuffer.wrap(content));
                receive("from socket", receiver);
            }
        }
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink(); Pipe.SourceChannel source = pipe.source()) {
            sink.write(ByteBuffer.wrap(content));
            receive("from pipe", source);
        }
        try (FileChannel source = FileChannel.open(file)) {
            receive("from file", source);
        }
        receive("from channel", Channels.newChannel(new ByteArrayInputStream(content)));
    }

    private void receive(String name, ReadableByteChannel source) throws IOException {
        Counters before = Counters.snapshot();
        Path copy = Files.createTempFile("ferronio-probe-", ".copy");
        try (FileChannel target = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            long moved = Transfers.transferFrom(target, source, 0, content.length);
            check(moved == content.length, moved + " bytes " + name);
            check(Arrays.equals(content, Files.readAllBytes(copy)), "other bytes " + name);
        } finally {
            Files.delete(copy);
        }
        report(name, before);
    }

    private void report(String name, Counters before) {
        Counters after = Counters.snapshot();
        for (Route route : Route.values()) {
            if (after.bytes(route) - before.bytes(route) == content.length) {
                report.put(name, route.name());
            }
        }
    }

    private void transfer(String name, WritableByteChannel target, ReadableByteChannel receiver) throws IOException {
        Counters before = Counters.snapshot();
        try (FileChannel source = FileChannel.open(file)) {
            for (long sent = 0; sent < content.length;) {
                long n = Transfers.transferTo(source, sent, content.length - sent, target);
                check(n > 0, "nothing was sent to the " + name + " after " + sent + " bytes");
                sent += n;
            }
        }
        ByteBuffer received = ByteBuffer.allocate(content.length);
        while (received.hasRemaining()) {
            check(receiver.read(received) > 0, "the " + name + " ended after " + received.position() + " bytes");
        }
        check(Arrays.equals(content, received.array()), "the " + name + " got other bytes");
        report(name, before);
    }

    private void mappings() throws IOException, InterruptedException {
        long mappedBefore = Counters.snapshot().mapped();
        report.put("unmap", mapAndUnmap((channel, size) -> {
            MappedByteBuffer buffer = Mappings.map(channel, FileChannel.MapMode.READ_ONLY, 0, size);
            report.put("map", Counters.snapshot().mapped() == mappedBefore + 1 ? "FerroNIO" : "JDK");
            return buffer;
        }));
        report.put("unmap of the JDK's",
                mapAndUnmap((channel, size) -> channel.map(FileChannel.MapMode.READ_ONLY, 0, size)));
    }

    private interface Mapper {
        MappedByteBuffer map(FileChannel channel, long size) throws IOException;
    }

    /** On a file that nobody else has mapped. */
    private String mapAndUnmap(Mapper mapper) throws IOException, InterruptedException {
        Path own = Files.createTempFile("ferronio-probe-", ".copy");
        Files.write(own, content);
        try (FileChannel channel = FileChannel.open(own)) {
            MappedByteBuffer buffer = mapper.map(channel, content.length);
            check(buffer.equals(ByteBuffer.wrap(content)), "the mapped buffer shows other bytes");
            try {
                Mappings.unmap(buffer);
            } catch (UnsupportedOperationException e) {
                check(buffer.equals(ByteBuffer.wrap(content)), "the buffer was refused and changed");
                check(e.getCause() == Capabilities.unavailabilityCause().orElse(null), "the cause is the library's");
                return e.toString();
            }
            check(Memory.rangesOf(own).isEmpty(), "the file is still mapped");
            checkStale(buffer);
            return "works";
        } finally {
            Files.delete(own);
        }
    }

    /**
     * Reads a buffer that was unmapped, in a thread of its own: the error for it may come any time later in
     * the thread that has read.
     */
    private static void checkStale(ByteBuffer buffer) throws InterruptedException {
        byte[] seen = new byte[1];
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reader = new Thread(() -> seen[0] = buffer.get(buffer.capacity() / 2));
        reader.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        reader.start();
        reader.join();
        check(seen[0] == 0, "an unmapped buffer shows " + seen[0]);
        check(thrown.get() == null || thrown.get() instanceof InternalError, "reading an unmapped buffer: " + thrown);
    }

    private void region() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MappedRegion region = MappedRegion.map(channel, FileChannel.MapMode.READ_ONLY, 0, content.length);
            byte[] bytes = new byte[content.length];
            region.get(0, bytes, 0, bytes.length);
            check(Arrays.equals(content, bytes), "the region shows other bytes");
            region.close();
            try {
                region.get(0);
                throw new AssertionError("a closed region was read");
            } catch (IllegalStateException e) {
                report.put("region", "works");
            }
        } catch (UnsupportedOperationException e) {
            check(e.getCause() == Capabilities.unavailabilityCause().orElse(null), "the cause is the library's");
            report.put("region", e.toString());
        }
    }

    /** On a file of this user's own: the kernel need not tell him of others'. */
    private void pageCache() throws IOException {
        Path own = Files.createTempFile("ferronio-probe-", ".copy");
        Files.write(own, content);
        try (FileChannel channel = FileChannel.open(own)) {
            PageCache.readAhead(channel, 0, content.length);
            long pages = PageCache.residency(channel, 0, Long.MAX_VALUE).pages();
            check(pages > 0 && pages <= content.length, pages + " pages of " + content.length + " bytes");
            check(PageCache.residency(channel, 0, content.length).resident().isPresent(), "residency is unknown");
            PageCache.drop(channel, 0, content.length);
            report.put("page cache", "works");
        } catch (UnsupportedOperationException e) {
            check(e.getCause() == Capabilities.unavailabilityCause().orElse(null), "the cause is the library's");
            report.put("page cache", e.toString());
        } finally {
            Files.delete(own);
        }
    }

    /** On a file of its own: another user's cannot have one. */
    private void lease() throws IOException {
        Path own = Files.createTempFile("ferronio-probe-", ".copy");
        try (FileChannel channel = FileChannel.open(own)) {
            FileLease lease = FileLease.take(channel, FileLease.Type.READ, broken -> { });
            check(!lease.isBroken(), "nobody knows the file");
            lease.close();
            report.put("lease", "works");
        } catch (UnsupportedOperationException e) {
            check(e.getCause() == Capabilities.unavailabilityCause().orElse(null), "the cause is the library's");
            report.put("lease", e.toString());
        } finally {
            Files.delete(own);
        }
    }
}
