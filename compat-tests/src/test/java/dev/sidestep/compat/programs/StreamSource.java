package dev.sidestep.compat.programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * For each line of standard input connects and writes as fast as it can, until the peer has had
 * enough and resets the connection.
 */
public final class StreamSource {
  private static final int CHUNK_BYTES = 1 << 18;

  private StreamSource() {}

  /** Arguments: the peer's address and port. */
  public static void main(String[] args) throws IOException {
    InetSocketAddress peer = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (in.readLine() != null) {
      try (SocketChannel channel = SocketChannel.open(peer)) {
        writeForEver(channel);
      } catch (IOException e) {
        System.out.println("sated: " + e.getMessage());
      }
    }
  }

  private static void writeForEver(SocketChannel channel) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    while (true) {
      channel.write(chunk.clear());
    }
  }
}
