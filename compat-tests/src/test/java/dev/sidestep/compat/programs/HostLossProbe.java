package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * Exchanges one byte with a server and waits for more, while keepalive asks every second whether
 * the other host is still there; then tries to connect again. Prints what reading and connecting
 * say.
 */
public final class HostLossProbe {
  private HostLossProbe() {}

  /** Arguments: server's address and port. */
  public static void main(String[] args) throws IOException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    try (SocketChannel channel = SocketChannel.open(server)) {
      channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      channel.write(ByteBuffer.allocate(1));
      channel.read(ByteBuffer.allocate(1));
      System.out.println("ready");
      System.out.println("read: " + outcomeOfRead(channel));
    }
    ConnectProbe.main(args);
  }

  private static String outcomeOfRead(SocketChannel channel) {
    try {
      return channel.read(ByteBuffer.allocate(1)) + " bytes";
    } catch (IOException e) {
      return e.toString();
    }
  }
}
