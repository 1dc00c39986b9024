package dev.sidestep.samples;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

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
            .value("listeners", "1", "ports to listen on, from that one on; with selector only")
            .value("connections", "0", "end after this many connections; 0 for never")
            .parse(args);
    EchoServer server =
        new EchoServer(options.smallNumber("buffer"), options.number("connections"));
    List<ServerSocketChannel> listeners = listen(options);
    InetSocketAddress local = (InetSocketAddress) listeners.getFirst().getLocalAddress();
    System.out.println(
        "listening on " + local.getAddress().getHostAddress() + ":" + local.getPort());
    switch (options.text("mode")) {
      case "selector" -> server.serveBySelector(listeners);
      case "blocking" -> server.serveByThreads(listeners.getFirst(), Thread.ofPlatform(), true);
      case "virtual" -> server.serveByThreads(listeners.getFirst(), Thread.ofVirtual(), true);
      case "spin" -> server.serveByThreads(listeners.getFirst(), Thread.ofPlatform(), false);
      default -> throw options.refuse("--mode is selector, blocking, virtual or spin");
    }
    for (ServerSocketChannel listener : listeners) {
      listener.close();
    }
  }

  private static List<ServerSocketChannel> listen(Options options) throws IOException {
    InetSocketAddress first =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    List<ServerSocketChannel> listeners = new ArrayList<>();
    while (listeners.size() < options.smallNumber("listeners")) {
      ServerSocketChannel listener = ServerSocketChannel.open();
      if (listeners.isEmpty()) {
        listener.bind(first);
        first = (InetSocketAddress) listener.getLocalAddress();
      } else {
        listener.bind(
            new InetSocketAddress(first.getAddress(), first.getPort() + listeners.size()));
      }
      listeners.add(listener);
    }
    return listeners;
  }

  private void serveBySelector(List<ServerSocketChannel> listeners) throws IOException {
    try (Selector selector = Selector.open()) {
      for (ServerSocketChannel listener : listeners) {
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
      }
      while (connectionsLeft > 0) {
        selector.select();
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
          SelectionKey key = ready.next();
          ready.remove();
          if (key.isAcceptable()) {
            accept((ServerSocketChannel) key.channel(), selector);
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
