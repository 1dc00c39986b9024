package dev.sidestep.provider.channel;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.engine.StackEngine;
import org.jspecify.annotations.Nullable;

/**
 * A thread that is blocked in one half of a {@link StackStream}.
 *
 * <p>{@code Channels.newInputStream} and {@code newOutputStream} hold the channel's blocking lock
 * during the operation, and only the JDK's own channels are exempt: a reader that waits for data
 * would keep every writer out. So it waits on that very lock, which lets go of it, and {@link
 * MonitorNotifier} notifies it. Threads: the blocked one; waking any.
 */
abstract class StreamWaiter extends Waiter {

  /**
   * How long a thread polls while it keeps others out of the channel: round trips that are faster
   * need no other thread.
   */
  private static final long HOLD_NANOS = 20_000;

  private final Object monitor;
  private final StackEngine engine;

  /** Where the waiting thread sleeps, which only it asks; null unless it holds the monitor. */
  private @Nullable MonitorParker parker;

  StreamWaiter(Object monitor, StackEngine engine) {
    this.monitor = monitor;
    this.engine = engine;
  }

  /** See {@link StackEngine#await}. */
  final boolean await(long deadlineNanos) {
    if (!Thread.holdsLock(monitor)) {
      parker = null;
      return engine.await(this, deadlineNanos);
    }
    MonitorNotifier notifier = MonitorNotifier.of(engine);
    MonitorParker place = new MonitorParker(monitor, notifier);
    parker = place;
    long nowNanos = System.nanoTime();
    long heldUntilNanos = nowNanos + HOLD_NANOS;
    if (deadlineNanos <= heldUntilNanos) {
      return engine.await(this, deadlineNanos);
    }
    if (!engine.await(this, heldUntilNanos) && !Thread.currentThread().isInterrupted()) {
      notifier.park(this, place, deadlineNanos - nowNanos);
    }
    return isReady();
  }

  @Override
  protected final Parker parker() {
    MonitorParker ours = parker;
    return ours == null ? Parker.THREAD : ours;
  }
}
