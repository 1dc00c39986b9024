package dev.sidestep.programs;

import dev.sidestep.samples.CorruptDataException;
import dev.sidestep.samples.Measurement;
import dev.sidestep.samples.Options;
import dev.sidestep.samples.RandomData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of one partition whose records, 1 KiB each, are one random stream. */
final class KafkaTopic {
  static final TopicPartition PARTITION = new TopicPartition("compare", 0);

  private static final int RECORD_BYTES = 1024;

  private final RandomData data = new RandomData(1);
  private final String server;

  /** Makes the topic. */
  KafkaTopic(Options options) throws ExecutionException, InterruptedException {
    this.server = options.text("host") + ":" + options.text("port");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
      NewTopic topic = new NewTopic(PARTITION.topic(), Optional.of(1), Optional.empty());
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  static Options options(String program, String purpose, String[] args) {
    return Measurement.declare(
            new Options(program, purpose)
                .value("host", "127.0.0.1", "broker's address")
                .value("port", "9092", "broker's port"),
            0,
            0)
        .parse(args);
  }

  String server() {
    return server;
  }

  /** A producer that hears of a record once all replicas, that is the broker, have it. */
  KafkaProducer<byte[], byte[]> newProducer() {
    ByteArraySerializer serializer = new ByteArraySerializer();
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", server, "acks", "all"), serializer, serializer);
  }

  /** The record that is to be at {@code offset}. */
  ProducerRecord<byte[], byte[]> record(long offset) {
    byte[] value = new byte[RECORD_BYTES];
    data.fill(ByteBuffer.wrap(value), offset * RECORD_BYTES);
    return new ProducerRecord<>(PARTITION.topic(), PARTITION.partition(), null, value);
  }

  /** Compares what was read at {@code offset} with what was written there. */
  void check(long offset, byte[] value) throws CorruptDataException {
    data.check(ByteBuffer.wrap(value), offset * RECORD_BYTES);
  }
}
