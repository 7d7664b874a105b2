package io.ferronio;

import java.util.Map;

/**
 * The totals of {@link Counters} for JMX, as {@code io.ferronio:type=Counters} in the platform's MBean server. They
 * are read when an attribute is asked for, and only then.
 *
 * <p>{@link Counters#register} registers it. In a JVM that was started with {@code com.sun.management.jmxremote} or
 * {@code com.sun.management.jmxremote.port}, the library does so by itself when it is first used, if it was loaded
 * by the application class loader. Not in others, for two reasons: starting the platform's MBean server takes time and
 * hundreds of classes, and a bean keeps its class loader from being collected, as an application server wants to when
 * it stops an application. So who attaches to a program later finds the bean only if the program has registered it.
 *
 * <p>Any thread may call all methods at any time; none blocks.
 */
public interface CountersMXBean {

    /**
     * As {@link Counters#transfers}.
     *
     * @return calls by the name of each {@link Route}; in JMX, tabular data with the columns {@code key} and
     *     {@code value}
     */
    Map<String, Long> getTransfers();

    /**
     * As {@link Counters#bytes}.
     *
     * @return bytes by the name of each {@link Route}
     */
    Map<String, Long> getBytes();

    /**
     * As {@link Counters#mapped}.
     *
     * @return the number of mappings
     */
    long getMapped();

    /**
     * As {@link Counters#mappedBytes}.
     *
     * @return bytes of address space
     */
    long getMappedBytes();

    /**
     * As {@link Counters#retired}.
     *
     * @return the number of retired mappings
     */
    long getRetired();

    /**
     * As {@link Counters#retiredBytes}.
     *
     * @return bytes of address space
     */
    long getRetiredBytes();

    /**
     * As {@link Counters#faults}.
     *
     * @return the number of pages
     */
    long getFaults();
}
