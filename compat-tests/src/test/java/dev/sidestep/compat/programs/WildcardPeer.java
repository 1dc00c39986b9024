package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Listens on every address, as its peer does on the same port, and greets it both ways. */
public final class WildcardPeer {
  private WildcardPeer() {}

  /** Arguments: port, the peer's address, and whether the peer is the one that connects first. */
  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(args[0]);
    InetSocketAddress peer = new InetSocketAddress(args[1], port);
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(port));
      System.out.println("listening on " + server.getLocalAddress());
      if (Boolean.parseBoolean(args[2])) {
        beGreeted(server);
        greet(peer);
      } else {
        greet(peer);
        beGreeted(server);
      }
      System.out.println("greeted both ways");
    }
  }

  private static void greet(InetSocketAddress peer) throws IOException {
    try (SocketChannel client = SocketChannel.open(peer)) {
      client.write(ByteBuffer.allocate(1));
      // Its end says that the greeting has arrived.
      client.read(ByteBuffer.allocate(1));
    }
  }

  private static void beGreeted(ServerSocketChannel server) throws IOException {
    try (SocketChannel accepted = server.accept()) {
      accepted.read(ByteBuffer.allocate(1));
    }
  }
}
