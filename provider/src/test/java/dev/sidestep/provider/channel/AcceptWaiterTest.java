package dev.sidestep.provider.channel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that waits for connections of the stack and of the kernel at once. */
@Timeout(30)
final class AcceptWaiterTest {

  private static final SocketOwner NOBODY =
      new SocketOwner() {
        @Override
        public void submit(StackSocket socket, int commands) {}

        @Override
        public void released(StackSocket socket) {}

        @Override
        public boolean isHeldByCurrentThread() {
          return false;
        }
      };

  private static final SelectorProvider JDK =
      Objects.requireNonNull(KernelAccess.jdkProvider(), KernelAccess::whyNot);

  private final AtomicBoolean closing = new AtomicBoolean();

  /** Asked when the sleep is announced. */
  private final CountDownLatch asked = new CountDownLatch(1);

  private ServerSocketChannel kernel;
  private AcceptWaiter waiter;

  @BeforeEach
  void listen() throws IOException {
    kernel = JDK.openServerSocketChannel();
    kernel.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
    kernel.configureBlocking(false);
    waiter = new AcceptWaiter(kernel, this::isClosing);
  }

  private boolean isClosing() {
    boolean answer = closing.get();
    asked.countDown();
    return answer;
  }

  @AfterEach
  void close() throws IOException {
    kernel.close();
    waiter.close();
  }

  private void joinStack() {
    waiter.join(new ListenSocket(NOBODY, 1));
    waiter.waitOnStack();
  }

  @Test
  void aStackThatStartsEndsTheSleepOfAThreadThatDoesNotKnowIt() throws InterruptedException {
    Thread sleeper = Thread.ofPlatform().start(() -> waiter.park(Long.MAX_VALUE));
    asked.await();
    waiter.join(new ListenSocket(NOBODY, 1));
    sleeper.join();
    assertTrue(waiter.isReady());
    waiter.waitOnStack();
    assertFalse(waiter.isReady());
  }

  @Test
  void aClientOfTheKernelEndsTheSleepWithoutAStackToo() throws IOException {
    assertAClientOfTheKernelEndsTheSleep();
  }

  @Test
  void aClientOfTheKernelEndsTheSleep() throws IOException {
    joinStack();
    assertAClientOfTheKernelEndsTheSleep();
  }

  private void assertAClientOfTheKernelEndsTheSleep() throws IOException {
    try (SocketChannel client = JDK.openSocketChannel()) {
      client.connect(kernel.getLocalAddress());
      waiter.park(Long.MAX_VALUE);
      assertTrue(waiter.isReady());
      try (SocketChannel accepted = waiter.acceptFromKernel()) {
        assertNotNull(accepted);
      }
    }
  }

  @Test
  void aThreadThatPollsTheStackSeesAClientOfTheKernel() throws IOException {
    joinStack();
    waiter.look(0);
    assertFalse(waiter.isReady());
    try (SocketChannel client = JDK.openSocketChannel()) {
      client.connect(kernel.getLocalAddress());
      waiter.look(1);
      assertFalse(waiter.isReady(), "not so soon again");
      waiter.look(1_000_000);
      assertTrue(waiter.isReady());
    }
  }

  @Test
  void aWakeUpEndsTheSleep() throws InterruptedException {
    joinStack();
    Thread sleeper = Thread.ofPlatform().start(() -> waiter.park(Long.MAX_VALUE));
    asked.await();
    closing.set(true);
    waiter.wake();
    sleeper.join();
    assertTrue(waiter.isReady());
  }
}
