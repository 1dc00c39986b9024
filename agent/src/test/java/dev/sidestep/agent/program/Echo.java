package dev.sidestep.agent.program;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.FutureTask;

/** Plain NIO: an echo server on a selector and a blocking client, over the loopback address. */
public final class Echo {

  private static final int ROUNDS = 16;
  private static final int ROUND_BYTES = 4096;

  private Echo() {}

  public static void main(String[] arguments) throws Exception {
    System.out.println(SelectorProvider.provider().getClass().getName());
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      FutureTask<Integer> client = new FutureTask<>(() -> converse(server.getLocalAddress()));
      Thread.ofPlatform().name("client").start(client);
      serve(server);
      System.out.println("echoed " + client.get() + " bytes");
    }
  }

  private static int converse(SocketAddress address) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(ROUND_BYTES);
    int echoed = 0;
    try (SocketChannel channel = SocketChannel.open(address)) {
      for (int round = 0; round < ROUNDS; round++) {
        channel.write(buffer.clear());
        buffer.clear();
        while (buffer.hasRemaining()) {
          if (channel.read(buffer) < 0) {
            throw new EOFException();
          }
        }
        echoed += buffer.position();
      }
    }
    return echoed;
  }

  /** Serves one connection to its end. */
  private static void serve(ServerSocketChannel server) throws IOException {
    try (Selector selector = Selector.open()) {
      server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
      ByteBuffer buffer = ByteBuffer.allocateDirect(ROUND_BYTES);
      boolean open = true;
      while (open) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isAcceptable()) {
            server.accept().configureBlocking(false).register(selector, SelectionKey.OP_READ);
          } else {
            open = echo((SocketChannel) key.channel(), buffer);
          }
        }
        selector.selectedKeys().clear();
      }
    }
  }

  private static boolean echo(SocketChannel channel, ByteBuffer buffer) throws IOException {
    if (channel.read(buffer.clear()) < 0) {
      channel.close();
      return false;
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    return true;
  }
}
