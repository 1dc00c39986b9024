package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** An event loop on the stack allocates nothing in steady state. */
final class AllocationTest extends ProviderContract {

  private static final int WARM_UP_ROUNDS = 5_000;
  private static final int ROUNDS_PER_BATCH = 1_000;
  private static final int QUIET_BATCHES = 10;
  private static final int MOST_BATCHES = 500;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  AllocationTest() {
    super(Flavour.STACK);
  }

  private interface Round {
    void run() throws IOException;
  }

  /**
   * Many rounds in a row allocate not a single byte. Before that the JVM does so now and then, on
   * this thread but for itself: where compiled code comes to a branch for the first time it
   * resolves and loads the classes that the branch names.
   */
  private static void assertAllocatesNothing(Round round) throws IOException {
    repeat(round, WARM_UP_ROUNDS);
    int quiet = 0;
    List<Long> allocatedBytes = new ArrayList<>();
    while (quiet < QUIET_BATCHES && allocatedBytes.size() < MOST_BATCHES) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      repeat(round, ROUNDS_PER_BATCH);
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      quiet = bytes == 0 ? quiet + 1 : 0;
      allocatedBytes.add(bytes);
    }
    assertEquals(
        QUIET_BATCHES, quiet, () -> ROUNDS_PER_BATCH + " rounds each allocated " + allocatedBytes);
  }

  private static void repeat(Round round, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      round.run();
    }
  }

  @Test
  void selectingReadyKeysAllocatesNothing() throws IOException {
    Pair pair = connectedPair();
    Selector selector = closing(provider.openSelector());
    pair.client().configureBlocking(false);
    pair.client().register(selector, SelectionKey.OP_WRITE);
    Consumer<SelectionKey> action = key -> assertTrue(key.isWritable());
    assertAllocatesNothing(() -> assertEquals(1, selector.select(action)));
    assertAllocatesNothing(() -> assertEquals(1, selector.selectNow(action)));
  }

  @Test
  void anEchoThroughSelectorsAllocatesNothing() throws IOException {
    Pair pair = connectedPair();
    Selector atClient = closing(provider.openSelector());
    Selector atServer = closing(provider.openSelector());
    pair.client().configureBlocking(false);
    pair.client().register(atClient, SelectionKey.OP_READ);
    pair.accepted().configureBlocking(false);
    pair.accepted().register(atServer, SelectionKey.OP_READ);
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    assertAllocatesNothing(
        () -> {
          pair.client().write(buffer.clear());
          atServer.select();
          atServer.selectedKeys().clear();
          pair.accepted().read(buffer.clear());
          pair.accepted().write(buffer.flip());
          atClient.select();
          atClient.selectedKeys().clear();
          pair.client().read(buffer.clear());
        });
  }
}
