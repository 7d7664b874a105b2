package io.ferronio.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts the system calls of one thread for real, by {@code perf_event_open(2)} on the tracepoint {@code
 * raw_syscalls:sys_enter}: those of the JVM's own that happen in this thread (a safepoint, the loading of a class) are
 * among them, those of other threads are not.
 *
 * <p>While there is one, every system call on the machine takes a little longer: who counts does not measure time.
 * Any thread may ask and close.
 */
public final class SystemCallCounter implements AutoCloseable {

    private static final String PARANOID = "/proc/sys/kernel/perf_event_paranoid";

    private final Thread thread = Thread.currentThread();
    private final int descriptor;
    /** What the kernel has counted and nobody wants to know: until this was made, and the reading itself. */
    private long overhead;
    private boolean closed;

    private SystemCallCounter(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Starts to count the calling thread's system calls.
     *
     * @return the counter, at 0
     * @throws IOException if they cannot be counted; the message says why, and what to do
     * @throws UnsupportedOperationException if the thread is a virtual one: it is the carrier that calls the kernel
     */
    public static SystemCallCounter ofThisThread() throws IOException {
        if (VirtualThreads.isCurrent()) {
            throw new UnsupportedOperationException("a virtual thread has no system calls of its own: count on a"
                    + " platform thread");
        }
        if (!NativeLibrary.isLoaded()) {
            throw new IOException("system calls cannot be counted: the native library is not loaded",
                    NativeLibrary.cause());
        }
        long tracepoint = PerformanceNatives.systemCallTracepoint();
        if (tracepoint < 0) {
            throw noTracepoint(tracepoint);
        }
        long descriptor = PerformanceNatives.openCounter(tracepoint);
        if (descriptor < 0) {
            throw notAllowed(descriptor);
        }
        SystemCallCounter counter = new SystemCallCounter((int) descriptor);
        long before = counter.count(); // The first call has to find the native.
        counter.overhead += before;
        return counter;
    }

    private static IOException noTracepoint(long result) {
        String tried = "system calls cannot be counted: the number of the tracepoint raw_syscalls:sys_enter in"
                + " /sys/kernel/tracing cannot be read (" + Errno.text(result) + "); ";
        return new IOException(tried + switch ((int) -result) {
            case Errno.EACCES, Errno.EPERM -> "run as root, or have root call `mount -o remount,mode=750,gid=<a group of"
                    + " this user's> /sys/kernel/tracing` and `sysctl kernel.perf_event_paranoid=1`";
            default -> "have root call `mount -t tracefs tracefs /sys/kernel/tracing`; if it is mounted, this kernel was"
                    + " built without CONFIG_FTRACE_SYSCALLS";
        });
    }

    private static IOException notAllowed(long result) {
        String tried = "system calls cannot be counted: perf_event_open: " + Errno.text(result) + " (" + PARANOID
                + " is " + paranoid() + "); ";
        return new IOException(tried + switch ((int) -result) {
            case Errno.EACCES, Errno.EPERM -> "run as root or with CAP_PERFMON, or have root call `sysctl"
                    + " kernel.perf_event_paranoid=1`; in a container its seccomp filter must let perf_event_open through";
            default -> "errno " + -result + ", see perf_event_open(2)";
        });
    }

    private static String paranoid() {
        try {
            return Files.readString(Path.of(PARANOID)).trim();
        } catch (IOException e) {
            return "not there";
        }
    }

    /**
     * The system calls that the thread has made since the counter was made; those that asking takes are not among them.
     *
     * @return their number
     * @throws IllegalStateException if the counter is closed
     */
    public synchronized long count() {
        if (closed) {
            throw new IllegalStateException("the counter is closed");
        }
        long count = PerformanceNatives.readCounter(descriptor);
        if (count < 0) {
            throw new IllegalStateException("the count cannot be read: " + Errno.text(count));
        }
        if (Thread.currentThread() == thread) {
            overhead++;
        }
        return count - overhead;
    }

    /** Ends the counting. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            PerformanceNatives.closeCounter(descriptor);
        }
    }
}
