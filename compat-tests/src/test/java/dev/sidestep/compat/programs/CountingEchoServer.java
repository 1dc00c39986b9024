package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An echo server with one selector that counts how often a channel was said to be writable and took
 * nothing. Prints {@code vain=…} when it is ended.
 */
public final class CountingEchoServer {

  private static final int BUFFER_BYTES = 64 << 10;

  private static final AtomicLong VAIN = new AtomicLong();

  private CountingEchoServer() {}

  /** Argument: the address to listen on. */
  public static void main(String[] args) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("vain=" + VAIN)));
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        Selector selector = Selector.open()) {
      listener.bind(new InetSocketAddress(args[0], 0), 1000);
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
      InetSocketAddress local = (InetSocketAddress) listener.getLocalAddress();
      System.out.println(
          "listening on " + local.getAddress().getHostAddress() + ":" + local.getPort());
      while (true) {
        selector.select(CountingEchoServer::serve);
      }
    }
  }

  private static void serve(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept(key);
      } else if (!echo(key)) {
        key.channel().close();
      }
    } catch (IOException e) {
      System.out.println("connection failed: " + e);
      key.cancel();
    }
  }

  private static void accept(SelectionKey listening) throws IOException {
    SocketChannel channel = ((ServerSocketChannel) listening.channel()).accept();
    if (channel != null) {
      channel.configureBlocking(false);
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      channel.register(listening.selector(), SelectionKey.OP_READ, buffer);
    }
  }

  private static boolean echo(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    ByteBuffer buffer = (ByteBuffer) key.attachment();
    if (key.isReadable() && channel.read(buffer) < 0) {
      return false;
    }
    buffer.flip();
    if (channel.write(buffer) == 0 && buffer.hasRemaining() && key.isWritable()) {
      VAIN.incrementAndGet();
    }
    key.interestOps(buffer.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    buffer.compact();
    return true;
  }
}
