package dev.sidestep.compat.programs;

import dev.sidestep.samples.RandomData;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A server and its client in one program, over its own loopback address. */
public final class SelfEcho {
  private SelfEcho() {}

  /** Argument: number of messages of 1000 bytes. */
  public static void main(String[] args) throws IOException {
    int messages = Integer.parseInt(args[0]);
    RandomData data = new RandomData(1);
    ByteBuffer message = ByteBuffer.allocateDirect(1000);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ServerSocketChannel listener = ServerSocketChannel.open().bind(any);
        SocketChannel client = SocketChannel.open(listener.getLocalAddress());
        SocketChannel server = listener.accept()) {
      for (int i = 0; i < messages; i++) {
        data.fill(message.clear(), i);
        send(client, message);
        receive(server, message);
        send(server, message);
        receive(client, message);
        data.check(message.flip(), i);
      }
    }
    System.out.println("echoed messages=" + messages);
  }

  private static void send(SocketChannel channel, ByteBuffer message) throws IOException {
    message.flip();
    while (message.hasRemaining()) {
      channel.write(message);
    }
  }

  private static void receive(SocketChannel channel, ByteBuffer message) throws IOException {
    message.clear();
    while (message.hasRemaining()) {
      if (channel.read(message) < 0) {
        throw new EOFException("the other side closed the connection");
      }
    }
  }
}
