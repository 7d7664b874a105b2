package io.ferronio.internal;

import io.ferronio.CountersMXBean;
import io.ferronio.Route;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The bean of the counters in the platform's MBean server. Only loaded where there is a module java.management. */
final class CountersBean implements CountersMXBean {

    private static final String NAME = "io.ferronio:type=Counters";

    /** Under which name the bean of this copy of the library was registered, or null. */
    private static ObjectName registered;

    private CountersBean() {
    }

    /** Registers the bean if it is not, under the first name that no other copy of the library has taken. */
    static synchronized String register() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        if (registered == null || !server.isRegistered(registered)) {
            registered = register(server);
        }
        return registered.toString();
    }

    private static ObjectName register(MBeanServer server) {
        CountersBean bean = new CountersBean();
        for (int copy = 1; true; copy++) {
            try {
                ObjectName name = new ObjectName(copy == 1 ? NAME : NAME + ",copy=" + copy);
                return server.registerMBean(bean, name).getObjectName();
            } catch (InstanceAlreadyExistsException e) {
                continue; // Another class loader's.
            } catch (JMException e) {
                throw new IllegalStateException("cannot register " + NAME, e);
            }
        }
    }

    /** Takes the bean out, if it is there. */
    static synchronized void unregister() {
        if (registered != null) {
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(registered);
            } catch (InstanceNotFoundException e) {
                // Somebody else has done it.
            } catch (JMException e) {
                throw new IllegalStateException("cannot unregister " + registered, e);
            } finally {
                registered = null;
            }
        }
    }

    private static Map<String, Long> byRoute(ToLongFunction<Route> total) {
        Map<String, Long> totals = new LinkedHashMap<>();
        for (Route route : Route.values()) {
            totals.put(route.name(), total.applyAsLong(route));
        }
        return totals;
    }

    @Override
    public Map<String, Long> getTransfers() {
        return byRoute(Tally::transfers);
    }

    @Override
    public Map<String, Long> getBytes() {
        return byRoute(Tally::bytes);
    }

    @Override
    public long getMapped() {
        return Tally.mapped();
    }

    @Override
    public long getMappedBytes() {
        return Tally.mappedBytes();
    }

    @Override
    public long getRetired() {
        return Tally.retired();
    }

    @Override
    public long getRetiredBytes() {
        return Tally.retiredBytes();
    }

    @Override
    public long getFaults() {
        return Tally.faults();
    }
}
