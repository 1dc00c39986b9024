package dev.sidestep.provider.selector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The kernel channels of a selector, in a private JDK selector that is opened for the first of
 * them.
 *
 * <p>Threads: {@link #watch}, {@link #removed} and {@link #wakeup} any; the rest the selecting
 * thread.
 */
final class KernelKeys {

  /** How long a selection that keeps finding stack keys may neglect the kernel's. */
  private static final long NEGLECT_NANOS = 20_000;

  private final @Nullable SelectorProvider jdk;
  private final AtomicInteger count = new AtomicInteger();
  private final ArrayList<SidestepSelectionKey> ready = new ArrayList<>();
  private final Consumer<SelectionKey> collector = this::collected;

  private volatile @Nullable Selector selector;

  /** Whether a channel has left that the JDK's selector still holds on to. */
  private volatile boolean departed;

  private long lastLookNanos;

  KernelKeys(@Nullable SelectorProvider jdk) {
    this.jdk = jdk;
  }

  /** Makes the JDK's selector watch a channel; null if the channel has just been closed. */
  @Nullable SelectionKey watch(SelectableChannel channel, SidestepSelectionKey key) {
    try {
      SelectionKey kernelKey = channel.register(open(), 0, key);
      count.incrementAndGet();
      return kernelKey;
    } catch (ClosedChannelException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized Selector open() throws IOException {
    Selector opened = selector;
    if (opened == null) {
      if (jdk == null) {
        throw new IllegalStateException("a kernel channel without a way to the kernel");
      }
      opened = jdk.openSelector();
      selector = opened;
    }
    return opened;
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

  /** Looks for ready channels without waiting. */
  void look() throws IOException {
    Selector opened = selector;
    if (opened != null) {
      opened.selectNow(collector);
      lastLookNanos = System.nanoTime();
    }
  }

  /** Looks if that has not happened for a while. */
  void lookIfDue() throws IOException {
    if (!isEmpty() && System.nanoTime() - lastLookNanos >= NEGLECT_NANOS) {
      look();
    }
  }

  /** Waits for ready channels, {@link #wakeup}, an interrupt or the time. */
  void await(long nanos) throws IOException {
    Selector opened = selector;
    if (opened != null) {
      // The kernel counts milliseconds; too early would be a return without cause.
      long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
      opened.select(collector, millis);
      lastLookNanos = System.nanoTime();
    }
  }

  void wakeup() {
    Selector opened = selector;
    if (opened != null) {
      opened.wakeup();
    }
  }

  private void collected(SelectionKey kernelKey) {
    SidestepSelectionKey key = (SidestepSelectionKey) kernelKey.attachment();
    if (key.foundByKernel(kernelKey.readyOps())) {
      ready.add(key);
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
    Selector opened = selector;
    if (opened != null) {
      opened.close();
    }
  }
}
