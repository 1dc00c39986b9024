package dev.sidestep.samples;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Receives streams, one connection after the other, and answers each with the number of bytes it
 * received. Prints {@code listening on <address>:<port>} once clients can connect.
 */
public final class BulkServer {
  private BulkServer() {}

  /** Runs the server until it has served {@code --connections}, or for ever. */
  public static void main(String[] args) throws IOException {
    Options options =
        new Options("BulkServer", "Receives streams and answers with their length.")
            .value("host", "127.0.0.1", "address to listen on; 0.0.0.0 for all")
            .value("port", "7008", "port to listen on; 0 picks a free one")
            .value("size", "256k", "bytes of the buffer handed to each read")
            .value("connections", "0", "end after this many connections; 0 for never")
            .value("seed", "1", "which random stream is expected")
            .flag("verify", "check every byte")
            .parse(args);
    long connections = options.number("connections");
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(options.text("host"), options.smallNumber("port")));
      InetSocketAddress local = (InetSocketAddress) listener.getLocalAddress();
      System.out.println(
          "listening on " + local.getAddress().getHostAddress() + ":" + local.getPort());
      for (long served = 0; connections == 0 || served < connections; served++) {
        try (SocketChannel channel = listener.accept()) {
          receive(channel, options);
        } catch (IOException e) {
          System.out.println("connection failed: " + e);
        }
      }
    }
  }

  private static void receive(SocketChannel channel, Options options) throws IOException {
    RandomData data = new RandomData(options.number("seed"));
    boolean verify = options.has("verify");
    ByteBuffer buffer = ByteBuffer.allocateDirect(options.smallNumber("size"));
    long receivedBytes = 0;
    for (int count = 0; count >= 0; count = channel.read(buffer.clear())) {
      if (verify) {
        data.check(buffer.position(0).limit(count), receivedBytes);
      }
      receivedBytes += count;
    }
    System.out.println("received bytes=" + receivedBytes + " verified=" + verify);
    buffer.clear().putLong(receivedBytes).flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
