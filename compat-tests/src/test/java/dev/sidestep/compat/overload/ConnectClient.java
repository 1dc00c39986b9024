package dev.sidestep.compat.overload;

import dev.sidestep.samples.Options;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Connects to an echo server again and again, each time for one byte there and back, and measures
 * how long that takes. Prints one line {@code connects count=… p50_ns=… p99_ns=… max_ns=…}.
 */
public final class ConnectClient {

  private static final long HIGHEST_NANOS = 600_000_000_000L;

  private ConnectClient() {}

  /** Connects and prints. */
  public static void main(String[] args) throws IOException {
    Options options =
        new Options("ConnectClient", "Measures connections to an echo server.")
            .value("host", "10.77.0.1", "server's address")
            .value("port", "7007", "server's port")
            .value("count", "1000", "connections to record")
            .value("warmup", "200", "connections before recording begins")
            .parse(args);
    InetSocketAddress server =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    connect(server, options.number("warmup"), new Histogram(HIGHEST_NANOS, 3));
    Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    connect(server, options.number("count"), histogram);
    System.out.printf(
        Locale.ROOT,
        "connects count=%d p50_ns=%d p99_ns=%d max_ns=%d%n",
        histogram.getTotalCount(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(99),
        histogram.getMaxValue());
  }

  private static void connect(InetSocketAddress server, long count, Histogram histogram)
      throws IOException {
    ByteBuffer message = ByteBuffer.allocateDirect(1);
    for (long i = 0; i < count; i++) {
      long startNanos = System.nanoTime();
      try (SocketChannel channel = SocketChannel.open(server)) {
        channel.write(message.clear());
        if (channel.read(message.clear()) < 0) {
          throw new EOFException("the server closed the connection");
        }
      }
      histogram.recordValue(System.nanoTime() - startNanos);
    }
  }
}
