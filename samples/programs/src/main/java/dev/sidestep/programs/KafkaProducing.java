package dev.sidestep.programs;

import dev.sidestep.samples.Measurement;
import dev.sidestep.samples.Options;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's producer, with so many records on the way at a time that their time is that of the
 * network and not of a queue. A record counts when the broker has acknowledged it.
 */
public final class KafkaProducing {
  private static final int ON_THE_WAY = 1000;

  private final Measurement measurement;
  private final Semaphore room = new Semaphore(ON_THE_WAY);
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  private KafkaProducing(Measurement measurement) {
    this.measurement = measurement;
  }

  /** Warms up, measures and prints. */
  public static void main(String[] args) throws Exception {
    Options options = KafkaTopic.options("KafkaProducing", "Measures a producer.", args);
    KafkaTopic topic = new KafkaTopic(options);
    Measurement measurement = new Measurement(options);
    try (KafkaProducer<byte[], byte[]> producer = topic.newProducer()) {
      new KafkaProducing(measurement).run(topic, producer);
    }
    measurement.report();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
  private void run(KafkaTopic topic, KafkaProducer<byte[], byte[]> producer) throws Exception {
    for (long offset = 0; measurement.goesOn(); offset++) {
      room.acquire();
      rethrow();
      long expected = offset;
      long sentNanos = System.nanoTime();
      producer.send(
          topic.record(offset),
          (metadata, exception) -> acknowledged(expected, sentNanos, metadata, exception));
    }
    producer.flush();
    rethrow();
  }

  private void acknowledged(
      long expected, long sentNanos, RecordMetadata metadata, @Nullable Exception exception) {
    measurement.record(System.nanoTime() - sentNanos);
    if (exception != null) {
      failure.set(exception);
    } else if (metadata.offset() != expected) {
      failure.set(new IOException("record " + expected + " is at " + metadata.offset()));
    }
    room.release();
  }

  private void rethrow() throws Exception {
    Exception thrown = failure.get();
    if (thrown != null) {
      throw thrown;
    }
  }
}
