package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Iterator;

/**
 * One selector with a connection to a server, a loopback connection within this program and a pipe.
 * In every round one of them gets a message, and the selector must report exactly that one.
 */
public final class MixedSelectorProgram {
  private static final int MESSAGE_BYTES = 100;

  private MixedSelectorProgram() {}

  /** Arguments: echo server's address and port, number of rounds. */
  public static void main(String[] args) throws IOException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    int rounds = Integer.parseInt(args[2]);
    Pipe pipe = Pipe.open();
    try (Selector selector = Selector.open();
        SocketChannel remote = SocketChannel.open(server);
        ServerSocketChannel listener =
            ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketChannel loopback = SocketChannel.open(listener.getLocalAddress());
        SocketChannel accepted = listener.accept();
        Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink()) {
      remote.configureBlocking(false).register(selector, SelectionKey.OP_READ, "remote");
      loopback.configureBlocking(false).register(selector, SelectionKey.OP_READ, "loopback");
      source.configureBlocking(false).register(selector, SelectionKey.OP_READ, "pipe");
      for (int i = 0; i < rounds; i++) {
        exchange(selector, remote, "remote");
        exchange(selector, accepted, "loopback");
        exchange(selector, sink, "pipe");
      }
      System.out.println("rounds=" + rounds);
    }
  }

  private static void exchange(Selector selector, WritableByteChannel writer, String expected)
      throws IOException {
    ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES);
    while (message.hasRemaining()) {
      writer.write(message);
    }
    for (int received = 0; received < MESSAGE_BYTES; ) {
      if (selector.select() != 1) {
        throw new IllegalStateException("selected " + selector.selectedKeys().size() + " keys");
      }
      Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
      SelectionKey key = keys.next();
      keys.remove();
      if (!expected.equals(key.attachment())) {
        throw new IllegalStateException(key.attachment() + " is ready instead of " + expected);
      }
      received += ((ReadableByteChannel) key.channel()).read(ByteBuffer.allocate(MESSAGE_BYTES));
    }
  }
}
