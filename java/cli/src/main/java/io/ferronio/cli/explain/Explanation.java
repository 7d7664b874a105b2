package io.ferronio.cli.explain;

import io.ferronio.Capabilities;
import io.ferronio.FileCopy;
import io.ferronio.Route;
import io.ferronio.internal.NetworkDevice;
import io.ferronio.internal.SystemCallCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What each method has cost here, and why. */
public final class Explanation {

    private final Request request;
    private final SampleFile file;
    private final String fileSystem;
    private final Facts facts;
    private final List<NetworkDevice> otherDevices;
    private final Optional<String> notCounted;
    private final List<Row> rows;

    private Explanation(Request request, SampleFile file) throws IOException, InterruptedException {
        this.request = request;
        this.file = file;
        FileStore store = Files.getFileStore(file.path());
        this.fileSystem = store.type();
        this.facts = facts(store, request.folder());
        this.otherDevices = otherDevices(facts.device().name());
        this.notCounted = whyNotCounted();
        this.rows = measure();
    }

    /**
     * Moves the file by each method, several times and in turns, and measures. Takes seconds to minutes; what it makes is gone when it
     * returns.
     *
     * @param request what to explain
     * @return the outcome
     * @throws IOException if the file cannot be moved, or is not one
     * @throws InterruptedException if the thread is interrupted
     */
    public static Explanation of(Request request) throws IOException, InterruptedException {
        SampleFile given = request.file() == null ? null : SampleFile.given(request.file());
        long size = given == null ? request.size() : given.size();
        int files = (given == null ? 1 : 0) + (request.destinations().contains(Destination.FILE) ? 1 : 0);
        SampleFile.checkSpace(request.folder(), files * size, files > 1 ? "the file and a copy" : "a file");
        try (SampleFile file = given == null ? SampleFile.make(request.folder(), size) : given) {
            return new Explanation(request, file);
        }
    }

    private static Facts facts(FileStore source, Path folder) throws IOException {
        FileStore target = Files.getFileStore(folder);
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        if (loopback == null) {
            throw new SocketException("no network device has the address " + InetAddress.getLoopbackAddress()
                    + "; loopback is down: `ip link set lo up`");
        }
        return new Facts(NetworkDevice.of(loopback), !source.type().equals("tmpfs"), !target.type().equals("tmpfs"),
                source.equals(target) && sharesBlocks(folder));
    }

    /** Tried with a small file. */
    private static boolean sharesBlocks(Path folder) throws IOException {
        Path one = Files.createTempFile(folder, "ferronio-explain-", ".one");
        Path other = one.resolveSibling(one.getFileName() + ".other");
        try {
            Files.write(one, new byte[1 << 16]);
            return FileCopy.copy(one, other).routes().contains(Route.REFLINK);
        } finally {
            Files.deleteIfExists(other);
            Files.deleteIfExists(one);
        }
    }

    private static List<NetworkDevice> otherDevices(String name) throws SocketException {
        List<NetworkDevice> devices = new ArrayList<>();
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
            if (device.isUp() && !device.isVirtual() && !device.getName().equals(name)) {
                devices.add(NetworkDevice.of(device));
            }
        }
        return devices;
    }

    private static Optional<String> whyNotCounted() {
        try (SystemCallCounter counter = SystemCallCounter.ofThisThread()) {
            return counter.count() >= 0 ? Optional.empty() : Optional.of("the kernel's count is negative");
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** All methods by turns, round after round: on a busy machine one after the other would compare moments. */
    private List<Row> measure() throws IOException, InterruptedException {
        byte[] digest = file.digestAfter(new byte[0]);
        byte[] digestWithHeader = file.digestAfter(Movers.HEADER);
        List<Row> all = new ArrayList<>();
        for (Destination destination : request.destinations()) {
            List<Row> some = new ArrayList<>();
            for (Method method : Method.values()) {
                some.add(new Row(method, destination, facts, file.size(), problem(method, destination)));
            }
            all.addAll(some);
            for (Manner manner : manners()) {
                for (Row row : some) {
                    if (row.problem().isEmpty()) {
                        row.add(manner, run(row, manner, row.method().header().length > 0 ? digestWithHeader : digest));
                    }
                }
            }
        }
        return all;
    }

    private List<Manner> manners() {
        List<Manner> manners = new ArrayList<>(List.of(Manner.VERIFIED));
        if (notCounted.isEmpty()) {
            manners.add(Manner.COUNTED);
        }
        for (int round = 0; round < request.rounds(); round++) {
            manners.add(Manner.TIMED);
        }
        return manners;
    }

    private static Optional<String> problem(Method method, Destination destination) {
        Optional<String> none = method.notTo(destination);
        return none.isPresent() || Capabilities.isAvailable() || !method.isFerronio() ? none
                : Optional.of("there is no native library: doctor says why");
    }

    private Run run(Row row, Manner manner, byte[] digest) throws IOException, InterruptedException {
        try {
            return Run.of(row.method(), row.destination(), file, request.folder(), manner, digest);
        } catch (IOException e) {
            throw new IOException(row.method().title() + " " + row.destination().title() + ": " + e.getMessage(), e);
        }
    }

    Map<String, String> machine() {
        return request.machine();
    }

    int rounds() {
        return request.rounds();
    }

    SampleFile file() {
        return file;
    }

    /** The type of the file's file system. */
    String fileSystem() {
        return fileSystem;
    }

    /** On the way of the socket. */
    NetworkDevice device() {
        return facts.device();
    }

    /** Those that are up, for connections to elsewhere. */
    List<NetworkDevice> otherDevices() {
        return otherDevices;
    }

    boolean sharesBlocks() {
        return facts.sharesBlocks();
    }

    /** Why system calls were not counted; empty if they were. */
    Optional<String> notCounted() {
        return notCounted;
    }

    List<Destination> destinations() {
        return List.copyOf(request.destinations());
    }

    List<Row> rows(Destination destination) {
        return rows.stream().filter(row -> row.destination() == destination).toList();
    }
}
