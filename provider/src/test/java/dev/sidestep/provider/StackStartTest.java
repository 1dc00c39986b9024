package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the stack starts, what it carries, and what happens where it or the kernel is missing. */
@Timeout(60)
final class StackStartTest {

  private static InetSocketAddress loopback(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private static StackConfig broken(boolean strict) {
    return Flavour.config(
        List.of("no-such-device"),
        List.of(new InterfaceAddress(IpAddress.ofV4(0xcb007101), 24)),
        false,
        strict);
  }

  private static void echoOnce(SidestepSelectorProvider provider) throws IOException {
    try (ServerSocketChannel server = provider.openServerSocketChannel();
        SocketChannel client = provider.openSocketChannel()) {
      server.bind(loopback(0));
      client.connect(server.getLocalAddress());
      try (SocketChannel accepted = server.accept()) {
        client.write(ByteBuffer.allocate(7));
        ByteBuffer in = ByteBuffer.allocate(7);
        while (in.hasRemaining()) {
          accepted.read(in);
        }
      }
    }
  }

  @Test
  void theStackCarriesItsLoopbackAndNeedsNoKernelForIt() throws IOException {
    SidestepSelectorProvider provider = new SidestepSelectorProvider(Flavour.STACK_CONFIG, null);
    try {
      assertTrue(provider.stats().contains("sidestep stats: connections=0 bytes_in=0 bytes_out=0"));
      echoOnce(provider);
      // Both ends are ours.
      assertTrue(
          provider.stats().contains("sidestep stats: connections=2 bytes_in=7 bytes_out=7"),
          provider.stats());
    } finally {
      provider.closeStack();
    }
  }

  /** The kernel keeps a port bound to the wildcard until connect knows that it is the stack's. */
  @Test
  void aPortThatMovesToTheStackIsFreeOnTheKernelAfterwards() throws IOException {
    SelectorProvider provider = Flavour.STACK.provider();
    try (Selector selector = provider.openSelector();
        ServerSocketChannel server = provider.openServerSocketChannel();
        SocketChannel client = provider.openSocketChannel();
        ServerSocketChannel onKernel = Flavour.JDK.provider().openServerSocketChannel()) {
      server.bind(loopback(0));
      client.configureBlocking(false);
      SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
      client.bind(null);
      InetSocketAddress local = (InetSocketAddress) client.getLocalAddress();
      assertThrows(BindException.class, () -> onKernel.bind(local));
      client.connect(server.getLocalAddress());
      assertEquals(1, selector.select());
      assertTrue(key.isConnectable());
      assertTrue(client.finishConnect());
      onKernel.bind(local);
    }
  }

  @Test
  void withoutAWayToTheKernelTheMessageNamesTheFlag() throws IOException {
    SidestepSelectorProvider provider = new SidestepSelectorProvider(Flavour.STACK_CONFIG, null);
    try (SocketChannel client = provider.openSocketChannel()) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> client.connect(new InetSocketAddress(InetAddress.getAllByName("::1")[0], 1)));
      assertTrue(
          String.valueOf(e.getMessage())
              .contains("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED"));
      assertThrows(IOException.class, provider::openPipe);
      assertThrows(IOException.class, provider::openDatagramChannel);
    }
  }

  @Test
  void aStackThatCannotStartIsAnErrorEveryTimeIfTheUserSaysSo() throws IOException {
    SidestepSelectorProvider provider = new SidestepSelectorProvider(broken(true), Flavour.jdk());
    InetSocketAddress onStack = new InetSocketAddress("203.0.113.9", 9);
    for (int i = 0; i < 2; i++) {
      try (SocketChannel client = provider.openSocketChannel();
          ServerSocketChannel server = provider.openServerSocketChannel()) {
        assertNamesTheDevice(assertThrows(SocketException.class, () -> client.connect(onStack)));
        assertNamesTheDevice(assertThrows(SocketException.class, () -> server.bind(null)));
      }
    }
    // What the stack would not carry works.
    echoOnce(provider);
    assertTrue(provider.stats().contains("connections=0"));
  }

  /** The kernel would send it by its default route, to whomever that address belongs there. */
  @Test
  void aNetworkOfAStackThatCannotStartIsUnreachable() throws IOException {
    SidestepSelectorProvider provider = new SidestepSelectorProvider(broken(false), Flavour.jdk());
    try (SocketChannel client = provider.openSocketChannel()) {
      NoRouteToHostException e =
          assertThrows(
              NoRouteToHostException.class,
              () -> client.connect(new InetSocketAddress("203.0.113.9", 9)));
      String line = String.valueOf(e.getMessage());
      assertTrue(line.startsWith("No route to host: sidestep.device=no-such-device"), line);
    }
    echoOnce(provider);
  }

  private static void assertNamesTheDevice(SocketException e) {
    String line = String.valueOf(e.getMessage());
    assertTrue(line.startsWith("sidestep.device=no-such-device"), line);
    assertEquals(1, line.lines().count());
  }
}
