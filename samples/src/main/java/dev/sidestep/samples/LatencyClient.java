package dev.sidestep.samples;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures round trips to an echo server one after the other: write a message, wait until all of it
 * has come back, record the time, and be silent for a while if asked to.
 */
public final class LatencyClient {
  private final SocketChannel channel;
  private final ByteBuffer message;
  private final RandomData data;
  private final long silenceNanos;
  private final Measurement measurement;
  private long sentBytes;

  private LatencyClient(SocketChannel channel, Options options) {
    this.channel = channel;
    this.message = ByteBuffer.allocateDirect(options.smallNumber("size"));
    this.data = new RandomData(options.number("seed"));
    this.silenceNanos = TimeUnit.MILLISECONDS.toNanos(options.number("silence-millis"));
    this.measurement = new Measurement(options);
  }

  /** Warms up, measures and prints. */
  public static void main(String[] args) throws IOException {
    Options options =
        Measurement.declare(
                new Options("LatencyClient", "Measures round trips to an echo server.")
                    .value("host", "127.0.0.1", "server's address")
                    .value("port", "7007", "server's port")
                    .value("mode", "selector", "how to wait: selector, blocking or spin")
                    .value("size", "64", "bytes of a message")
                    .value("seed", "1", "which random stream is sent")
                    .value("silence-millis", "0", "pause before each round trip that is recorded"),
                100000,
                50000)
            .parse(args);
    InetSocketAddress server =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    try (SocketChannel channel = SocketChannel.open(server)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      LatencyClient client = new LatencyClient(channel, options);
      switch (options.text("mode")) {
        case "selector" -> client.runBySelector();
        case "blocking" -> client.runByReading(true);
        case "spin" -> client.runByReading(false);
        default -> throw options.refuse("--mode is selector, blocking or spin");
      }
      client.measurement.report();
    }
  }

  private void runBySelector() throws IOException {
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      while (measurement.goesOn()) {
        long start = send();
        while (message.hasRemaining()) {
          selector.select();
          selector.selectedKeys().clear();
          receive();
        }
        record(start);
      }
    }
  }

  private void runByReading(boolean blocking) throws IOException {
    channel.configureBlocking(blocking);
    while (measurement.goesOn()) {
      long start = send();
      while (message.hasRemaining()) {
        receive();
      }
      record(start);
    }
  }

  /** Sends the next message and returns when that began. */
  private long send() throws IOException {
    message.clear();
    data.fill(message, sentBytes);
    message.flip();
    if (silenceNanos > 0 && measurement.isMeasuring()) {
      beSilent();
    }
    long start = System.nanoTime();
    while (message.hasRemaining()) {
      channel.write(message);
    }
    message.clear();
    return start;
  }

  private void beSilent() {
    long end = System.nanoTime() + silenceNanos;
    for (long left = silenceNanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void receive() throws IOException {
    if (channel.read(message) < 0) {
      throw new EOFException("the server closed the connection");
    }
  }

  private void record(long start) throws CorruptDataException {
    measurement.record(System.nanoTime() - start);
    data.check(message.flip(), sentBytes);
    sentBytes += message.limit();
  }
}
