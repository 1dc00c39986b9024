package dev.sidestep.samples;

import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Measures round trips to an echo server one after the other: write a message, wait until all of it
 * has come back, record the time. Prints one line of {@code name=value} pairs.
 */
public final class LatencyClient {
  private static final long HIGHEST_NANOS = 60_000_000_000L;

  private final SocketChannel channel;
  private final ByteBuffer message;

  private LatencyClient(SocketChannel channel, int messageBytes) {
    this.channel = channel;
    this.message = ByteBuffer.allocateDirect(messageBytes);
  }

  /** Warms up, measures and prints. */
  public static void main(String[] args) throws IOException {
    Options options =
        new Options("LatencyClient", "Measures round trips to an echo server.")
            .value("host", "127.0.0.1", "server's address")
            .value("port", "7007", "server's port")
            .value("mode", "selector", "how to wait: selector, blocking or spin")
            .value("size", "64", "bytes of a message")
            .value("count", "100000", "round trips to record")
            .value("warmup", "50000", "round trips before recording begins")
            .value("warmup-seconds", "0", "least time before recording begins")
            .value("hgrm", "", "file for the percentile distribution")
            .value("hlog", "", "file for the histogram in HdrHistogram's log format")
            .parse(args);
    InetSocketAddress server =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    try (SocketChannel channel = SocketChannel.open(server)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      LatencyClient client = new LatencyClient(channel, options.smallNumber("size"));
      Histogram histogram = client.run(options);
      print(histogram, options);
      writeFiles(histogram, options);
    }
  }

  private Histogram run(Options options) throws IOException {
    WarmUp warmUp = new WarmUp(options.number("warmup"), options.number("warmup-seconds"));
    return switch (options.text("mode")) {
      case "selector" -> runBySelector(warmUp, options.number("count"));
      case "blocking" -> runByReading(warmUp, options.number("count"), true);
      case "spin" -> runByReading(warmUp, options.number("count"), false);
      default -> throw options.refuse("--mode is selector, blocking or spin");
    };
  }

  private Histogram runBySelector(WarmUp warmUp, long count) throws IOException {
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      while (warmUp.goesOn()) {
        selectorRoundTrip(selector);
      }
      Histogram histogram = newHistogram();
      for (long i = 0; i < count; i++) {
        long start = System.nanoTime();
        selectorRoundTrip(selector);
        histogram.recordValue(System.nanoTime() - start);
      }
      histogram.setEndTimeStamp(System.currentTimeMillis());
      return histogram;
    }
  }

  private void selectorRoundTrip(Selector selector) throws IOException {
    send();
    while (message.hasRemaining()) {
      selector.select();
      selector.selectedKeys().clear();
      receive();
    }
  }

  private Histogram runByReading(WarmUp warmUp, long count, boolean blocking) throws IOException {
    channel.configureBlocking(blocking);
    while (warmUp.goesOn()) {
      readingRoundTrip();
    }
    Histogram histogram = newHistogram();
    for (long i = 0; i < count; i++) {
      long start = System.nanoTime();
      readingRoundTrip();
      histogram.recordValue(System.nanoTime() - start);
    }
    histogram.setEndTimeStamp(System.currentTimeMillis());
    return histogram;
  }

  private void readingRoundTrip() throws IOException {
    send();
    while (message.hasRemaining()) {
      receive();
    }
  }

  private void send() throws IOException {
    message.clear();
    while (message.hasRemaining()) {
      channel.write(message);
    }
    message.clear();
  }

  private void receive() throws IOException {
    if (channel.read(message) < 0) {
      throw new EOFException("the server closed the connection");
    }
  }

  private static Histogram newHistogram() {
    Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    histogram.setStartTimeStamp(System.currentTimeMillis());
    return histogram;
  }

  private static void print(Histogram histogram, Options options) {
    System.out.printf(
        Locale.ROOT,
        "latency mode=%s size_bytes=%d count=%d min_ns=%d p50_ns=%d p90_ns=%d p99_ns=%d"
            + " p999_ns=%d max_ns=%d%n",
        options.text("mode"),
        options.number("size"),
        histogram.getTotalCount(),
        histogram.getMinValue(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(90),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getMaxValue());
  }

  private static void writeFiles(Histogram histogram, Options options) throws IOException {
    if (!options.text("hgrm").isEmpty()) {
      try (PrintStream file = open(options.text("hgrm"))) {
        histogram.outputPercentileDistribution(file, 1000.0);
      }
    }
    if (!options.text("hlog").isEmpty()) {
      try (PrintStream file = open(options.text("hlog"))) {
        HistogramLogWriter writer = new HistogramLogWriter(file);
        writer.outputLogFormatVersion();
        writer.outputLegend();
        writer.outputIntervalHistogram(histogram);
      }
    }
  }

  private static PrintStream open(String path) throws IOException {
    return new PrintStream(new FileOutputStream(path), false, StandardCharsets.UTF_8);
  }
}
