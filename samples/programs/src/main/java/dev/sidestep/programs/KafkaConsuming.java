package dev.sidestep.programs;

import dev.sidestep.samples.CorruptDataException;
import dev.sidestep.samples.Measurement;
import dev.sidestep.samples.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Kafka's consumer, which reads the same records again and again and checks every byte. */
public final class KafkaConsuming {
  private static final long RECORDS = 50_000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private KafkaConsuming() {}

  /** Writes what is to be read, warms up, measures and prints. */
  public static void main(String[] args) throws Exception {
    Options options = KafkaTopic.options("KafkaConsuming", "Measures a consumer.", args);
    KafkaTopic topic = new KafkaTopic(options);
    produce(topic);
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    Measurement measurement = new Measurement(options);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(Map.of("bootstrap.servers", topic.server()), bytes, bytes)) {
      consumer.assign(List.of(KafkaTopic.PARTITION));
      consumer.seekToBeginning(List.of(KafkaTopic.PARTITION));
      consume(topic, consumer, measurement);
    }
    measurement.report();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a record that is lost is missed when it is read
  private static void produce(KafkaTopic topic) {
    try (KafkaProducer<byte[], byte[]> producer = topic.newProducer()) {
      for (long offset = 0; offset < RECORDS; offset++) {
        producer.send(topic.record(offset));
      }
    }
  }

  private static void consume(
      KafkaTopic topic, KafkaConsumer<byte[], byte[]> consumer, Measurement measurement)
      throws IOException {
    long expected = 0;
    while (measurement.goesOn()) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(PATIENCE);
      if (records.isEmpty()) {
        throw new IOException("no record at " + expected + " within " + PATIENCE);
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        check(topic, expected++, record);
      }
      measurement.count(records.count());
      if (expected == RECORDS) {
        expected = 0;
        consumer.seekToBeginning(List.of(KafkaTopic.PARTITION));
      }
    }
  }

  private static void check(KafkaTopic topic, long expected, ConsumerRecord<byte[], byte[]> record)
      throws IOException {
    if (record.offset() != expected) {
      throw new IOException("record " + record.offset() + " instead of " + expected);
    }
    try {
      topic.check(expected, record.value());
    } catch (CorruptDataException e) {
      throw new IOException("record " + expected, e);
    }
  }
}
