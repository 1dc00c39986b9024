package dev.sidestep.samples;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Measures blocking round trips to an echo server from many threads, each on a connection of its
 * own, or on a new connection for every round trip.
 */
public final class ThreadsClient {
  private ThreadsClient() {}

  /** Warms up, measures and prints. */
  public static void main(String[] args) throws Exception {
    Options options =
        Measurement.declare(
                new Options("ThreadsClient", "Measures round trips from many threads.")
                    .value("host", "127.0.0.1", "server's address")
                    .value("port", "7007", "server's port")
                    .value("size", "64", "bytes of a message")
                    .value("threads", "4", "threads, each with one round trip at a time")
                    .value("kind", "platform", "threads of which kind: platform or virtual")
                    .flag("reconnect", "a connection for each round trip"),
                0,
                0)
            .parse(args);
    Thread.Builder builder =
        options.oneOf("kind", "platform", "virtual").equals("virtual")
            ? Thread.ofVirtual()
            : Thread.ofPlatform();
    Workers.measure(
        options, builder, options.smallNumber("threads"), number -> new Echo(options, number));
  }

  private static final class Echo implements Workers.Operation {
    private final InetSocketAddress server;
    private final boolean reconnect;
    private final RandomData data;
    private final ByteBuffer message;
    private SocketChannel channel;
    private long sentBytes;

    Echo(Options options, int seed) throws IOException {
      this.server = new InetSocketAddress(options.text("host"), options.smallNumber("port"));
      this.reconnect = options.has("reconnect");
      this.data = new RandomData(seed);
      this.message = ByteBuffer.allocateDirect(options.smallNumber("size"));
      this.channel = connect(server);
    }

    private static SocketChannel connect(InetSocketAddress server) throws IOException {
      SocketChannel channel = SocketChannel.open(server);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      return channel;
    }

    @Override
    public void run() throws IOException {
      if (reconnect) {
        channel.close();
        channel = connect(server);
      }
      data.fill(message.clear(), sentBytes);
      message.flip();
      while (message.hasRemaining()) {
        channel.write(message);
      }
      message.clear();
      while (message.hasRemaining()) {
        if (channel.read(message) < 0) {
          throw new EOFException("the server closed the connection");
        }
      }
      data.check(message.flip(), sentBytes);
      sentBytes += message.limit();
    }

    @Override
    public void finish() throws IOException {
      channel.close();
    }
  }
}
