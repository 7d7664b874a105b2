package io.ferronio.internal;

import io.ferronio.Counters;
import io.ferronio.CountersMXBean;
import io.ferronio.Mappings;
import io.ferronio.Route;
import io.ferronio.Transfers;
import io.ferronio.testing.Eventually;
import io.ferronio.testing.IsolatedCopy;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.MappedByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;

/** A program: the bean of the counters, as somebody sees it who asks the platform's MBean server. */
final class CountersThroughJmx {

    private static final String NAME = "io.ferronio:type=Counters";

    private CountersThroughJmx() {
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Arguments: which of the three below; a file of 3000 bytes. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[1]);
        switch (args[0]) {
            case "registered" -> registered(file);
            case "copies" -> copies(file);
            default -> watched(file);
        }
    }

    private static void registered(Path file) throws Exception {
        Counters.unregister();
        use(file);
        check(MBeanServerFactory.findMBeanServer(null).isEmpty(), "the library has started an MBean server");
        check(Counters.register().equals(NAME), Counters.register());
        check(names().equals(Set.of(NAME)), names());
        values(file);
        Counters.unregister();
        Counters.unregister();
        check(names().isEmpty(), names());
        Counters.register();
        // Somebody else may take it out.
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
        check(Counters.register().equals(NAME) && names().equals(Set.of(NAME)), names());
    }

    private static void values(Path file) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName(NAME);
        try (FileChannel channel = FileChannel.open(file)) {
            MappedByteBuffer open = Mappings.map(channel, MapMode.READ_ONLY, 0, 3000);
            MappedByteBuffer retired = Mappings.map(channel, MapMode.READ_ONLY, 0, 3000);
            Mappings.unmap(retired);
            TabularData bytes = (TabularData) server.getAttribute(name, "Bytes");
            check(bytes.size() == Route.values().length, bytes);
            check(bytes.get(new Object[] {"JDK"}).get("value").equals(3000L), bytes);
            CountersMXBean bean = JMX.newMXBeanProxy(server, name, CountersMXBean.class);
            Counters counters = Counters.snapshot();
            Set<String> routes = Arrays.stream(Route.values()).map(Route::name).collect(Collectors.toSet());
            check(bean.getTransfers().keySet().equals(routes), bean.getTransfers());
            check(bean.getBytes().keySet().equals(routes), bean.getBytes());
            for (Route route : Route.values()) {
                check(bean.getTransfers().get(route.name()) == counters.transfers(route), bean.getTransfers());
                check(bean.getBytes().get(route.name()) == counters.bytes(route), bean.getBytes());
            }
            check(bean.getTransfers().get("JDK") == 1, bean.getTransfers());
            check(bean.getMapped() == 1 && bean.getMappedBytes() == counters.mappedBytes(), bean.getMapped());
            check(bean.getMappedBytes() >= 3000, bean.getMappedBytes());
            check(bean.getRetired() == 1 && bean.getRetiredBytes() == counters.retiredBytes(), bean.getRetired());
            check(bean.getRetiredBytes() >= 3000, bean.getRetiredBytes());
            Mappings.unmap(open);
            check(retired.capacity() == 3000, "and it is reachable until here");
        }
    }

    private static void copies(Path file) throws Exception {
        Counters.register();
        WeakReference<ClassLoader> loader = registerACopy(file);
        check(names().equals(Set.of(NAME)), names());
        check(Eventually.afterCollection(() -> loader.get() == null), "an unregistered bean keeps its class loader");
    }

    /** In a method of its own: nothing may be left of the copies on main's stack. */
    private static WeakReference<ClassLoader> registerACopy(Path file) throws Exception {
        try (IsolatedCopy second = new IsolatedCopy(); IsolatedCopy third = new IsolatedCopy()) {
            check((NAME + ",copy=2").equals(second.call(CountersThroughJmx.class, "useAndRegister", file)), names());
            check((NAME + ",copy=3").equals(third.call(CountersThroughJmx.class, "useAndRegister", file)), names());
            check(names().size() == 3, names());
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            for (int copy = 2; copy <= 3; copy++) {
                TabularData bytes = (TabularData) server.getAttribute(new ObjectName(NAME + ",copy=" + copy), "Bytes");
                check(bytes.get(new Object[] {"JDK"}).get("value").equals(3000L), "another copy's: " + bytes);
            }
            second.call(CountersThroughJmx.class, "unregister", file);
            third.call(CountersThroughJmx.class, "unregister", file);
            return new WeakReference<>(second.loader());
        }
    }

    private static void watched(Path file) throws Exception {
        check(names().isEmpty(), "not before it is used: " + names());
        use(file);
        check(names().equals(Set.of(NAME)), names());
        check(Counters.register().equals(NAME) && names().equals(Set.of(NAME)), names());
        try (IsolatedCopy copy = new IsolatedCopy()) {
            copy.call(CountersThroughJmx.class, "use", file);
        }
        check(names().equals(Set.of(NAME)), "a copy that may be collected is not registered: " + names());
        values(file);
    }

    private static Set<String> names() throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.ferronio:*"), null).stream()
                .map(ObjectName::toString).collect(Collectors.toSet());
    }

    // ---- called in the copies, too

    /** One transfer, by the JDK's method: the target is not the kernel's. */
    static void use(Path file) throws IOException {
        try (FileChannel source = FileChannel.open(file)) {
            Transfers.transferTo(source, 0, 3000, Channels.newChannel(OutputStream.nullOutputStream()));
        }
    }

    static String useAndRegister(Path file) throws IOException {
        use(file);
        return Counters.register();
    }

    static void unregister(Path file) {
        Counters.unregister();
    }
}
