package io.ferronio.cli;

import io.ferronio.Capabilities;
import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.Transfers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.ToLongFunction;

/** Sends the file over loopback in three ways, in turns, to a receiver that computes its digest. */
final class DemoTransfers {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private DemoTransfers() {
    }

    /** The ways take turns this often: on a busy machine one run each would compare moments, not ways. */
    private static final int ROUNDS = 3;

    private static final List<Way> WAYS = List.of(
            new Way("8 KiB read/write loop", DemoTransfers::readAndWrite),
            new Way("FileChannel.transferTo", DemoTransfers::transferToByJdk),
            new Way("Transfers.transferTo", DemoTransfers::transferToByFerronio));

    private interface Sender {
        void send(DemoFile file, SocketChannel target) throws IOException;
    }

    private record Way(String name, Sender sender) {
    }

    private record Run(long wall, long cpu, String route, boolean good) {
    }

    /** Sends the file in each way; whether every receiver got it. */
    static boolean run(DemoFile file) throws IOException, InterruptedException {
        Capabilities.isAvailable(); // Loads the library, which is not what is measured.
        List<List<Run>> runs = new ArrayList<>();
        WAYS.forEach(way -> runs.add(new ArrayList<>()));
        for (int round = 0; round < ROUNDS; round++) {
            for (int way = 0; way < WAYS.size(); way++) {
                runs.get(way).add(run(WAYS.get(way).sender(), file));
            }
        }
        System.out.printf("%-26s %10s %14s  %-24s %s%n", "file to socket", "wall time", "sender's CPU", "route", "digest");
        boolean good = true;
        for (int way = 0; way < WAYS.size(); way++) {
            good &= print(WAYS.get(way).name(), runs.get(way));
        }
        System.out.println("(medians of " + ROUNDS + " runs each, in turns; the receiver's SHA-256 bounds the wall time)");
        return good;
    }

    private static boolean print(String name, List<Run> runs) {
        boolean good = runs.stream().allMatch(Run::good);
        System.out.printf("%-26s %7d ms %11d ms  %-24s %s%n", name, median(runs, Run::wall) / 1_000_000,
                median(runs, Run::cpu) / 1_000_000, runs.get(0).route(), good ? "agrees" : "DIFFERS");
        return good;
    }

    private static long median(List<Run> runs, ToLongFunction<Run> figure) {
        return runs.stream().mapToLong(figure).sorted().toArray()[runs.size() / 2];
    }

    private static Run run(Sender sender, DemoFile file) throws IOException, InterruptedException {
        try (ServerSocketChannel server = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            FutureTask<byte[]> receiver = new FutureTask<>(receiver(server));
            Thread thread = new Thread(receiver, "receiver");
            thread.setDaemon(true);
            thread.start();

            Counters before = Counters.snapshot();
            long wall = System.nanoTime();
            long cpu = THREADS.getCurrentThreadCpuTime();
            try (SocketChannel target = SocketChannel.open(server.getLocalAddress())) {
                sender.send(file, target);
            }
            cpu = THREADS.getCurrentThreadCpuTime() - cpu;
            byte[] digest = receiver.get();
            wall = System.nanoTime() - wall;
            return new Run(wall, cpu, route(before, Counters.snapshot()), file.hasDigest(digest));
        } catch (ExecutionException e) {
            throw new IOException("the receiver failed", e.getCause());
        }
    }

    private static Callable<byte[]> receiver(ServerSocketChannel server) {
        return () -> {
            MessageDigest sha = DemoFile.sha256();
            ByteBuffer buffer = ByteBuffer.allocate(256 << 10);
            try (SocketChannel source = server.accept()) {
                while (source.read(buffer.clear()) >= 0) {
                    sha.update(buffer.flip());
                }
            }
            return sha.digest();
        };
    }

    private static String route(Counters before, Counters after) {
        for (Route route : Route.values()) {
            long calls = after.transfers(route) - before.transfers(route);
            if (calls > 0) {
                return route + " (" + calls + (calls == 1 ? " call)" : " calls)");
            }
        }
        return "not FerroNIO's";
    }

    private static void readAndWrite(DemoFile file, SocketChannel target) throws IOException {
        byte[] buffer = new byte[8192];
        try (InputStream in = Files.newInputStream(file.path())) {
            OutputStream out = Channels.newOutputStream(target);
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
    }

    private static void transferToByJdk(DemoFile file, SocketChannel target) throws IOException {
        try (FileChannel source = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            for (long sent = 0; sent < file.size();) {
                sent += source.transferTo(sent, file.size() - sent, target);
            }
        }
    }

    private static void transferToByFerronio(DemoFile file, SocketChannel target) throws IOException {
        try (FileChannel source = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            for (long sent = 0; sent < file.size();) {
                sent += Transfers.transferTo(source, sent, file.size() - sent, target);
            }
        }
    }
}
