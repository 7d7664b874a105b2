package io.ferronio.apps.kafka;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Comparison;
import io.ferronio.apps.Trial;

/**
 * What consumers get from Kafka, measured as finely as a shared machine allows: a broker without and one with the agent are
 * there at the same time, and each round reads 500 MB from the one and then from the other.
 */
final class ConsumptionTrial {

    private static final int PASSES_TO_WARM_UP = 6;

    private ConsumptionTrial() {
    }

    /** As {@link Comparison}. */
    public static void main(String[] arguments) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error"); // Of the clients, in this JVM.
        Comparison.together(ConsumptionTrial::start, arguments);
    }

    private static Comparison.Round start(Trial trial) throws Exception {
        Broker broker = new Broker(trial, "broker");
        ApplicationJvm jvm = broker.start();
        Topic topic = new Topic(broker.address(), "numbers", 50_000);
        topic.produce(count -> { });
        topic.consume(PASSES_TO_WARM_UP);
        return () -> trial.measure("consume", jvm, topic.bytes(), () -> topic.consume(1));
    }
}
