package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.ProcessorDemand;
import dev.sidestep.stack.concurrent.RunnableThreads;
import dev.sidestep.stack.concurrent.SpinBudget;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.concurrent.Watch;
import java.util.function.LongSupplier;

/**
 * How a thread waits for the network: it polls the shard itself while it can, spins while another
 * thread polls, and sleeps when nothing has happened for as long as the profile allows: on the
 * devices' interrupts if nobody else does ({@link Watch}), else until the one who does wakes it.
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

  /**
   * How often a thread that goes to sleep finds something to do before it leaves that to others.
   */
  private static final int MAX_LAST_POLLS = 4;

  private final Shard shard;
  private final Driver driver;
  private final IdleStrategy idle;
  private final LongSupplier clock;
  private final Watch watch;
  private final WatchKeeping watchKeeping;
  private final boolean mayWatch;
  private final ProcessorDemand demand;

  /** Whether the threads that wait leave the polling to others. */
  private volatile boolean closing;

  /** Whether there is nothing to wait for any more. */
  private volatile boolean closed;

  InPlacePoller(Shard shard, Driver driver, IdleStrategy idle, LongSupplier clock) {
    this.shard = shard;
    this.driver = driver;
    this.idle = idle;
    this.clock = clock;
    this.watch = shard.watch();
    this.watchKeeping = new WatchKeeping(shard, idle, clock);
    this.mayWatch = idle.interruptSleepNanos() > 0 && shard.interrupts().exist();
    this.demand =
        new ProcessorDemand(
            Runtime.getRuntime().availableProcessors(), new RunnableThreads(), clock.getAsLong());
  }

  /** From now on nobody keeps the shard or its devices to itself; whoever waits, parks. */
  void beginClosing() {
    closing = true;
    watch.close();
  }

  /** Waits until no application thread uses the devices, for so long at most; returns whether. */
  boolean awaitWatcherGone(long patienceNanos) {
    long startNanos = System.nanoTime();
    while (watch.isHeld()) {
      if (System.nanoTime() - startNanos > patienceNanos) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  /** Ends every wait. */
  void close() {
    closed = true;
    watch.sendReliersAway();
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
      long startNanos = clock.getAsLong();
      if (isOver(waiter, startNanos, deadlineNanos)) {
        break;
      }
      sleep(waiter, deadlineNanos);
      if (waiter.isReady()) {
        // A sleep that only the deadline ended says nothing about the network.
        long sleptNanos = clock.getAsLong() - startNanos;
        waiter.spinBudget().slept(sleptNanos, idle.spinNanos(), idle.maxSpinNanos());
      }
    }
    return waiter.isReady();
  }

  static boolean isOver(Waiter waiter, long nowNanos, long deadlineNanos) {
    return waiter.isReady() || nowNanos >= deadlineNanos || Thread.currentThread().isInterrupted();
  }

  /** Polls or spins while that is worth it. Returns true when there is no more to wait for. */
  private boolean spin(Waiter waiter, long deadlineNanos) {
    long startNanos = clock.getAsLong();
    long spinNanos =
        Thread.currentThread().isVirtual()
            ? idle.virtualSpinNanos()
            : waiter.spinBudget().nanos(idle.spinNanos());
    if (spinNanos == Long.MAX_VALUE) {
      return spin(waiter, startNanos, spinNanos, deadlineNanos);
    }
    if (spinNanos > 0 && demand.tryBeginSpin(startNanos)) {
      try {
        return spin(waiter, startNanos, spinNanos, deadlineNanos);
      } finally {
        demand.endSpin();
      }
    }
    waiter.look(startNanos);
    return isOver(waiter, startNanos, deadlineNanos);
  }

  @SuppressWarnings("ThreadPriorityCheck") // see TURN_NANOS: a hint, nothing relies on it
  private boolean spin(Waiter waiter, long startNanos, long spinNanos, long deadlineNanos) {
    long nowNanos;
    SpinBudget budget = waiter.spinBudget();
    long turnNanos =
        budget.yieldsFirst() || isPeerAsleep(startNanos) ? startNanos - TURN_NANOS : startNanos;
    long awayNanos = 0;
    do {
      if (shard.tryOwn()) {
        nowNanos = pollWhileOwner(waiter, turnNanos, deadlineNanos);
      } else {
        Thread.onSpinWait();
        nowNanos = clock.getAsLong();
        waiter.look(nowNanos);
      }
      if (isOver(waiter, nowNanos, deadlineNanos)) {
        if (awayNanos > 0) {
          budget.answeredAfterYield(awayNanos);
        }
        return true;
      }
      awayNanos = 0;
      if (nowNanos - turnNanos >= TURN_NANOS) {
        long offeredNanos = clock.getAsLong();
        Thread.yield();
        turnNanos = clock.getAsLong();
        awayNanos = turnNanos - offeredNanos;
        // Whoever spins for ever was told to.
        if (demand.wasAway(awayNanos, turnNanos) && spinNanos != Long.MAX_VALUE) {
          return false;
        }
      }
    } while (nowNanos - startNanos < spinNanos && !closing);
    return false;
  }

  /**
   * After such a silence even a peer that spins sleeps, and has just been woken by what was sent.
   */
  private boolean isPeerAsleep(long nowNanos) {
    return nowNanos - watch.lastFrameNanos() > idle.maxSpinNanos();
  }

  private long pollWhileOwner(Waiter waiter, long turnNanos, long deadlineNanos) {
    try {
      long nowNanos;
      do {
        nowNanos = clock.getAsLong();
        shard.poll(nowNanos);
        waiter.look(nowNanos);
      } while (!isOver(waiter, nowNanos, deadlineNanos)
          && nowNanos - turnNanos < TURN_NANOS
          && !closing);
      return nowNanos;
    } finally {
      shard.release();
    }
  }

  private void sleep(Waiter waiter, long deadlineNanos) {
    if (mayWatch
        && !Thread.currentThread().isVirtual()
        && waiter.place().descriptor() != Parker.ONLY_HERE
        && watch.tryTake(waiter)) {
      boolean over;
      try {
        over = watchKeeping.keep(waiter, deadlineNanos);
      } finally {
        watch.leave(waiter);
      }
      if (over) {
        return;
      }
    }
    relyOnOthers(waiter, deadlineNanos);
  }

  private void relyOnOthers(Waiter waiter, long deadlineNanos) {
    watch.rely(waiter);
    try {
      if (!watch.isAttended()) {
        leaveToKeeper(waiter);
      }
      waiter.park(
          deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - clock.getAsLong());
    } finally {
      watch.relyNoMore(waiter);
    }
  }

  /**
   * Whoever has polled and sleeps has the devices tell the watcher again. (Otherwise the watcher
   * would have to wake up for that alone.)
   */
  private void leaveToKeeper(Waiter waiter) {
    if (!watch.isHeld()) {
      driver.takeOverFromPoller();
    } else if (watch.isBedOccupied() && WatchKeeping.ownSoon(shard)) {
      rearm(waiter);
    } else if (!shard.isOwned()) {
      watch.callWatcher();
    }
    // Else somebody polls, and does the same in the end.
  }

  private void rearm(Waiter waiter) {
    try {
      boolean done = false;
      for (int polls = 0; polls < MAX_LAST_POLLS && !done && !waiter.isReady(); polls++) {
        done = shard.poll(clock.getAsLong()) == 0 && shard.interrupts().enableForSleeper();
      }
      if (!done && !waiter.isReady()) {
        watch.callWatcher();
      }
    } finally {
      shard.release();
    }
  }
}
