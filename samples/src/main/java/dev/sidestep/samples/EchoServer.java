package dev.sidestep.samples;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;

/**
 * Sends back whatever arrives, with one selector thread or with a thread per connection. Prints
 * {@code listening on <address>:<port>} once clients can connect.
 */
public final class EchoServer {
  private final int bufferBytes;
  private long connectionsLeft;

  private EchoServer(int bufferBytes, long connections) {
    this.bufferBytes = bufferBytes;
    this.connectionsLeft = connections == 0 ? Long.MAX_VALUE : connections;
  }

  /** Runs the server until it has served {@code --connections}, or for ever. */
  public static void main(String[] args) throws IOException {
    Options options =
        new Options("EchoServer", "Sends back every byte it receives.")
            .value("host", "127.0.0.1", "address to listen on; 0.0.0.0 for all")
            .value("port", "7007", "port to listen on; 0 picks a free one")
            .value(
                "mode", "selector", "selector, spin, or a thread per connection: blocking, virtual")
            .value("buffer", "64k", "bytes of each connection's buffer")
            .value("connections", "0", "end after this many connections; 0 for never")
            .parse(args);
    EchoServer server =
        new EchoServer(options.smallNumber("buffer"), options.number("connections"));
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(options.text("host"), options.smallNumber("port")));
      InetSocketAddress local = (InetSocketAddress) listener.getLocalAddress();
      System.out.println(
          "listening on " + local.getAddress().getHostAddress() + ":" + local.getPort());
      switch (options.text("mode")) {
        case "selector" -> server.serveBySelector(listener);
        case "blocking" -> server.serveByThreads(listener, Thread.ofPlatform(), true);
        case "virtual" -> server.serveByThreads(listener, Thread.ofVirtual(), true);
        case "spin" -> server.serveByThreads(listener, Thread.ofPlatform(), false);
        default -> throw options.refuse("--mode is selector, blocking, virtual or spin");
      }
    }
  }

  private void serveBySelector(ServerSocketChannel listener) throws IOException {
    try (Selector selector = Selector.open()) {
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
      while (connectionsLeft > 0) {
        selector.select();
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
          SelectionKey key = ready.next();
          ready.remove();
          if (key.isAcceptable()) {
            accept(listener, selector);
          } else {
            echo(key);
          }
        }
      }
    }
  }

  private void accept(ServerSocketChannel listener, Selector selector) throws IOException {
    SocketChannel channel = listener.accept();
    if (channel != null) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(bufferBytes));
    }
  }

  private void echo(SelectionKey key) throws IOException {
    try {
      if (!echoReady(key)) {
        key.channel().close();
        connectionsLeft--;
      }
    } catch (IOException e) {
      report(e);
      key.channel().close();
      connectionsLeft--;
    }
  }

  /** Moves what can be moved without waiting; false once the peer has sent its last byte. */
  private static boolean echoReady(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    ByteBuffer buffer = (ByteBuffer) key.attachment();
    if (key.isReadable() && channel.read(buffer) < 0) {
      return false;
    }
    buffer.flip();
    channel.write(buffer);
    // What the peer does not take yet is kept, and nothing more is read until it has gone.
    int interest = buffer.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    buffer.compact();
    if (key.interestOps() != interest) {
      key.interestOps(interest);
    }
    return true;
  }

  private void serveByThreads(
      ServerSocketChannel listener, Thread.Builder threads, boolean blocking) throws IOException {
    for (; connectionsLeft > 0; connectionsLeft--) {
      SocketChannel channel = listener.accept();
      threads.name("echo").start(() -> serve(channel, blocking));
    }
  }

  private void serve(SocketChannel channel, boolean blocking) {
    try (channel) {
      channel.configureBlocking(blocking);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer buffer = ByteBuffer.allocateDirect(bufferBytes);
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      report(e);
    }
  }

  private static void report(IOException e) {
    System.out.println("connection failed: " + e);
  }
}
