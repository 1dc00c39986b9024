package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.config.Profile;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that use the network with their stack nearly used up, at every depth at which that makes
 * a difference. The error is theirs alone, and nothing is half done.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StackOverflowTest {

  private static final IpAddress LOCALHOST = IpAddress.ofV4(0x7f000001);
  private static final long STACK_BYTES = 256 << 10;
  private static final int DESCENTS = 8;

  private final StackEngine engine = start();

  /** What the recursing thread writes to and reads from. */
  private final StreamSocket written;

  private final StreamSocket peer;
  private final ByteBuffer message = ByteBuffer.allocateDirect(100);
  private final ByteBuffer answer = ByteBuffer.allocateDirect(100);
  private int count;
  private int peerCount;
  private int overflows;

  StackOverflowTest() throws Exception {
    ListenSocket listener = engine.openListener(10);
    engine.bind(listener, LOCALHOST, 0);
    engine.listen(listener);
    written = engine.openStream();
    engine.connect(written, LOCALHOST, listener.localPort());
    await(listener, Readiness.ACCEPT);
    peer = Objects.requireNonNull(listener.accept());
    listener.close();
  }

  private static StackEngine start() {
    try {
      return StackEngineTest.start(Profile.BALANCED);
    } catch (StackStartException e) {
      throw new AssertionError(e);
    }
  }

  private void await(StackSocket socket, int ops) {
    Waiter waiter =
        new Waiter() {
          @Override
          public boolean isReady() {
            return (socket.readyOps() & ops) != 0;
          }
        };
    if ((ops & (Readiness.READ | Readiness.ACCEPT)) != 0) {
      socket.readiness().setInputWaiter(waiter);
    } else {
      socket.readiness().setOutputWaiter(waiter);
    }
    assertTrue(engine.await(waiter, Long.MAX_VALUE));
  }

  /** Uses the network at every depth, down to where even a call is too much. */
  @SuppressWarnings("InfiniteRecursion") // that is the point
  private void descend(int depth) {
    try {
      use(depth);
    } catch (StackOverflowError expected) {
      overflows++;
    }
    descend(depth + 1);
  }

  /** The same, from another place within a frame. */
  private void descend(int depth, long shift, long more) {
    if (shift > 0) {
      descend(depth, shift - 1, more + 1);
    } else {
      descend(depth);
    }
  }

  private void use(int depth) {
    switch (depth % 4) {
      case 0, 1 -> write();
      case 2 -> read();
      default -> engine.pollOnce();
    }
  }

  /** Either all is written that a write says, or nothing at all. */
  private void write() {
    int length = 1 + count % 64;
    message.clear().limit(length);
    for (int i = 0; i < length; i++) {
      message.put(i, (byte) (count + i));
    }
    count += written.write(message);
  }

  private void read() {
    written.read(answer.clear());
  }

  private void overflow(int shift) throws InterruptedException {
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                descend(0, shift, 0);
              } catch (StackOverflowError expected) {
                overflows++;
              }
            },
            "deep",
            STACK_BYTES);
    thread.start();
    while (thread.isAlive()) {
      receive();
    }
    thread.join();
  }

  /** The peer, on a thread with a sound stack. */
  private void receive() {
    ByteBuffer received = ByteBuffer.allocate(1 << 16);
    int length = peer.read(received);
    for (int i = 0; i < length; i++) {
      assertEquals((byte) (peerCount + i), received.get(i));
    }
    peerCount += Math.max(length, 0);
    engine.pollOnce();
  }

  @Test
  void whoHasNoStackLeftHurtsNobodyElse() throws Exception {
    for (int i = 0; i < DESCENTS; i++) {
      overflow(i);
    }
    assertTrue(overflows > DESCENTS, "no stack overflowed");
    while (peerCount < count) {
      await(peer, Readiness.READ);
      receive();
    }
    assertEquals(count, peerCount);
    assertNull(written.error());
    assertEquals(0, engine.dropped(DropReason.INTERNAL_ERROR));
    engine.close();
    assertTrue(engine.isClosed());
  }
}
