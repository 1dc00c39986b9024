package dev.sidestep.provider.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.provider.selector.SidestepSelector;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server bound to the wildcard address before the stack runs: the kernel's clients are served at
 * once, those of the stack from the moment it runs. The stack here has 127.0.0.0/8, and starts when
 * a gate opens.
 */
@Timeout(30)
final class LateStackTest {

  private static final SelectorProvider JDK =
      Objects.requireNonNull(KernelAccess.jdkProvider(), KernelAccess::whyNot);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final StackConfig config = config("both");
  private final EngineHolder engines = new EngineHolder(config, this::start, System::nanoTime);
  private final SocketRouter router = new SocketRouter(config, JDK, false, engines);
  private ServerSocketChannel server;

  private static StackConfig config(String wildcard) {
    Properties properties = new Properties();
    properties.setProperty("sidestep.loopback", "stack");
    properties.setProperty("sidestep.banner", "off");
    properties.setProperty("sidestep.wildcard", wildcard);
    return new SettingsReader(properties, null).read();
  }

  private StackEngine start(StackConfig settings, long patienceNanos) {
    try {
      gate.await();
      return StackEngine.start(settings, patienceNanos);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void bind() throws IOException {
    server = SidestepServerSocketChannel.open(JDK, router, null);
    server.bind(null);
    assertNull(engines.running());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    gate.countDown();
    router.close();
  }

  private InetSocketAddress address() throws IOException {
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private SocketChannel kernelClient() throws IOException {
    SocketChannel client = JDK.openSocketChannel();
    client.connect(address());
    return client;
  }

  /** Waits for the stack, which must listen before anybody can connect. */
  private SocketChannel stackClient() throws IOException {
    SocketChannel client = SidestepSocketChannel.open(JDK, router, null);
    client.connect(address());
    return client;
  }

  private void assertCarriedByTheStack(int connections) {
    String stats = router.stats();
    assertTrue(stats.contains("sidestep stats: connections=" + connections + " "), stats);
  }

  private static <T> FutureTask<T> inBackground(java.util.concurrent.Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  @Test
  void theKernelsClientsAreServedAtOnce() throws Exception {
    FutureTask<SocketChannel> accepted = inBackground(server::accept);
    try (SocketChannel client = kernelClient();
        SocketChannel served = accepted.get()) {
      assertEquals(client.getLocalAddress(), served.getRemoteAddress());
      assertNull(engines.running());
    }
  }

  @Test
  void aThreadThatWaitsInAcceptSeesTheStacksClients() throws Exception {
    FutureTask<SocketChannel> accepted = inBackground(server::accept);
    InetSocketAddress before = address();
    gate.countDown();
    try (SocketChannel client = stackClient();
        SocketChannel served = accepted.get()) {
      assertEquals(client.getLocalAddress(), served.getRemoteAddress());
      assertCarriedByTheStack(2);
      assertEquals(before, address());
    }
  }

  @Test
  void bothKindsOfClientsAreServedAfterwards() throws Exception {
    gate.countDown();
    try (SocketChannel onStack = stackClient();
        SocketChannel first = server.accept();
        SocketChannel onKernel = kernelClient();
        SocketChannel second = server.accept()) {
      assertEquals(onStack.getLocalAddress(), first.getRemoteAddress());
      assertEquals(onKernel.getLocalAddress(), second.getRemoteAddress());
      assertCarriedByTheStack(2);
    }
  }

  @Test
  void aSelectionUnderWaySeesTheStacksClients() throws Exception {
    server.configureBlocking(false);
    try (Selector selector = new SidestepSelector(JDK, JDK)) {
      SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
      assertEquals(0, selector.selectNow());
      FutureTask<Integer> selected = inBackground(selector::select);
      gate.countDown();
      try (SocketChannel client = stackClient()) {
        assertEquals(1, selected.get());
        assertTrue(key.isAcceptable());
        try (SocketChannel served = server.accept()) {
          assertEquals(client.getLocalAddress(), served.getRemoteAddress());
          assertCarriedByTheStack(2);
        }
      }
    }
  }

  @Test
  void aSelectionSeesTheKernelsClientsBeforeAndAfter() throws Exception {
    server.configureBlocking(false);
    try (Selector selector = new SidestepSelector(JDK, JDK)) {
      server.register(selector, SelectionKey.OP_ACCEPT);
      for (int i = 0; i < 2; i++) {
        try (SocketChannel client = kernelClient()) {
          assertEquals(1, selector.select());
          selector.selectedKeys().clear();
          try (SocketChannel served = server.accept()) {
            assertEquals(client.getLocalAddress(), served.getRemoteAddress());
          }
        }
        gate.countDown();
        assertNotNull(engines.engine());
      }
    }
  }

  @Test
  void optionsSetBeforeAndAfterReachTheStack() throws Exception {
    server.setOption(StandardSocketOptions.SO_RCVBUF, 40_000);
    int bytes = server.getOption(StandardSocketOptions.SO_RCVBUF);
    gate.countDown();
    try (SocketChannel client = stackClient();
        SocketChannel served = server.accept()) {
      assertEquals(client.getLocalAddress(), served.getRemoteAddress());
      assertEquals(bytes, served.getOption(StandardSocketOptions.SO_RCVBUF));
    }
    server.setOption(StandardSocketOptions.SO_RCVBUF, 50_000);
    bytes = server.getOption(StandardSocketOptions.SO_RCVBUF);
    try (SocketChannel client = stackClient();
        SocketChannel served = server.accept()) {
      assertEquals(client.getLocalAddress(), served.getRemoteAddress());
      assertEquals(bytes, served.getOption(StandardSocketOptions.SO_RCVBUF));
    }
  }

  @Test
  void aServerClosedMeanwhileHoldsNoPortOfTheStack() throws Exception {
    InetSocketAddress address = address();
    server.close();
    gate.countDown();
    assertNotNull(engines.engine());
    try (ServerSocketChannel again = SidestepServerSocketChannel.open(JDK, router, null)) {
      again.bind(address);
    }
  }

  @Test
  void aServerClosedAfterwardsHoldsNoPortOfTheStack() throws Exception {
    InetSocketAddress address = address();
    gate.countDown();
    assertNotNull(engines.engine());
    server.close();
    try (ServerSocketChannel again = SidestepServerSocketChannel.open(JDK, router, null)) {
      again.bind(address);
    }
  }

  @Test
  void closingEndsAnAcceptThatWaits() throws Exception {
    FutureTask<SocketChannel> accepted = inBackground(server::accept);
    server.close();
    Throwable cause = assertThrows(ExecutionException.class, accepted::get).getCause();
    // Closed before the thread came to wait, or while it did.
    assertTrue(
        cause instanceof AsynchronousCloseException
            || cause instanceof java.nio.channels.ClosedChannelException,
        String.valueOf(cause));
  }

  @Test
  void anInterruptClosesTheServer() throws Exception {
    FutureTask<SocketChannel> accepted = new FutureTask<>(server::accept);
    Thread thread = Thread.ofPlatform().daemon().start(accepted);
    thread.interrupt();
    assertTrue(
        assertThrows(ExecutionException.class, accepted::get).getCause()
            instanceof ClosedByInterruptException);
    assertTrue(!server.isOpen());
  }

  @Test
  void aTimeoutEndsAnAcceptThatWaits() throws Exception {
    server.socket().setSoTimeout(1);
    assertThrows(SocketTimeoutException.class, () -> server.socket().accept());
  }

  @Test
  void aServerOfTheStackAloneWaitsForIt() throws Exception {
    StackConfig stackOnly = config("stack");
    EngineHolder holder = new EngineHolder(stackOnly, StackEngine::start, System::nanoTime);
    SocketRouter other = new SocketRouter(stackOnly, JDK, false, holder);
    try (ServerSocketChannel alone = SidestepServerSocketChannel.open(JDK, other, null)) {
      alone.bind(null);
      assertNotNull(holder.running());
    } finally {
      other.close();
    }
  }
}
