package dev.sidestep.samples;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Holds many connections to an echo server, all registered with one selector, of which a few have a
 * round trip under way at any time and the rest are silent.
 */
public final class HeldConnectionsClient {
  private final Measurement measurement;

  private HeldConnectionsClient(Measurement measurement) {
    this.measurement = measurement;
  }

  /** Connects, warms up, measures and prints. */
  public static void main(String[] args) throws IOException {
    Options options =
        Measurement.declare(
                new Options("HeldConnectionsClient", "Measures round trips among silent peers.")
                    .value("host", "127.0.0.1", "server's address")
                    .value("port", "7007", "the first of the server's ports")
                    .value("ports", "1", "ports from there on, as each has only so many peers")
                    .value("size", "64", "bytes of a message")
                    .value("connections", "10000", "connections in all")
                    .value("active", "64", "connections with a round trip under way"),
                100_000,
                1000)
            .parse(args);
    try (Selector selector = Selector.open()) {
      Echo[] active = connect(options, selector);
      HeldConnectionsClient client = new HeldConnectionsClient(new Measurement(options));
      client.run(selector, active);
      client.measurement.report();
    }
  }

  private static Echo[] connect(Options options, Selector selector) throws IOException {
    int connections = options.smallNumber("connections");
    Echo[] active = new Echo[Math.min(options.smallNumber("active"), connections)];
    int every = connections / active.length;
    for (int i = 0; i < connections; i++) {
      int port = options.smallNumber("port") + i % options.smallNumber("ports");
      SocketChannel channel = SocketChannel.open(new InetSocketAddress(options.text("host"), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      if (i % every == 0 && i / every < active.length) {
        active[i / every] = new Echo(channel, i, options.smallNumber("size"));
        key.attach(active[i / every]);
      }
    }
    return active;
  }

  private void run(Selector selector, Echo[] active) throws IOException {
    for (Echo echo : active) {
      echo.send();
    }
    boolean goesOn = true;
    while (goesOn) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (!(key.attachment() instanceof Echo echo)) {
          throw new EOFException("the server closed a silent connection");
        }
        if (goesOn && echo.hasCome()) {
          measurement.record(System.nanoTime() - echo.sentNanos);
          goesOn = measurement.goesOn();
          echo.send();
        }
      }
      selector.selectedKeys().clear();
    }
  }

  /** One connection that is not silent. */
  private static final class Echo {
    private final SocketChannel channel;
    private final RandomData data;
    private final ByteBuffer message;
    private long sentBytes;
    private long sentNanos;

    Echo(SocketChannel channel, int seed, int messageBytes) {
      this.channel = channel;
      this.data = new RandomData(seed);
      this.message = ByteBuffer.allocateDirect(messageBytes);
    }

    void send() throws IOException {
      data.fill(message.clear(), sentBytes);
      message.flip();
      sentNanos = System.nanoTime();
      while (message.hasRemaining()) {
        channel.write(message);
      }
      message.clear();
    }

    /** Reads what has arrived; true once the whole message has, as it was sent. */
    boolean hasCome() throws IOException {
      if (channel.read(message) < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (message.hasRemaining()) {
        return false;
      }
      data.check(message.flip(), sentBytes);
      sentBytes += message.limit();
      return true;
    }
  }
}
