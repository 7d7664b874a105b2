package io.ferronio.apps;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Asks another JVM of this machine for a value, by JMX. It was not started for that: it is attached to. */
final class Management {

    private Management() {
    }

    static long attribute(long pid, String bean, String attribute) throws IOException {
        return (Long) ask(pid, jvm -> jvm.getAttribute(new ObjectName(bean), attribute));
    }

    static void collectGarbage(long pid) throws IOException {
        ask(pid, jvm -> jvm.invoke(new ObjectName(ManagementFactory.MEMORY_MXBEAN_NAME), "gc", null, null));
    }

    /** The classes of the objects that can be reached, and how many there are of each. Collects garbage. */
    static String classHistogram(long pid) throws IOException {
        return (String) ask(pid, jvm -> jvm.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram", new Object[] {new String[0]}, new String[] {String[].class.getName()}));
    }

    /** What to ask. */
    private interface Question {
        Object put(MBeanServerConnection jvm) throws IOException, JMException;
    }

    private static Object ask(long pid, Question question) throws IOException {
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address(pid)))) {
            return question.put(connector.getMBeanServerConnection());
        } catch (JMException e) {
            throw new IOException("JVM " + pid + " does not answer", e);
        }
    }

    private static String address(long pid) throws IOException {
        try {
            VirtualMachine jvm = VirtualMachine.attach(Long.toString(pid));
            try {
                return jvm.startLocalManagementAgent();
            } finally {
                jvm.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("JVM " + pid + " cannot be attached to", e);
        }
    }
}
