package io.ferronio.apps.kafka;

import io.ferronio.apps.Trial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic with the {@link Records} 0, 1, 2, ...: record n is in partition n % 2, at offset n / 2, with the timestamp of
 * the first plus n milliseconds. So a record that is lost, doubled or out of order is one with the wrong content.
 */
final class Topic {

    static final int PARTITIONS = 2;

    private static final int BATCH_SIZE = 1 << 18;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);

    private final String broker;
    private final String name;
    private final long records;
    private final long firstTimestamp;
    private final List<TopicPartition> partitions;

    /**
     * Makes it.
     *
     * @param broker the broker's address
     * @param name the topic's name
     * @param records how many it is to hold
     */
    Topic(String broker, String name, long records) throws ExecutionException, InterruptedException {
        this.broker = broker;
        this.name = name;
        this.records = records;
        firstTimestamp = System.currentTimeMillis() - records;
        partitions = IntStream.range(0, PARTITIONS).mapToObj(partition -> new TopicPartition(name, partition)).toList();
        try (Admin admin = Admin.create(configuration())) {
            admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1))).all().get();
        }
    }

    /** Of all values. */
    long bytes() {
        return records * Records.SIZE;
    }

    /**
     * Sends all records and waits until they are acknowledged.
     *
     * @param acknowledged is called after each acknowledgement, with the number of them so far
     */
    void produce(LongConsumer acknowledged) {
        Acknowledgements acknowledgements = new Acknowledgements(acknowledged);
        Map<String, Object> configuration = configuration(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_SIZE);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(configuration, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long number = 0; number < records; number++) {
                long sent = number;
                int partition = (int) (number % PARTITIONS);
                long timestamp = firstTimestamp + number;
                producer.send(new ProducerRecord<>(name, partition, timestamp, null, Records.value(number)),
                        (metadata, failure) -> acknowledgements.add(sent, metadata, failure));
                if (number == PARTITIONS - 1) {
                    producer.flush(); // Kafka keeps the order of a producer's batches once a partition has the first.
                }
            }
        }
        acknowledgements.requireAll();
    }

    /** Called by the producer's one thread. */
    private final class Acknowledgements {
        private final LongConsumer listener;
        private long count;
        private final AtomicReference<String> wrong = new AtomicReference<>();

        Acknowledgements(LongConsumer listener) {
            this.listener = listener;
        }

        void add(long number, RecordMetadata metadata, Exception failure) {
            if (failure != null) {
                wrong.compareAndSet(null, "Record " + number + " was not acknowledged: " + failure);
            } else if (metadata.offset() != number / PARTITIONS) {
                wrong.compareAndSet(null, "Record " + number + " was acknowledged at offset " + metadata.offset());
            }
            listener.accept(++count);
        }

        void requireAll() {
            Trial.require(wrong.get() == null, wrong.get());
            Trial.require(count == records, count + " of " + records + " records were acknowledged");
        }
    }

    /**
     * Reads all records from the first to the last.
     *
     * @param times how often
     */
    void consume(int times) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(configuration())) {
            for (int i = 0; i < times; i++) {
                consumer.seekToBeginning(partitions);
                long[] next = new long[PARTITIONS];
                for (long read = 0; read < records;) {
                    for (ConsumerRecord<byte[], byte[]> record : poll(consumer)) {
                        require(record, next[record.partition()]++);
                        read++;
                    }
                }
            }
        }
    }

    /**
     * Reads single records here and there, by offset and by timestamp: the broker looks in its indexes.
     *
     * @param times how many
     */
    void lookUp(int times) {
        Random random = new Random(times);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(configuration(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 3 * Records.SIZE))) {
            for (int i = 0; i < times; i++) {
                long number = random.nextLong(records);
                long offset = number / PARTITIONS;
                TopicPartition partition = partitions.get((int) (number % PARTITIONS));
                long timestamp = firstTimestamp + number;
                long found = consumer.offsetsForTimes(Map.of(partition, timestamp)).get(partition).offset();
                Trial.require(found == offset, "%s: timestamp %d leads to offset %d instead of %d"
                        .formatted(partition, timestamp, found, offset));
                consumer.assign(List.of(partition));
                consumer.seek(partition, offset);
                require(poll(consumer).iterator().next(), offset);
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> configuration) {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(partitions);
        return consumer;
    }

    private ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> consumer) {
        ConsumerRecords<byte[], byte[]> some = consumer.poll(LONGEST_SILENCE);
        Trial.require(!some.isEmpty(), "%s: no record has come in %s".formatted(name, LONGEST_SILENCE));
        return some;
    }

    private static void require(ConsumerRecord<byte[], byte[]> record, long offset) {
        long number = offset * PARTITIONS + record.partition();
        Trial.require(record.offset() == offset && Records.isValue(record.value(), number),
                "%s, partition %d: the record at offset %d is not record %d, which belongs at %d"
                        .formatted(record.topic(), record.partition(), record.offset(), number, offset));
    }

    /** Deletes it; its files go a little later. */
    void delete() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(configuration())) {
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    private Map<String, Object> configuration() {
        return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker);
    }

    private Map<String, Object> configuration(String key, int value) {
        return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker, key, value);
    }
}
