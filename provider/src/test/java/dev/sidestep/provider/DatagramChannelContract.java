package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What a program may rely on with any {@link DatagramChannel} and its {@code socket()}. */
abstract class DatagramChannelContract extends ProviderContract {

  DatagramChannelContract(Flavour flavour) {
    super(flavour);
  }

  private DatagramChannel bound() throws IOException {
    DatagramChannel channel = closing(provider.openDatagramChannel());
    return channel.bind(new InetSocketAddress(loopback(), 0));
  }

  @Test
  void theSocketBelongsToTheChannelItCameFrom() throws IOException {
    DatagramChannel channel = bound();
    DatagramSocket socket = channel.socket();
    assertSame(channel, socket.getChannel());
    assertSame(socket, channel.socket());
    assertInstanceOf(MulticastSocket.class, socket);
    assertSame(provider, socket.getChannel().provider());
    assertTrue(socket.isBound());
    assertEquals(channel.getLocalAddress(), socket.getLocalSocketAddress());
    assertNull(socket.getRemoteSocketAddress());
  }

  @Test
  void theSocketSendsAndReceivesForTheChannel() throws IOException {
    DatagramChannel channel = bound();
    DatagramSocket socket = bound().socket();
    socket.send(new DatagramPacket(new byte[] {1, 2, 3}, 3, channel.getLocalAddress()));
    ByteBuffer buffer = ByteBuffer.allocate(10);
    assertEquals(socket.getLocalSocketAddress(), channel.receive(buffer));
    assertEquals(3, buffer.position());

    channel.send(bytes("ab"), socket.getLocalSocketAddress());
    DatagramPacket packet = new DatagramPacket(new byte[10], 10);
    socket.receive(packet);
    assertEquals(channel.getLocalAddress(), packet.getSocketAddress());
    assertEquals(2, packet.getLength());
    assertArrayEquals(new byte[] {'a', 'b', 0}, java.util.Arrays.copyOf(packet.getData(), 3));
  }

  @Test
  void connectingOneConnectsTheOther() throws IOException {
    DatagramChannel channel = bound();
    DatagramChannel peer = bound();
    channel.socket().connect(peer.getLocalAddress());
    assertTrue(channel.isConnected());
    assertEquals(peer.getLocalAddress(), channel.getRemoteAddress());
    channel.disconnect();
    assertFalse(channel.socket().isConnected());
    assertEquals(-1, channel.socket().getPort());
  }

  @Test
  void aReceiveOfTheSocketTimesOut() throws IOException {
    DatagramSocket socket = bound().socket();
    socket.setSoTimeout(10);
    assertEquals(10, socket.getSoTimeout());
    DatagramPacket packet = new DatagramPacket(new byte[1], 1);
    assertThrows(SocketTimeoutException.class, () -> socket.receive(packet));
    assertFalse(socket.isClosed());
  }

  @Test
  void anOptionSetOnOneIsSetOnTheOther() throws IOException {
    DatagramChannel channel = bound();
    MulticastSocket socket = (MulticastSocket) channel.socket();
    socket.setReuseAddress(true);
    assertTrue(channel.getOption(StandardSocketOptions.SO_REUSEADDR));
    channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
    assertTrue(socket.getBroadcast());
    socket.setTimeToLive(3);
    assertEquals(3, channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
    NetworkInterface loopback = NetworkInterface.getByInetAddress(loopback());
    socket.setNetworkInterface(loopback);
    assertEquals(loopback, channel.getOption(StandardSocketOptions.IP_MULTICAST_IF));
    assertSame(socket, socket.setOption(StandardSocketOptions.SO_RCVBUF, 8192));
    assertEquals(socket.getReceiveBufferSize(), channel.getOption(StandardSocketOptions.SO_RCVBUF));
    assertEquals(channel.supportedOptions(), socket.supportedOptions());
  }

  @Test
  void closingTheSocketClosesTheChannel() throws IOException {
    DatagramChannel channel = bound();
    DatagramSocket socket = channel.socket();
    socket.close();
    assertFalse(channel.isOpen());
    assertTrue(socket.isClosed());
    assertNull(socket.getLocalSocketAddress());
    DatagramPacket packet = new DatagramPacket(new byte[1], 1);
    assertThrows(SocketException.class, () -> socket.receive(packet));
    assertThrows(ClosedChannelException.class, () -> channel.receive(ByteBuffer.allocate(1)));
  }

  @Test
  void anInterruptedReceiveOfTheSocketClosesTheChannel() throws Exception {
    DatagramChannel channel = bound();
    DatagramSocket socket = channel.socket();
    DatagramPacket packet = new DatagramPacket(new byte[1], 1);
    FutureTask<Void> receiver =
        start(
            () -> {
              socket.receive(packet);
              return null;
            });
    awaitInside(lastStarted(), "blockingReceive");
    lastStarted().interrupt();
    assertThrows(ClosedByInterruptException.class, () -> resultOf(receiver));
    assertFalse(channel.isOpen());
    assertTrue(socket.isClosed());
  }
}
