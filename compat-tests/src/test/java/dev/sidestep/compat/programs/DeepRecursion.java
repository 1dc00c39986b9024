package dev.sidestep.compat.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A server and its clients in one program, over its own loopback address: some threads recurse
 * until their stack overflows, reading and writing on the way, while others go on.
 */
public final class DeepRecursion {

  private static final int MESSAGE_BYTES = 100;

  /** Enough for a good number of depths, and quick. */
  private static final long STACK_BYTES = 256 << 10;

  private final InetSocketAddress server;
  private final ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
  private int overflows;

  private DeepRecursion(InetSocketAddress server) {
    this.server = server;
  }

  /** Argument: number of threads that overflow, one after the other. */
  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[0]);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ServerSocketChannel listener = ServerSocketChannel.open().bind(any)) {
      start(() -> serve(listener));
      InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
      try (SocketChannel sound = SocketChannel.open(address)) {
        int overflows = 0;
        for (int i = 0; i < threads; i++) {
          DeepRecursion deep = new DeepRecursion(address);
          Thread thread = new Thread(null, deep::run, "deep", STACK_BYTES);
          thread.start();
          while (thread.isAlive()) {
            echo(sound, ByteBuffer.allocateDirect(MESSAGE_BYTES));
          }
          overflows += deep.overflows > 0 ? 1 : 0;
        }
        echo(sound, ByteBuffer.allocateDirect(MESSAGE_BYTES));
        System.out.println("overflowed threads=" + overflows);
      }
    }
  }

  private static void start(Runnable action) {
    Thread.ofPlatform().daemon().start(action);
  }

  private static void serve(ServerSocketChannel listener) {
    try {
      while (true) {
        SocketChannel channel = listener.accept();
        start(() -> answer(channel));
      }
    } catch (IOException closed) {
      // The program ends.
    }
  }

  private static void answer(SocketChannel channel) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(MESSAGE_BYTES);
    try (channel) {
      while (channel.read(bytes.clear()) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException reset) {
      // By a client whose stack has overflowed.
    }
  }

  private static void echo(SocketChannel channel, ByteBuffer message) throws IOException {
    message.clear();
    while (message.hasRemaining()) {
      channel.write(message);
    }
    message.clear();
    while (message.hasRemaining()) {
      if (channel.read(message) < 0) {
        throw new IOException("the server has closed the connection");
      }
    }
  }

  private void run() {
    try (SocketChannel channel = SocketChannel.open(server)) {
      descend(channel);
    } catch (StackOverflowError expected) {
      overflows++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Echoes at every depth, until there is no stack left; then tries on, to where nothing goes. */
  @SuppressWarnings("InfiniteRecursion") // that is the point
  private void descend(SocketChannel channel) throws IOException {
    if (overflows == 0) {
      try {
        echo(channel, message);
      } catch (StackOverflowError expected) {
        overflows++;
      }
    } else {
      tryToWrite(channel);
    }
    descend(channel);
  }

  private void tryToWrite(SocketChannel channel) throws IOException {
    try {
      channel.write(message.clear());
    } catch (StackOverflowError expected) {
      overflows++;
    }
  }
}
