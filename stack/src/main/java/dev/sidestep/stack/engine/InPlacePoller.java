package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Alarm;
import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.ProcessorDemand;
import dev.sidestep.stack.concurrent.RunnableThreads;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.concurrent.Watch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

  /** How often the watcher finds what is not for it before it leaves that to the driver. */
  private static final int MAX_POLLS_FOR_OTHERS = 16;

  /** Some ten microseconds: a write takes two. */
  private static final int MAX_YIELDS_TO_OWNER = 32;

  private final Shard shard;
  private final Driver driver;
  private final IdleStrategy idle;
  private final LongSupplier clock;
  private final Watch watch;
  private final Interrupts.Bed bed;
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
    this.bed = shard.interrupts().new Bed();
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
    shard.parkedWaiters().close();
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

  private static boolean isOver(Waiter waiter, long nowNanos, long deadlineNanos) {
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
    long turnNanos = startNanos;
    do {
      if (shard.tryOwn()) {
        nowNanos = pollWhileOwner(waiter, turnNanos, deadlineNanos);
      } else {
        Thread.onSpinWait();
        nowNanos = clock.getAsLong();
        waiter.look(nowNanos);
      }
      if (isOver(waiter, nowNanos, deadlineNanos)) {
        return true;
      }
      if (nowNanos - turnNanos >= TURN_NANOS) {
        long offeredNanos = clock.getAsLong();
        Thread.yield();
        turnNanos = clock.getAsLong();
        // Whoever spins for ever was told to.
        if (demand.wasAway(turnNanos - offeredNanos, turnNanos) && spinNanos != Long.MAX_VALUE) {
          return false;
        }
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
        && waiter.sleepsAnywhere()
        && !Thread.currentThread().isVirtual()
        && watch.tryTake(waiter)) {
      boolean over;
      try {
        over = watchFor(waiter, deadlineNanos);
      } finally {
        watch.leave(waiter);
        driver.watcherHasLeft();
      }
      if (over) {
        return;
      }
    }
    relyOnOthers(waiter, deadlineNanos);
  }

  /**
   * Sleeps on the devices, and polls when they tell of frames. Returns false if others poll or have
   * most of the frames: whoever is woken for everybody is the driver. Interrupts are never left on,
   * as nobody would hear of them.
   */
  private boolean watchFor(Waiter waiter, long deadlineNanos) {
    long lastWorkNanos = clock.getAsLong();
    int pollsForOthers = 0;
    while (pollsForOthers < MAX_POLLS_FOR_OTHERS) {
      if (!ownSoon()) {
        // He may only send something, and then nobody sleeps on the interrupts.
        driver.takeOver();
        return false;
      }
      long nowNanos = clock.getAsLong();
      Parker place = pollAndMakeBed(waiter, nowNanos, deadlineNanos);
      if (place == null) {
        if (isWatchOver(waiter, nowNanos, deadlineNanos)) {
          return true;
        }
        pollsForOthers++;
        lastWorkNanos = nowNanos;
      } else {
        long longestNanos = idle.interruptSleepNanos(nowNanos - lastWorkNanos);
        sleep(waiter, place, nowNanos, Math.min(longestNanos, deadlineNanos - nowNanos));
      }
    }
    return false;
  }

  private boolean isWatchOver(Waiter waiter, long nowNanos, long deadlineNanos) {
    return watch.isClosed() || isOver(waiter, nowNanos, deadlineNanos);
  }

  /** Takes the shard once those are done who only send something. */
  @SuppressWarnings("ThreadPriorityCheck") // they may need this very processor for it
  private boolean ownSoon() {
    for (int yields = 0; yields < MAX_YIELDS_TO_OWNER; yields++) {
      if (shard.tryOwn()) {
        return true;
      }
      Thread.yield();
    }
    return false;
  }

  /** The owner's last poll before it sleeps. Returns where, or null if it must not. */
  private @Nullable Parker pollAndMakeBed(Waiter waiter, long nowNanos, long deadlineNanos) {
    try {
      boolean worked = shard.poll(nowNanos) > 0;
      return worked || isWatchOver(waiter, nowNanos, deadlineNanos) ? null : bed.make();
    } finally {
      shard.release();
    }
  }

  private void sleep(Waiter waiter, Parker place, long nowNanos, long longestNanos) {
    Alarm alarm = watch.watchersAlarm();
    long nanos = alarm.set(place, nowNanos, 0, longestNanos);
    try {
      waiter.park(place, nanos);
    } finally {
      alarm.off();
    }
  }

  private void relyOnOthers(Waiter waiter, long deadlineNanos) {
    driver.beginPark(waiter);
    try {
      waiter.park(
          deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - clock.getAsLong());
    } finally {
      driver.endPark(waiter);
    }
  }
}
