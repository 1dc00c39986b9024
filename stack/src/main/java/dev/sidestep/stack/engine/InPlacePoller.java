package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Waiter;
import java.util.function.LongSupplier;

/**
 * How a thread waits for the network: it polls the shard itself while it can, spins while another
 * thread polls, and parks when nothing has happened for as long as the profile allows.
 *
 * <p>Threads: any number at once.
 */
final class InPlacePoller {

  /**
   * How long a thread polls before it lets others have the processor once. Whom its packet has
   * woken may be waiting for just this processor: a virtual machine's kernel takes a halted one for
   * unavailable (available_idle_cpu), and he would wait until this thread stops spinning. Measured
   * with 20 ms of silence between round trips: 0.24 instead of 1.6 ms (medians). It costs under 1
   * µs and comes too late to lie in the way of a peer that is awake.
   */
  private static final long TURN_NANOS = 20_000;

  private final Shard shard;
  private final Driver driver;
  private final IdleStrategy idle;
  private final LongSupplier clock;

  /** Whether the threads that wait leave the polling to others. */
  private volatile boolean closing;

  /** Whether there is nothing to wait for any more. */
  private volatile boolean closed;

  InPlacePoller(Shard shard, Driver driver, IdleStrategy idle, LongSupplier clock) {
    this.shard = shard;
    this.driver = driver;
    this.idle = idle;
    this.clock = clock;
  }

  /** From now on nobody keeps the shard to itself; whoever waits, parks. */
  void beginClosing() {
    closing = true;
  }

  /** Ends every wait. */
  void close() {
    closed = true;
    driver.endParking();
  }

  boolean isClosed() {
    return closed;
  }

  /** See {@link StackEngine#await}. */
  boolean await(Waiter waiter, long deadlineNanos) {
    while (!waiter.isReady() && !closed) {
      if (spin(waiter, deadlineNanos)) {
        break;
      }
      long leftNanos = left(deadlineNanos);
      if (leftNanos <= 0 || Thread.currentThread().isInterrupted()) {
        break;
      }
      park(waiter, leftNanos);
    }
    return waiter.isReady();
  }

  /** Polls or spins for the profile's time. Returns true when there is no more to wait for. */
  @SuppressWarnings("ThreadPriorityCheck") // see TURN_NANOS: a hint, nothing relies on it
  private boolean spin(Waiter waiter, long deadlineNanos) {
    long startNanos = clock.getAsLong();
    long spinNanos =
        Thread.currentThread().isVirtual()
            ? idle.virtualSpinNanos()
            : waiter.spinBudget().nanos(idle.spinNanos());
    long nowNanos = startNanos;
    long turnNanos = startNanos;
    do {
      if (shard.tryOwn()) {
        nowNanos = pollWhileOwner(waiter, turnNanos, deadlineNanos);
      } else {
        Thread.onSpinWait();
        nowNanos = clock.getAsLong();
        waiter.look(nowNanos);
      }
      if (waiter.isReady() || nowNanos >= deadlineNanos || Thread.currentThread().isInterrupted()) {
        return true;
      }
      if (nowNanos - turnNanos >= TURN_NANOS) {
        Thread.yield();
        turnNanos = nowNanos;
      }
    } while (nowNanos - startNanos < spinNanos && !closing);
    return false;
  }

  private long pollWhileOwner(Waiter waiter, long turnNanos, long deadlineNanos) {
    try {
      long nowNanos;
      do {
        nowNanos = clock.getAsLong();
        shard.poll(nowNanos);
        waiter.look(nowNanos);
      } while (!waiter.isReady()
          && nowNanos - turnNanos < TURN_NANOS
          && nowNanos < deadlineNanos
          && !closing
          && !Thread.currentThread().isInterrupted());
      return nowNanos;
    } finally {
      shard.release();
    }
  }

  private long left(long deadlineNanos) {
    return deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - clock.getAsLong();
  }

  private void park(Waiter waiter, long leftNanos) {
    long startNanos = clock.getAsLong();
    driver.beginPark(waiter);
    try {
      waiter.park(leftNanos);
    } finally {
      driver.endPark(waiter);
    }
    if (waiter.isReady()) {
      // A sleep that only the deadline ended says nothing about the network.
      long sleptNanos = clock.getAsLong() - startNanos;
      waiter.spinBudget().slept(sleptNanos, idle.spinNanos(), idle.maxSpinNanos());
    }
  }
}
