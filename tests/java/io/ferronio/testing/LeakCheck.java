package io.ferronio.testing;

import io.ferronio.internal.TransferPipes;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test that leaves a file descriptor, a file mapping or a retired range behind. What is only
 * garbage is collected first. JUnit and jqwik find this class by themselves, in {@code META-INF/services}.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback, AroundPropertyHook {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakCheck.class);

    /**
     * Not a test's: what the JVM opens when it needs it (jars, libraries to look a symbol up, its own files,
     * sources of random bytes, the queues of its selectors, its control group), and what the guard opens once: the file behind all retired
     * ranges, the list of what is mapped.
     */
    private static final Pattern DESCRIPTOR_OF_THE_JVM = Pattern.compile(
            ".*\\.jar|.*\\.so(\\.[0-9.]+)?( \\(deleted\\))?|.*/lib/modules|/dev/u?random|anon_inode:\\[event(poll|fd)]"
                    + "|/memfd:ferronio-retired.*|/proc/[0-9]+/maps|/sys/fs/cgroup/.*");
    /** Likewise: code, the JVM's own files, anonymous memory. */
    private static final Pattern MAPPING_OF_THE_JVM = Pattern.compile(
            "|\\[.*]|.*\\.so(\\.[0-9.]+)?( \\(deleted\\))?|.*\\.ja?r|.*\\.jsa|.*/lib/modules|.*/hsperfdata_.*|/usr/.*");

    static {
        makeWhatTheJdkMakesOnce();
    }

    /** Closing a channel in use needs descriptors that the JDK makes at the first time and keeps. */
    private static void makeWhatTheJdkMakesOnce() {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel.open(server.getLocalAddress()).close();
            Pipe pipe = Pipe.open();
            pipe.sink().close();
            pipe.source().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("before", held());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        // A test that failed may leave anything behind, and its own failure says more.
        if (context.getExecutionException().isEmpty()) {
            @SuppressWarnings("unchecked")
            Map<String, Long> before = context.getStore(NAMESPACE).get("before", Map.class);
            check(before);
        }
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        Map<String, Long> before = held();
        return property.executeAndFinally(() -> check(before));
    }

    /** For all properties, also those of classes that do not name this hook. */
    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    private static void check(Map<String, Long> before) {
        if (!Eventually.afterCollection(() -> excess(before).isEmpty())) {
            throw new AssertionError("left behind: " + String.join(", ", excess(before)));
        }
    }

    /** What is held now beyond what was held before. */
    static List<String> excess(Map<String, Long> before) {
        List<String> excess = new ArrayList<>();
        held().forEach((what, amount) -> {
            long more = amount - before.getOrDefault(what, 0L);
            if (more > 0) {
                excess.add(what + ": " + more);
            }
        });
        return excess;
    }

    /** Descriptors by what they refer to, and mapped bytes by file. */
    static Map<String, Long> held() {
        TransferPipes.closeIdle(); // Kept for the next transfer: nobody's, and not lost.
        Map<String, Long> held = new TreeMap<>();
        TransferPipes.closeIdle();
        for (String number : new File("/proc/self/fd").list()) {
            String target = target(number);
            if (target != null && !DESCRIPTOR_OF_THE_JVM.matcher(target).matches()
                    && !(InPlace.ASKED && target.startsWith("pipe:"))) { // The agent keeps some for the next transfer, too.
                held.merge("descriptors of " + target, 1L, Long::sum);
            }
        }
        for (Memory.Range range : Memory.ranges()) {
            if (!MAPPING_OF_THE_JVM.matcher(range.name()).matches()) {
                held.merge("bytes mapped of " + range.name(), range.length(), Long::sum);
            }
        }
        return held;
    }

    /** Null for a descriptor that is closed by now: the listing's own, or another thread's. */
    private static String target(String number) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", number)).toString();
        } catch (IOException e) {
            return null;
        }
    }
}
