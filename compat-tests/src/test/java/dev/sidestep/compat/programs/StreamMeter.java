package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Counts what arrives on one connection after the other. Each is read for a while from when it was
 * accepted on, and then reset, whatever is still under way.
 */
public final class StreamMeter {
  private static final int CHUNK_BYTES = 1 << 18;

  private StreamMeter() {}

  /** Arguments: the address to listen on, and for how many milliseconds to read. */
  public static void main(String[] args) throws IOException {
    long readNanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(args[0], 0));
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      System.out.println("listening on " + args[0] + ":" + port);
      while (true) {
        try (SocketChannel channel = listener.accept()) {
          measure(channel, readNanos);
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
      }
    }
  }

  private static void measure(SocketChannel channel, long readNanos) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    long start = System.nanoTime();
    long bytes = 0;
    long countedBytes = 0;
    while (System.nanoTime() - start < readNanos) {
      countedBytes = bytes;
      bytes += Math.max(0, channel.read(chunk.clear()));
    }
    // What came last came too late.
    System.out.println("received bytes=" + countedBytes);
  }
}
