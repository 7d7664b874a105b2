package io.ferronio.cli.explain;

import io.ferronio.Counters;
import io.ferronio.Route;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One file, moved once.
 *
 * @param sender what the moving thread has done
 * @param receiver what the reading one has; empty where there is none
 * @param wallNanos from the start until the receiver had the last byte, or until the file was written
 * @param peakBytes of memory that the process had more, at most
 * @param cachedBefore bytes of the source in the page cache
 * @param cachedAfter bytes of the source and the target in the page cache
 * @param routes FerroNIO's that were taken
 */
record Run(Meter.Reading sender, Optional<Meter.Reading> receiver, long wallNanos, OptionalLong peakBytes,
        OptionalLong cachedBefore, OptionalLong cachedAfter, Set<Route> routes) {

    /** What is moved and measured: the same for both destinations. */
    private record Moved(Meter.Reading reading, Closeable leftover) {
    }

    /**
     * Moves the file.
     *
     * @param digest what the target must have; only looked at where it is to be verified
     * @throws IOException also if the target has not got what it must
     */
    static Run of(Method method, Destination destination, SampleFile file, Path folder, Manner manner, byte[] digest)
            throws IOException, InterruptedException {
        try (FileChannel source = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            makeResident(source, file);
            return destination == Destination.SOCKET ? toSocket(method, source, file, manner, digest)
                    : toFile(method, source, file, folder, manner, digest);
        }
    }

    /** What others have driven out since it was read first: its device is not what is measured. */
    private static void makeResident(FileChannel source, SampleFile file) throws IOException {
        OptionalLong cached = CachedBytes.of(source);
        if (cached.isPresent() && cached.getAsLong() < file.size()) {
            SampleFile.digest(file.path(), SampleFile.sha256());
        }
    }

    private static Run toSocket(Method method, FileChannel source, SampleFile file, Manner manner, byte[] digest)
            throws IOException, InterruptedException {
        OptionalLong cachedBefore = CachedBytes.of(source);
        Counters before = Counters.snapshot();
        PeakMemory memory = PeakMemory.start();
        SocketChannel[] ends = Receiver.connection();
        Receiver receiver = Receiver.start(ends[1], manner);
        long wall = System.nanoTime();
        Moved moved;
        try (SocketChannel target = ends[0]) {
            moved = move(method, source, file.size(), target, manner);
        }
        Receiver.Received received = receiver.result();
        wall = System.nanoTime() - wall;
        OptionalLong peak = memory.stop();
        moved.leftover().close();
        check(method, received.bytes(), file.size(), received.digest(), digest);
        return new Run(moved.reading(), Optional.of(received.reading()), wall, peak, cachedBefore,
                CachedBytes.of(source), routes(before));
    }

    private static Run toFile(Method method, FileChannel source, SampleFile file, Path folder, Manner manner,
            byte[] digest) throws IOException {
        Path path = Files.createTempFile(folder, "ferronio-explain-", ".copy");
        path.toFile().deleteOnExit();
        try (FileChannel target = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            OptionalLong cachedBefore = CachedBytes.of(source);
            Counters before = Counters.snapshot();
            PeakMemory memory = PeakMemory.start();
            long wall = System.nanoTime();
            Moved moved = move(method, source, file.size(), target, manner);
            wall = System.nanoTime() - wall;
            OptionalLong peak = memory.stop();
            moved.leftover().close();
            OptionalLong cachedAfter = sum(CachedBytes.of(source), CachedBytes.of(target));
            MessageDigest sha = SampleFile.sha256();
            if (manner == Manner.VERIFIED) {
                SampleFile.digest(path, sha);
            }
            check(method, target.size(), file.size(), manner == Manner.VERIFIED ? sha.digest() : null, digest);
            return new Run(moved.reading(), Optional.empty(), wall, peak, cachedBefore, cachedAfter, routes(before));
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static Moved move(Method method, FileChannel source, long size, WritableByteChannel target, Manner manner)
            throws IOException {
        try (Meter meter = Meter.start(manner == Manner.COUNTED)) {
            Closeable leftover = method.mover().move(source, size, target);
            return new Moved(meter.read(), leftover);
        }
    }

    private static void check(Method method, long bytes, long size, byte[] found, byte[] digest) throws IOException {
        long expected = method.header().length + size;
        if (bytes != expected) {
            throw new IOException(bytes + " bytes arrived instead of " + expected + "; does somebody change the file?");
        }
        if (found != null && !Arrays.equals(found, digest)) {
            throw new IOException("other bytes arrived than the file has; does somebody change it?");
        }
    }

    private static OptionalLong sum(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || other.isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(one.getAsLong() + other.getAsLong());
    }

    private static Set<Route> routes(Counters before) {
        Counters after = Counters.snapshot();
        Set<Route> routes = EnumSet.noneOf(Route.class);
        for (Route route : Route.values()) {
            if (after.transfers(route) > before.transfers(route)) {
                routes.add(route);
            }
        }
        return routes;
    }
}
