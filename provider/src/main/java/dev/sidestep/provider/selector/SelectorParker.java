package dev.sidestep.provider.selector;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A sleep in a selector of the JDK's, which both other threads and the kernel's channels end. The
 * permit is the selector's wake-up; a {@link Selector#selectNow} takes it and therefore belongs to
 * a thread that is awake.
 *
 * <p>While it sleeps, the JDK takes the place of whoever else wanted to hear of an interrupt of
 * this thread, and leaves it empty: a channel that is blocked meanwhile begins once more.
 *
 * <p>Threads: as {@link Parker} says; {@link #close} when nobody parks any more.
 */
public final class SelectorParker implements Parker, AutoCloseable {

  private final Selector selector;
  private final Consumer<SelectionKey> onReady;
  private final int descriptor;

  /**
   * A sleep in {@code selector}.
   *
   * @param onReady told of each key that is ready, by the thread that looks or has slept; the key
   *     may be cancelled meanwhile
   */
  public SelectorParker(Selector selector, Consumer<SelectionKey> onReady) {
    this.selector = selector;
    this.onReady = onReady;
    this.descriptor = SelectorDescriptors.of(selector);
  }

  /** Where the channels are registered. */
  public Selector selector() {
    return selector;
  }

  /** Tells of the channels that are ready now. For a thread that is awake. */
  public void look() throws IOException {
    selector.selectNow(onReady);
  }

  /** {@inheritDoc} An {@link IOException} of the selector comes as {@link UncheckedIOException}. */
  @Override
  public void park(Waiter waiter, long nanos) {
    // The selector counts milliseconds; too early would be a return without cause.
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    try {
      selector.select(onReady, millis);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void unpark(Thread sleeper) {
    selector.wakeup();
  }

  /** That of the JDK's selector, where there is a way to it ({@link SelectorDescriptors}). */
  @Override
  public int descriptor() {
    return descriptor;
  }

  /** {@inheritDoc} An {@link IOException} of the selector comes as {@link UncheckedIOException}. */
  @Override
  public void collect() {
    try {
      look();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
