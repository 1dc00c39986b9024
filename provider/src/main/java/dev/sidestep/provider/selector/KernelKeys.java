package dev.sidestep.provider.selector;

import dev.sidestep.stack.concurrent.Parker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The kernel channels of a selector, in a private JDK selector that is opened for the first of
 * them.
 *
 * <p>Threads: {@link #watch} and {@link #removed} any; the rest the selecting thread.
 */
final class KernelKeys {

  /** How long a selection that keeps finding stack keys may neglect the kernel's. */
  private static final long NEGLECT_NANOS = 20_000;

  private final @Nullable SelectorProvider jdk;
  private final AtomicInteger count = new AtomicInteger();
  private final ArrayList<SidestepSelectionKey> ready = new ArrayList<>();

  private volatile @Nullable SelectorParker opened;

  /** Whether a channel has left that the JDK's selector still holds on to. */
  private volatile boolean departed;

  private long lastLookNanos;

  KernelKeys(@Nullable SelectorProvider jdk) {
    this.jdk = jdk;
  }

  /** Makes the JDK's selector watch a channel; null if either has just been closed. */
  @Nullable SelectionKey watch(SelectableChannel channel, SidestepSelectionKey key) {
    try {
      SelectionKey kernelKey = channel.register(open(), 0, key);
      count.incrementAndGet();
      return kernelKey;
    } catch (ClosedChannelException | ClosedSelectorException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized Selector open() throws IOException {
    SelectorParker parker = opened;
    if (parker == null) {
      if (jdk == null) {
        throw new IllegalStateException("a kernel channel without a way to the kernel");
      }
      parker = new SelectorParker(jdk.openSelector(), this::collected);
      opened = parker;
    }
    return parker.selector();
  }

  /** A channel that was watched is not any more; its key with the JDK's selector is cancelled. */
  void removed() {
    count.decrementAndGet();
    departed = true;
  }

  /** The JDK's selector lets go of a channel, and of its file descriptor, only when it selects. */
  void releaseDeparted() throws IOException {
    if (departed) {
      departed = false;
      look();
    }
  }

  boolean isEmpty() {
    return count.get() == 0;
  }

  /** Looks for ready channels without waiting. Takes a wake-up away, so nobody may be parked. */
  void look() throws IOException {
    SelectorParker parker = opened;
    if (parker != null) {
      parker.look();
      lastLookNanos = System.nanoTime();
    }
  }

  /** Looks if that has not happened for a while. */
  void lookIfDue(long nowNanos) throws IOException {
    if (!isEmpty() && nowNanos - lastLookNanos >= NEGLECT_NANOS) {
      look();
    }
  }

  /** Where the selecting thread sleeps so that these channels wake it too. */
  Parker parker() {
    SelectorParker parker = opened;
    return parker == null || isEmpty() ? Parker.THREAD : parker;
  }

  private void collected(SelectionKey kernelKey) {
    SidestepSelectionKey key = (SidestepSelectionKey) kernelKey.attachment();
    if (key.foundByKernel(readyOps(kernelKey))) {
      ready.add(key);
    }
  }

  private static int readyOps(SelectionKey kernelKey) {
    try {
      return kernelKey.readyOps();
    } catch (CancelledKeyException e) {
      // Another thread has closed the channel since the kernel found it ready.
      return 0;
    }
  }

  /** Keys found ready that were not ready on the stack's side already. */
  List<SidestepSelectionKey> ready() {
    return ready;
  }

  /** Forgets what was found. */
  void clearReady() {
    for (int i = 0; i < ready.size(); i++) {
      ready.get(i).takeFound();
    }
    ready.clear();
  }

  void close() throws IOException {
    SelectorParker parker = opened;
    if (parker != null) {
      parker.close();
    }
  }
}
