package io.ferronio.apps.kafka;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Trial;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/** A Kafka cluster of one process, broker and controller, with its storage; it can be killed and started again. */
final class Broker {

    private static final String LOG_TO_OUTPUT = "-Dorg.slf4j.simpleLogger.logFile=System.out";

    private final Trial trial;
    private final String name;
    private final Path storage;
    private final Path properties;
    private final String address;
    private int starts;
    private ApplicationJvm jvm;

    /** Makes the storage; does not start. */
    Broker(Trial trial, String name) throws IOException {
        this.trial = trial;
        this.name = name;
        storage = trial.folder().resolve(name);
        properties = trial.folder().resolve(name + ".properties");
        address = "localhost:" + freePort();
        String controller = "localhost:" + freePort();
        Files.writeString(properties, String.join("\n",
                "process.roles=broker,controller",
                "node.id=1",
                "controller.quorum.voters=1@" + controller,
                "controller.listener.names=CONTROLLER",
                "listeners=PLAINTEXT://" + address + ",CONTROLLER://" + controller,
                "log.dirs=" + storage,
                "log.segment.bytes=" + (16 << 20), // The log rolls dozens of times.
                "log.segment.delete.delay.ms=100",
                "offsets.topic.replication.factor=1"));
        PrintStream log = new PrintStream(Files.newOutputStream(trial.folder().resolve(name + ".format.log")));
        String[] format = {"format", "--config", properties.toString(), "--cluster-id", Uuid.randomUuid().toString()};
        Trial.require(StorageTool.execute(format, log) == 0, "The storage of Kafka could not be made: " + storage);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts it and waits until it serves. */
    ApplicationJvm start() throws IOException, InterruptedException {
        starts++;
        jvm = trial.start(name + "-" + starts, List.of(LOG_TO_OUTPUT), Kafka.class.getName(), properties.toString());
        jvm.await("Kafka Server started");
        return jvm;
    }

    /** Where clients find it. */
    String address() {
        return address;
    }

    /** Where its logs are. */
    Path storage() {
        return storage;
    }
}
