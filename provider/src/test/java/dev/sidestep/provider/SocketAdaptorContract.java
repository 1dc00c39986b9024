package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What a program may rely on with the views that {@code socket()} returns. */
abstract class SocketAdaptorContract extends ProviderContract {

  SocketAdaptorContract(Flavour flavour) {
    super(flavour);
  }

  private static void assertSocketException(String message, Action action) {
    assertEquals(message, assertThrows(SocketException.class, action::run).getMessage());
  }

  private interface Action {
    void run() throws IOException;
  }

  @Test
  void aFreshSocketIsUnconnected() throws IOException {
    SocketChannel channel = open();
    Socket socket = channel.socket();
    assertSame(socket, channel.socket());
    assertSame(channel, socket.getChannel());
    assertFalse(socket.isConnected());
    assertFalse(socket.isBound());
    assertFalse(socket.isClosed());
    assertNull(socket.getInetAddress());
    assertNull(socket.getRemoteSocketAddress());
    assertNull(socket.getLocalSocketAddress());
    assertEquals(0, socket.getPort());
    assertEquals(-1, socket.getLocalPort());
    assertTrue(socket.getLocalAddress().isAnyLocalAddress());
    assertEquals("Socket[unconnected]", socket.toString());
    assertSocketException("Socket is not connected", socket::getInputStream);
    assertSocketException("Socket is not connected", socket::getOutputStream);
    assertSocketException("Socket is not connected", socket::shutdownInput);
  }

  @Test
  void aConnectedSocketKnowsBothEnds() throws IOException {
    ServerSocketChannel server = listen();
    Socket socket = open().socket();
    socket.connect(server.getLocalAddress(), 10_000);
    assertTrue(socket.isConnected());
    assertTrue(socket.isBound());
    assertEquals(server.getLocalAddress(), socket.getRemoteSocketAddress());
    assertEquals(loopback(), socket.getInetAddress());
    assertEquals(server.socket().getLocalPort(), socket.getPort());
    assertEquals(socket.getChannel().getLocalAddress(), socket.getLocalSocketAddress());
    assertEquals(loopback(), socket.getLocalAddress());
    int localPort = socket.getLocalPort();
    assertSocketException("Already connected", () -> socket.connect(server.getLocalAddress()));
    socket.close();
    assertTrue(socket.isClosed());
    assertEquals(localPort, socket.getLocalPort());
    assertSocketException("Socket is closed", socket::getInputStream);
    assertSocketException("Socket is closed", socket::getSoTimeout);
    assertSocketException("Socket is closed", socket::getTcpNoDelay);
  }

  @Test
  void connectsAreChecked() throws IOException {
    Socket socket = open().socket();
    assertThrows(IllegalArgumentException.class, () -> socket.connect(null, 1));
    InetSocketAddress nobody = nobody();
    assertThrows(IllegalArgumentException.class, () -> socket.connect(nobody, -1));
    assertThrows(ConnectException.class, () -> socket.connect(nobody, 10_000));
    assertTrue(socket.isClosed());
    Socket other = open().socket();
    assertThrows(
        UnknownHostException.class,
        () -> other.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
    assertTrue(other.isClosed());
    SocketChannel nonBlocking = open();
    nonBlocking.configureBlocking(false);
    assertThrows(
        IllegalBlockingModeException.class, () -> nonBlocking.socket().connect(nobody, 1000));
  }

  @Test
  void streamsCarryBytesBothWays() throws Exception {
    Pair pair = connectedPair();
    byte[] sent = randomBytes(500_000);
    FutureTask<Void> writing =
        start(
            () -> {
              pair.accepted().socket().getOutputStream().write(sent);
              pair.accepted().socket().shutdownOutput();
              return null;
            });
    InputStream in = pair.client().socket().getInputStream();
    assertEquals(0, in.read(new byte[0]));
    assertArrayEquals(sent, in.readAllBytes());
    assertEquals(-1, in.read());
    resultOf(writing);
    pair.client().socket().getOutputStream().write(200);
    assertEquals(200, pair.accepted().socket().getInputStream().read());
  }

  @Test
  void availableCountsWhatHasArrived() throws IOException {
    Pair pair = connectedPair();
    InputStream in = pair.client().socket().getInputStream();
    assertEquals(0, in.available());
    pair.accepted().write(bytes("abc"));
    assertEquals('a', in.read());
    assertEquals(2, in.available());
  }

  @Test
  void aReadGivesUpAfterItsTimeoutAndTheSocketGoesOn() throws IOException {
    Pair pair = connectedPair();
    Socket socket = pair.client().socket();
    assertThrows(IllegalArgumentException.class, () -> socket.setSoTimeout(-1));
    socket.setSoTimeout(20);
    assertEquals(20, socket.getSoTimeout());
    InputStream in = socket.getInputStream();
    long start = System.nanoTime();
    IOException e = assertThrows(SocketTimeoutException.class, in::read);
    assertEquals("Read timed out", e.getMessage());
    assertTrue(System.nanoTime() - start >= 20_000_000);
    pair.accepted().write(bytes("x"));
    socket.setSoTimeout(10_000);
    assertEquals('x', in.read());
  }

  @Test
  void streamsNeedABlockingChannel() throws IOException {
    Pair pair = connectedPair();
    InputStream in = pair.client().socket().getInputStream();
    pair.client().configureBlocking(false);
    assertThrows(IllegalBlockingModeException.class, in::read);
    assertThrows(
        IllegalBlockingModeException.class,
        () -> pair.client().socket().getOutputStream().write(1));
  }

  @Test
  void closingEndsABlockedStreamRead() throws Exception {
    Pair pair = connectedPair();
    InputStream in = pair.client().socket().getInputStream();
    FutureTask<Integer> reader = start(() -> in.read());
    awaitAsleep(lastStarted());
    pair.client().socket().close();
    assertThrows(ClosedChannelException.class, () -> resultOf(reader));
  }

  @Test
  void directionsAreShutDownSeparately() throws IOException {
    Pair pair = connectedPair();
    Socket socket = pair.client().socket();
    InputStream in = socket.getInputStream();
    socket.shutdownInput();
    assertTrue(socket.isInputShutdown());
    assertFalse(socket.isOutputShutdown());
    assertEquals(-1, in.read());
    assertSocketException("Socket input is shutdown", socket::getInputStream);
    socket.shutdownOutput();
    assertTrue(socket.isOutputShutdown());
    assertSocketException("Socket output is shutdown", socket::getOutputStream);
    assertEquals(-1, pair.accepted().socket().getInputStream().read());
  }

  @Test
  void optionsAreThoseOfTheChannel() throws IOException {
    Socket socket = open().socket();
    socket.setTcpNoDelay(true);
    assertTrue(socket.getTcpNoDelay());
    socket.setKeepAlive(true);
    assertTrue(socket.getKeepAlive());
    socket.setReuseAddress(true);
    assertTrue(socket.getReuseAddress());
    assertEquals(-1, socket.getSoLinger());
    socket.setSoLinger(true, 5);
    assertEquals(5, socket.getSoLinger());
    socket.setSoLinger(false, 5);
    assertEquals(-1, socket.getSoLinger());
    socket.setTrafficClass(16);
    assertEquals(16, socket.getTrafficClass());
    socket.setOOBInline(true);
    assertTrue(socket.getOOBInline());
    socket.setReceiveBufferSize(20_000);
    assertEquals(20_000, socket.getReceiveBufferSize());
    assertThrows(IllegalArgumentException.class, () -> socket.setReceiveBufferSize(0));
    assertThrows(IllegalArgumentException.class, () -> socket.setSendBufferSize(0));
    assertTrue(socket.getSendBufferSize() > 0);
    assertEquals(socket.getChannel().supportedOptions(), socket.supportedOptions());
  }

  @Test
  void aServerSocketAcceptsSocketsWithChannels() throws IOException {
    ServerSocketChannel channel = closing(provider.openServerSocketChannel());
    ServerSocket server = channel.socket();
    assertSame(channel, server.getChannel());
    assertFalse(server.isBound());
    assertEquals("ServerSocket[unbound]", server.toString());
    assertEquals(-1, server.getLocalPort());
    assertNull(server.getInetAddress());
    assertSocketException("Socket is not bound yet", server::accept);
    server.bind(new InetSocketAddress(loopback(), 0), 5);
    assertSocketException("Already bound", () -> server.bind(null));
    SocketChannel client = open();
    client.connect(server.getLocalSocketAddress());
    Socket accepted = server.accept();
    assertNotNull(closing(accepted.getChannel()));
    assertEquals(client.getLocalAddress(), accepted.getRemoteSocketAddress());
    assertTrue(server.getReuseAddress());
    server.close();
    assertTrue(server.isClosed());
    assertFalse(channel.isOpen());
  }

  @Test
  void anAcceptGivesUpAfterItsTimeout() throws IOException {
    ServerSocket server = listen().socket();
    server.setSoTimeout(20);
    assertEquals(20, server.getSoTimeout());
    long start = System.nanoTime();
    IOException e = assertThrows(SocketTimeoutException.class, server::accept);
    assertEquals("Accept timed out", e.getMessage());
    assertTrue(System.nanoTime() - start >= 20_000_000);
    SocketChannel client = open();
    client.connect(server.getLocalSocketAddress());
    server.setSoTimeout(10_000);
    assertNotNull(closing(server.accept().getChannel()));
  }

  @Test
  void aNonBlockingServerSocketAcceptsOnlyWhatIsThere() throws IOException {
    ServerSocketChannel channel = listen();
    channel.configureBlocking(false);
    assertThrows(IllegalBlockingModeException.class, () -> channel.socket().accept());
  }

  /** A widespread way to ask whether a connection is alive. */
  @Test
  void aReaderDoesNotSeeUrgentData() throws Exception {
    Pair pair = connectedPair();
    for (int i = 0; i < 10; i++) {
      pair.client().socket().sendUrgentData(0xff);
      pair.client().write(bytes("line" + i));
      assertEquals("line" + i, read(pair.accepted(), 5));
    }
  }

  @Test
  void aBlockedReaderGoesOnWaitingForOrdinaryData() throws Exception {
    Pair pair = connectedPair();
    FutureTask<String> reader = start(() -> read(pair.accepted(), 1));
    awaitAsleep(lastStarted());
    for (int i = 0; i < 10; i++) {
      pair.client().socket().sendUrgentData(i);
    }
    pair.client().write(bytes("x"));
    assertEquals("x", resultOf(reader));
  }

  @Test
  void urgentDataIsReadInLineByThoseWhoAskForIt() throws Exception {
    Pair pair = connectedPair();
    pair.accepted().socket().setOOBInline(true);
    pair.client().write(bytes("a"));
    pair.client().socket().sendUrgentData('b');
    pair.client().write(bytes("c"));
    assertEquals("abc", read(pair.accepted(), 3));
  }

  @Test
  void urgentDataNeedsAConnection() throws IOException {
    Socket socket = open().socket();
    assertThrows(NotYetConnectedException.class, () -> socket.sendUrgentData(1));
    Pair pair = connectedPair();
    pair.client().shutdownOutput();
    assertThrows(ClosedChannelException.class, () -> pair.client().socket().sendUrgentData(1));
  }
}
