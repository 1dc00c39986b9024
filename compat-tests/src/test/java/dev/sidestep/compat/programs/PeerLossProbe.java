package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Exchanges one message with a server and waits for more, then goes on writing; prints what reading
 * and writing say when the server is no more.
 */
public final class PeerLossProbe {
  private PeerLossProbe() {}

  /** Arguments: server's address and port, {@code selector} or {@code blocking}, bytes to send. */
  public static void main(String[] args) throws IOException, InterruptedException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    ByteBuffer buffer = ByteBuffer.allocate(Integer.parseInt(args[3]));
    try (SocketChannel channel = SocketChannel.open(server)) {
      channel.write(buffer);
      channel.read(ByteBuffer.allocate(1));
      if (args[2].equals("selector")) {
        channel.configureBlocking(false);
      }
      System.out.println("ready");
      System.out.println("read: " + readToTheEnd(channel));
      System.out.println("write: " + writeToTheEnd(channel));
    }
  }

  private static String readToTheEnd(SocketChannel channel) {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (channel.read(buffer.clear()) >= 0) {
        waitUntilReadable(channel);
      }
      return "end of stream";
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void waitUntilReadable(SocketChannel channel) throws IOException {
    if (!channel.isBlocking()) {
      try (Selector selector = Selector.open()) {
        channel.register(selector, SelectionKey.OP_READ);
        selector.select();
      }
    }
  }

  private static String writeToTheEnd(SocketChannel channel) throws InterruptedException {
    try {
      while (true) {
        channel.write(ByteBuffer.allocate(1));
        Thread.sleep(20);
      }
    } catch (IOException e) {
      return e.toString();
    }
  }
}
