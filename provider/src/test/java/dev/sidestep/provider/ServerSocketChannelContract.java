package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What a program may rely on with any {@link ServerSocketChannel}. */
abstract class ServerSocketChannelContract extends ProviderContract {

  ServerSocketChannelContract(Flavour flavour) {
    super(flavour);
  }

  private ServerSocketChannel openServer() throws IOException {
    return closing(provider.openServerSocketChannel());
  }

  @Test
  void anUnboundChannelAcceptsNothing() throws IOException {
    ServerSocketChannel server = openServer();
    assertNull(server.getLocalAddress());
    assertThrows(NotYetBoundException.class, server::accept);
    server.configureBlocking(false);
    assertThrows(NotYetBoundException.class, server::accept);
  }

  @Test
  void aChannelIsBoundOnce() throws IOException {
    ServerSocketChannel server = listen();
    InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
    assertEquals(loopback(), local.getAddress());
    assertTrue(local.getPort() > 0);
    assertThrows(AlreadyBoundException.class, () -> server.bind(null));
  }

  @Test
  void anAddressThatIsTakenIsRefusedAndTheChannelCanBeBoundElsewhere() throws IOException {
    ServerSocketChannel first = listen();
    ServerSocketChannel second = openServer();
    IOException e = assertThrows(BindException.class, () -> second.bind(first.getLocalAddress()));
    assertEquals("Address already in use", e.getMessage());
    second.bind(new InetSocketAddress(loopback(), 0));
    assertNotNull(second.getLocalAddress());
  }

  @Test
  void anAddressOfNobodyIsRefused() throws IOException {
    InetAddress foreign = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 77});
    IOException e =
        assertThrows(
            BindException.class, () -> openServer().bind(new InetSocketAddress(foreign, 0)));
    assertEquals("Cannot assign requested address", e.getMessage());
  }

  @Test
  void theWildcardIsShownAsTheFamilyWritesIt() throws IOException {
    ServerSocketChannel any = openServer().bind(null);
    assertEquals("0:0:0:0:0:0:0:0", hostOf(any));
    ServerSocketChannel ipv4 =
        closing(provider.openServerSocketChannel(StandardProtocolFamily.INET)).bind(null);
    assertEquals("0.0.0.0", hostOf(ipv4));
  }

  private static String hostOf(ServerSocketChannel server) throws IOException {
    InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
    assertTrue(local.getPort() > 0);
    return local.getAddress().getHostAddress();
  }

  @Test
  void aWildcardListenerAcceptsFromLoopback() throws Exception {
    ServerSocketChannel server = openServer().bind(null);
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    FutureTask<SocketChannel> accepting = start(server::accept);
    SocketChannel client = open();
    client.connect(new InetSocketAddress(loopback(), port));
    SocketChannel accepted = closing(resultOf(accepting));
    assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
    client.write(bytes("hi"));
    assertEquals("hi", read(accepted, 2));
  }

  @Test
  void aWildcardListenerAlsoAcceptsOverIpv6() throws Exception {
    ServerSocketChannel server = openServer().bind(null);
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    FutureTask<SocketChannel> accepting = start(server::accept);
    SocketChannel client = open();
    client.connect(new InetSocketAddress(InetAddress.getAllByName("::1")[0], port));
    SocketChannel accepted = closing(resultOf(accepting));
    client.write(bytes("hi"));
    assertEquals("hi", read(accepted, 2));
  }

  @Test
  void aTakenWildcardPortIsRefused() throws IOException {
    ServerSocketChannel first = openServer().bind(null);
    ServerSocketChannel second = openServer();
    assertThrows(BindException.class, () -> second.bind(first.getLocalAddress()));
  }

  @Test
  void aPortIsFreeAgainOnceTheListenerIsClosed() throws IOException {
    ServerSocketChannel first = listen();
    InetSocketAddress address = (InetSocketAddress) first.getLocalAddress();
    first.close();
    assertEquals(address, openServer().bind(address).getLocalAddress());
  }

  @Test
  void aNonBlockingAcceptReturnsNullWithoutClients() throws IOException {
    ServerSocketChannel server = listen();
    server.configureBlocking(false);
    assertNull(server.accept());
  }

  @Test
  void anAcceptedChannelIsBlockingAndConnected() throws IOException {
    Pair pair = connectedPair();
    assertTrue(pair.accepted().isBlocking());
    assertTrue(pair.accepted().isConnected());
    assertEquals(pair.client().supportedOptions(), pair.accepted().supportedOptions());
    assertEquals(false, pair.accepted().getOption(StandardSocketOptions.TCP_NODELAY));
    assertEquals(true, pair.accepted().getOption(StandardSocketOptions.SO_REUSEADDR));
  }

  @Test
  void clientsWaitInTheBacklog() throws IOException {
    ServerSocketChannel server = openServer();
    server.bind(new InetSocketAddress(loopback(), 0), 10);
    Set<Object> clients = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      SocketChannel client = open();
      client.connect(server.getLocalAddress());
      clients.add(client.getLocalAddress());
    }
    for (int i = 0; i < 5; i++) {
      assertTrue(clients.remove(closing(server.accept()).getRemoteAddress()));
    }
  }

  @Test
  void closingEndsABlockedAccept() throws Exception {
    ServerSocketChannel server = listen();
    FutureTask<SocketChannel> accepting = start(server::accept);
    awaitInside(lastStarted(), "accept");
    server.close();
    assertThrows(ClosedChannelException.class, () -> resultOf(accepting));
  }

  @Test
  void closingEndsABlockedAcceptOnTheWildcard() throws Exception {
    ServerSocketChannel server = openServer().bind(null);
    FutureTask<SocketChannel> accepting = start(server::accept);
    awaitInside(lastStarted(), "accept");
    server.close();
    assertThrows(ClosedChannelException.class, () -> resultOf(accepting));
  }

  @Test
  void anInterruptClosesTheChannelOfABlockedAccept() throws Exception {
    ServerSocketChannel server = listen();
    FutureTask<SocketChannel> accepting = start(server::accept);
    awaitInside(lastStarted(), "accept");
    lastStarted().interrupt();
    assertThrows(ClosedByInterruptException.class, () -> resultOf(accepting));
    assertFalse(server.isOpen());
  }

  @Test
  void anInterruptClosesTheWildcardChannelOfABlockedAccept() throws Exception {
    interruptAccept(Thread.ofPlatform());
  }

  @Test
  void anInterruptClosesTheWildcardChannelOfAVirtualThread() throws Exception {
    interruptAccept(Thread.ofVirtual());
  }

  private void interruptAccept(Thread.Builder builder) throws Exception {
    ServerSocketChannel server = openServer().bind(null);
    FutureTask<SocketChannel> accepting = start(builder, server::accept);
    // On the stack it polls at first, and then sleeps in a selector of the JDK's.
    awaitInside(lastStarted(), isOnStack() ? "park" : "accept");
    lastStarted().interrupt();
    assertThrows(ClosedByInterruptException.class, () -> resultOf(accepting));
    assertFalse(server.isOpen());
  }

  @Test
  void aClosedChannelRefusesEverything() throws IOException {
    ServerSocketChannel server = listen();
    server.close();
    assertThrows(ClosedChannelException.class, server::accept);
    assertThrows(ClosedChannelException.class, server::getLocalAddress);
    assertThrows(ClosedChannelException.class, () -> server.bind(null));
    assertThrows(
        ClosedChannelException.class, () -> server.getOption(StandardSocketOptions.SO_RCVBUF));
  }

  @Test
  void optionsAreKeptAcrossBinding() throws IOException {
    ServerSocketChannel server = openServer();
    assertEquals(true, server.getOption(StandardSocketOptions.SO_REUSEADDR));
    server.setOption(StandardSocketOptions.SO_RCVBUF, 30_000);
    server.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    server.bind(new InetSocketAddress(loopback(), 0));
    assertEquals(30_000, server.getOption(StandardSocketOptions.SO_RCVBUF));
    assertEquals(false, server.getOption(StandardSocketOptions.SO_REUSEADDR));
    assertThrows(
        UnsupportedOperationException.class,
        () -> server.setOption(StandardSocketOptions.TCP_NODELAY, true));
  }

  @Test
  void unknownFamiliesAreRefused() {
    assertThrows(NullPointerException.class, () -> provider.openServerSocketChannel(null));
    assertThrows(NullPointerException.class, () -> provider.openSocketChannel(null));
    assertThrows(
        UnsupportedOperationException.class, () -> provider.openSocketChannel(() -> "IPX"));
  }

  private ServerSocketChannel bound(InetSocketAddress address, SocketOption<Boolean> option)
      throws IOException {
    ServerSocketChannel server = closing(provider.openServerSocketChannel());
    server.setOption(option, true);
    return server.bind(address);
  }

  @Test
  void listenersThatAllHaveReusePortShareAPort() throws IOException {
    InetSocketAddress any = new InetSocketAddress(loopback(), 0);
    ServerSocketChannel one = bound(any, StandardSocketOptions.SO_REUSEPORT);
    InetSocketAddress address = (InetSocketAddress) one.getLocalAddress();
    ServerSocketChannel other = bound(address, StandardSocketOptions.SO_REUSEPORT);
    assertThrows(BindException.class, () -> bound(address, StandardSocketOptions.SO_REUSEADDR));
    one.configureBlocking(false);
    other.configureBlocking(false);
    int fromOne = 0;
    int fromOther = 0;
    // Of 64 flows not all have the same hash.
    for (int i = 0; i < 64; i++) {
      SocketChannel client = open();
      client.connect(address);
      SocketChannel accepted = null;
      while (accepted == null) {
        accepted = one.accept();
        fromOne += accepted == null ? 0 : 1;
        if (accepted == null) {
          accepted = other.accept();
          fromOther += accepted == null ? 0 : 1;
        }
      }
      assertTrue(closing(accepted).getOption(StandardSocketOptions.SO_REUSEPORT));
    }
    assertTrue(fromOne > 0 && fromOther > 0, fromOne + " and " + fromOther);
  }

  @Test
  void wildcardListenersThatAllHaveReusePortShareAPort() throws IOException {
    ServerSocketChannel one = bound(new InetSocketAddress(0), StandardSocketOptions.SO_REUSEPORT);
    InetSocketAddress address = new InetSocketAddress(one.socket().getLocalPort());
    bound(address, StandardSocketOptions.SO_REUSEPORT);
    assertThrows(BindException.class, () -> bound(address, StandardSocketOptions.SO_REUSEADDR));
  }
}
