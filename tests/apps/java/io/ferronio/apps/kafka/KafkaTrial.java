package io.ferronio.apps.kafka;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Comparison;
import io.ferronio.apps.Trial;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Kafka: 500 MB in and out, index files mapped, looked up and unmapped, and a broker that is killed. Its consumers get
 * the log by {@code FileChannel.transferTo}; its indexes are {@code FileChannel.map}, resized when the log rolls, and
 * unmapped by {@code Unsafe.invokeCleaner}.
 */
final class KafkaTrial {

    private static final int PASSES_TO_WARM_UP = 2;
    private static final int PASSES = 4;

    private KafkaTrial() {
    }

    /** As {@link Comparison}. */
    public static void main(String[] arguments) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error"); // Of the clients, in this JVM.
        Comparison.main(KafkaTrial::run, arguments);
    }

    private static void run(Trial trial) throws Exception {
        serve(trial);
        survive(trial);
    }

    private static void serve(Trial trial) throws Exception {
        Broker broker = new Broker(trial, "broker");
        ApplicationJvm jvm = broker.start();
        trial.figure("start-up, s", jvm.age());

        Topic topic = new Topic(broker.address(), "numbers", 50_000);
        trial.measure("produce", jvm, topic.bytes(), () -> topic.produce(count -> { }));
        topic.consume(PASSES_TO_WARM_UP);
        trial.measure("consume", jvm, PASSES * topic.bytes(), () -> topic.consume(PASSES));
        topic.lookUp(200);
        trial.mapped(jvm, broker.storage() + "/");

        topic.delete();
        for (int partition = 0; partition < Topic.PARTITIONS; partition++) {
            jvm.await("Deleted log for partition numbers-" + partition);
        }
        jvm.awaitUnmapped(broker.storage() + "/numbers-");

        Topic another = new Topic(broker.address(), "another", 100);
        another.produce(count -> { });
        another.consume(1);
        long sent = jvm.attribute("kafka.server:type=BrokerTopicMetrics,name=BytesOutPerSec", "Count");
        trial.transferred(sent, jvm.stop());
    }

    /** What is acknowledged is there after kill -9, and the producer goes on as if nothing had been. */
    private static void survive(Trial trial) throws Exception {
        Broker broker = new Broker(trial, "killed");
        ApplicationJvm jvm = broker.start();
        long records = 20_000;
        Topic topic = new Topic(broker.address(), "numbers", records);
        CountDownLatch enough = new CountDownLatch(1);
        CompletableFuture<Void> producing = CompletableFuture.runAsync(() -> topic.produce(count -> {
            if (count == records / 2) {
                enough.countDown();
            }
        }));
        producing.exceptionally(failure -> {
            enough.countDown();
            return null;
        });
        enough.await();
        jvm.kill();

        jvm = broker.start();
        trial.figure("start-up after kill -9, s", jvm.age());
        producing.join();
        topic.consume(1);
        topic.lookUp(50);
        Trial.require(jvm.stop().faults() == 0, "There were faults in mappings");
    }
}
