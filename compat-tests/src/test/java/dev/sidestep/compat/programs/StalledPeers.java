package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections to an echo server that write for as long as anything is taken and never read. Prints
 * {@code stalled bytes=…} when nothing has been taken for a while, and stays.
 */
public final class StalledPeers {

  private static final int CHUNK_BYTES = 64 << 10;
  private static final long QUIET_MILLIS = 1000;

  private StalledPeers() {}

  /** Arguments: server's address and port, number of connections. */
  public static void main(String[] args) throws IOException, InterruptedException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    List<SocketChannel> peers = new ArrayList<>();
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      SocketChannel peer = SocketChannel.open(server);
      peer.configureBlocking(false);
      peers.add(peer);
    }
    long bytes = 0;
    long taken = writeToAll(peers);
    while (taken > 0) {
      bytes += taken;
      taken = writeToAll(peers);
      if (taken == 0) {
        Thread.sleep(QUIET_MILLIS);
        taken = writeToAll(peers);
      }
    }
    System.out.println("stalled bytes=" + bytes);
    Thread.sleep(Long.MAX_VALUE);
  }

  private static long writeToAll(List<SocketChannel> peers) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    long taken = 0;
    for (SocketChannel peer : peers) {
      taken += peer.write(chunk.clear());
    }
    return taken;
  }
}
