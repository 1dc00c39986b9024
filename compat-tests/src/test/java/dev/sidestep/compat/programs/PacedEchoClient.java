package dev.sidestep.compat.programs;

import dev.sidestep.samples.RandomData;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Sends a small message every few milliseconds, waits for its echo and checks it. */
public final class PacedEchoClient {
  private PacedEchoClient() {}

  /** Arguments: server's address and port, number of messages, milliseconds between them. */
  public static void main(String[] args) throws IOException, InterruptedException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    long pauseMillis = Long.parseLong(args[3]);
    int messages = Integer.parseInt(args[2]);
    RandomData data = new RandomData(1);
    ByteBuffer message = ByteBuffer.allocateDirect(1000);
    try (SocketChannel channel = SocketChannel.open(server)) {
      for (int i = 0; i < messages; i++) {
        long position = (long) i * message.capacity();
        exchange(channel, message, data, position);
        if (i % 10 == 0) {
          System.out.println("message " + i);
        }
        Thread.sleep(pauseMillis);
      }
    }
    System.out.println("all " + messages + " messages came back");
  }

  private static void exchange(
      SocketChannel channel, ByteBuffer message, RandomData data, long position)
      throws IOException {
    data.fill(message.clear(), position);
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
    data.check(message.flip(), position);
  }
}
