package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No thread waits for a stack that was closed. */
final class StackCloseTest extends ProviderContract {

  private SidestepSelectorProvider own;

  StackCloseTest() {
    super(Flavour.STACK);
  }

  /** Not the one that other tests need. */
  @BeforeEach
  void useAnotherStack() {
    own = new SidestepSelectorProvider(Flavour.STACK_CONFIG, Flavour.jdk());
    provider = own;
  }

  @AfterEach
  void closeStack() {
    own.closeStack();
  }

  private static Thread.Builder builder(boolean virtual) {
    return virtual ? Thread.ofVirtual() : Thread.ofPlatform();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBlockedAcceptLeavesAsIfTheChannelWasClosed(boolean virtual) throws Exception {
    ServerSocketChannel server = listen();
    FutureTask<SocketChannel> acceptor = start(builder(virtual), server::accept);
    awaitInside(lastStarted(), "await");
    own.closeStack();
    assertThrows(AsynchronousCloseException.class, () -> resultOf(acceptor));
    assertFalse(server.isOpen());
  }

  /** It sleeps in the JDK's selector. */
  @Test
  void aBlockedAcceptOnStackAndKernelLeavesToo() throws Exception {
    ServerSocketChannel server = closing(provider.openServerSocketChannel()).bind(null);
    FutureTask<SocketChannel> acceptor = start(server::accept);
    awaitInside(lastStarted(), "await");
    own.closeStack();
    assertThrows(AsynchronousCloseException.class, () -> resultOf(acceptor));
    assertFalse(server.isOpen());
  }

  @Test
  void aReaderWhosePeerWasOnTheSameStackSeesTheEndOfTheStream() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader = start(() -> pair.client().read(ByteBuffer.allocate(1)));
    awaitInside(lastStarted(), "await");
    own.closeStack();
    assertEquals(-1, resultOf(reader));
  }

  /** It sleeps on the channel's blocking lock. */
  @Test
  void aReaderInAStreamOfChannelsLeavesToo() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader = start(Channels.newInputStream(pair.client())::read);
    awaitInside(lastStarted(), "park");
    own.closeStack();
    assertEquals(-1, resultOf(reader));
  }

  @Test
  void aConnectAfterwardsEndsAsIfTheChannelWasClosed() throws IOException {
    InetSocketAddress address = (InetSocketAddress) listen().getLocalAddress();
    own.closeStack();
    SocketChannel client = open();
    assertThrows(AsynchronousCloseException.class, () -> client.connect(address));
    assertFalse(client.isOpen());
  }

  @Test
  void aSelectReturnsAndGoesOnWithWhatTheKernelCarries() throws Exception {
    Selector selector = closing(provider.openSelector());
    ServerSocketChannel server = listen();
    server.configureBlocking(false);
    SelectionKey onStack = server.register(selector, SelectionKey.OP_ACCEPT);
    DatagramChannel datagram = closing(provider.openDatagramChannel());
    datagram.bind(new InetSocketAddress(loopback(), 0)).configureBlocking(false);
    SelectionKey onKernel = datagram.register(selector, SelectionKey.OP_READ);
    FutureTask<Integer> first = start(() -> selector.select());
    awaitInside(lastStarted(), "await");
    own.closeStack();
    assertEquals(0, resultOf(first));
    assertFalse(onStack.isValid());
    assertFalse(server.isOpen());

    FutureTask<Integer> second = start(() -> selector.select());
    awaitInside(lastStarted(), "await");
    DatagramChannel sender = closing(provider.openDatagramChannel());
    sender.send(bytes("d"), datagram.getLocalAddress());
    assertEquals(1, resultOf(second));
    assertSame(onKernel, selector.selectedKeys().iterator().next());
    assertTrue(onKernel.isReadable());
    assertEquals(1, selector.keys().size());
  }
}
