package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.Wildcard;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code sidestep.wildcard} makes of a bind to the wildcard address; the kernel is one. */
@Timeout(60)
final class WildcardTest {

  private final SidestepSelectorProvider both = provider(Wildcard.BOTH);
  private final SidestepSelectorProvider stackOnly = provider(Wildcard.STACK);
  private final SidestepSelectorProvider kernelOnly = provider(Wildcard.KERNEL);

  /** Each has a stack of its own, as if it were another process of the host. */
  private static SidestepSelectorProvider provider(Wildcard wildcard) {
    return new SidestepSelectorProvider(
        Flavour.config(List.of(), List.of(), true, true, wildcard), Flavour.jdk());
  }

  @AfterEach
  void closeStacks() {
    both.closeStack();
    stackOnly.closeStack();
    kernelOnly.closeStack();
  }

  private static InetSocketAddress loopback(ServerSocketChannel server) throws IOException {
    return loopback(((InetSocketAddress) server.getLocalAddress()).getPort());
  }

  private static InetSocketAddress loopback(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private static void assertReachedBy(SelectorProvider clients, ServerSocketChannel server)
      throws IOException {
    try (SocketChannel client = clients.openSocketChannel()) {
      assertTrue(client.connect(loopback(server)));
      server.accept().close();
    }
  }

  private static void assertNotReachedBy(SelectorProvider clients, ServerSocketChannel server)
      throws IOException {
    try (SocketChannel client = clients.openSocketChannel()) {
      assertThrows(ConnectException.class, () -> client.connect(loopback(server)));
    }
  }

  @Test
  void bothMeansTheKernelAndTheStack() throws IOException {
    try (ServerSocketChannel server = both.openServerSocketChannel().bind(null)) {
      assertReachedBy(both, server);
      assertReachedBy(Flavour.jdk(), server);
    }
  }

  @Test
  void twoStacksOfOneHostShareAPortThatIsTheStacksOnly() throws IOException {
    SidestepSelectorProvider neighbour = provider(Wildcard.STACK);
    try (ServerSocketChannel first =
            stackOnly.openServerSocketChannel().bind(portThatTheKernelHasFree());
        ServerSocketChannel second = neighbour.openServerSocketChannel();
        ServerSocketChannel onKernel = Flavour.jdk().openServerSocketChannel()) {
      second.bind(first.getLocalAddress());
      assertReachedBy(stackOnly, first);
      assertReachedBy(neighbour, second);
      assertNotReachedBy(Flavour.jdk(), first);
      onKernel.bind(first.getLocalAddress());
    } finally {
      neighbour.closeStack();
    }
  }

  private static SocketAddress portThatTheKernelHasFree() throws IOException {
    try (ServerSocketChannel probe = Flavour.jdk().openServerSocketChannel().bind(null)) {
      return probe.getLocalAddress();
    }
  }

  @Test
  void bothNeedsThePortOnTheKernelToo() throws IOException {
    try (ServerSocketChannel onKernel = Flavour.jdk().openServerSocketChannel().bind(null);
        ServerSocketChannel server = both.openServerSocketChannel()) {
      assertThrows(BindException.class, () -> server.bind(onKernel.getLocalAddress()));
    }
  }

  @Test
  void kernelLeavesTheStackOut() throws IOException {
    try (ServerSocketChannel server = kernelOnly.openServerSocketChannel().bind(null)) {
      assertNotReachedBy(kernelOnly, server);
      assertReachedBy(Flavour.jdk(), server);
    }
  }

  /** A client's wildcard is a port so far; the stack keeps it until connect knows the route. */
  @Test
  void aPortOfTheStackMovesToTheKernelIfItsDestinationIsThere() throws IOException {
    try (Selector selector = stackOnly.openSelector();
        ServerSocketChannel server = Flavour.jdk().openServerSocketChannel();
        SocketChannel client = stackOnly.openSocketChannel()) {
      server.bind(new InetSocketAddress(InetAddress.getAllByName("::1")[0], 0));
      client.configureBlocking(false);
      SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
      client.bind(null);
      int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
      if (!client.connect(server.getLocalAddress())) {
        assertEquals(1, selector.select());
        assertTrue(key.isConnectable());
        assertTrue(client.finishConnect());
      }
      assertEquals(port, ((InetSocketAddress) client.getLocalAddress()).getPort());
      server.accept().close();
      try (ServerSocketChannel again = stackOnly.openServerSocketChannel()) {
        again.bind(loopback(port));
      }
    }
  }

  @Test
  void aPortOfTheStackStaysThereIfItsDestinationDoes() throws IOException {
    try (ServerSocketChannel server = stackOnly.openServerSocketChannel().bind(null);
        SocketChannel client = stackOnly.openSocketChannel().bind(null)) {
      InetSocketAddress bound = (InetSocketAddress) client.getLocalAddress();
      assertTrue(client.connect(loopback(server)));
      assertEquals(bound.getPort(), ((InetSocketAddress) client.getLocalAddress()).getPort());
    }
  }
}
