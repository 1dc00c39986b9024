package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Accepts one connection, sends one byte and never reads, so that what it is sent stays unread. */
public final class MuteServer {
  private MuteServer() {}

  /** Arguments: address and port to listen on. */
  public static void main(String[] args) throws IOException, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    try (ServerSocketChannel listener = ServerSocketChannel.open().bind(address)) {
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      System.out.println("listening on " + args[0] + ":" + port);
      try (SocketChannel channel = listener.accept()) {
        channel.write(ByteBuffer.allocate(1));
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }
}
