package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Connects again and again until somebody answers, and says each time why nobody did. */
public final class EarlyClient {
  private EarlyClient() {}

  /** Arguments: address and port of an echo server. */
  public static void main(String[] args) throws InterruptedException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    while (!answers(server)) {
      Thread.sleep(100);
    }
    System.out.println("the server answers");
  }

  private static boolean answers(InetSocketAddress server) {
    ByteBuffer message = ByteBuffer.allocate(1);
    try (SocketChannel channel = SocketChannel.open(server)) {
      channel.write(message.clear());
      return channel.read(message.clear()) == 1;
    } catch (IOException e) {
      System.out.println("attempt: " + e);
      return false;
    }
  }
}
