package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Alarm;
import dev.sidestep.stack.concurrent.Parker;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.concurrent.Watch;
import dev.sidestep.stack.counters.Counter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The background thread that keeps a shard going while no application thread polls it or watches
 * over it ({@link Watch}): all parked, or busy computing. It never competes: when somebody else
 * sees to the shard it stands by in long sleeps, from which a thread about to park wakes it.
 */
final class Driver implements Runnable {

  /** A poll by another thread this recently means that it is at it and will be again. */
  private static final long RECENT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private static final int SILENCE_FRACTION = 16;

  /** How long it leaves a machine alone that has no memory left, say. */
  private static final long MISHAP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Shard shard;
  private final IdleStrategy idle;
  private final LongSupplier clock;
  private final Thread thread;

  private final Watch watch;
  private final Interrupts.Bed bed;

  /** This thread's own sleep: until the next timer or until somebody needs it. */
  private final Waiter sleeper =
      new Waiter() {
        @Override
        public boolean isReady() {
          return called || closed;
        }
      };

  private volatile boolean closed;
  private volatile boolean standingBy;

  /** Whether somebody relies on it from now on. */
  private volatile boolean called;

  /** The last poll before somebody parked, who will not poll again soon. */
  private volatile long abandonedPollNanos;

  private long lastWorkNanos;

  /** Where the devices end the next sleep when a frame arrives; null where they cannot. */
  private @Nullable Parker onInterrupts;

  /** Whether the last sleep was one of those: a frame that ends it is nobody else's business. */
  private boolean wasOnInterrupts;

  Driver(Shard shard, IdleStrategy idle, LongSupplier clock) {
    this.shard = shard;
    this.idle = idle;
    this.clock = clock;
    this.watch = shard.watch();
    this.bed = shard.interrupts().new Bed();
    this.thread = Thread.ofPlatform().daemon().name("sidestep-driver").unstarted(this);
  }

  void start() {
    thread.start();
  }

  /**
   * Called by a thread that may have polled, now relies on somebody and has found no watcher: the
   * driver looks at once, unless it was the last to poll. {@code standingBy} and what this thread
   * has told the watch are Dekker's two flags: either the driver sees that thread, or the thread
   * sees that nobody looks.
   */
  void takeOverFromPoller() {
    abandonedPollNanos = watch.lastPollNanos();
    if (standingBy || !watch.isDriversPollLast()) {
      called = true;
      sleeper.wake();
    }
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        turn();
      } catch (Throwable thrown) {
        // Everybody relies on this thread, whatever happens to it.
        survive(thrown);
      }
    }
  }

  private void turn() {
    called = false;
    long now = clock.getAsLong();
    shard.defects().log(now);
    if (othersSeeToIt(now)) {
      standBy(now);
    } else if (pollOnce(now)) {
      // Whoever waited for this is awake now and polls from here on; if nobody does there may be
      // more, and the shortest sleep is long enough for a ring to overflow.
      lastWorkNanos = now;
    } else {
      sleep(now);
    }
  }

  /** What was thrown in a poll is known already; a pause, in case it comes again at once. */
  private void survive(Throwable thrown) {
    try {
      LockSupport.parkNanos(this, MISHAP_PAUSE_NANOS);
    } catch (Throwable again) {
      thrown.addSuppressed(again);
    }
  }

  private boolean othersSeeToIt(long now) {
    long lastPoll = watch.lastPollNanos();
    boolean others = !watch.isDriversPollLast() && lastPoll != abandonedPollNanos;
    boolean recently = others && now - lastPoll < RECENT_NANOS;
    // Whoever has it now may only send something, and leaves the interrupts to us.
    boolean atIt = !wasOnInterrupts && (recently || shard.isOwned());
    return atIt || watch.isHeld();
  }

  private void standBy(long now) {
    lastWorkNanos = now;
    wasOnInterrupts = false;
    standingBy = true;
    // Whoever is parked already relies on us once the other thread stops polling.
    long longest = idle.standbySleepNanos();
    if (watch.isHeld()) {
      // The watcher leaves us to sleep until it goes, and while there is traffic it comes and goes.
      longest = Math.max(longest, idle.interruptSleepNanos(now - watch.lastPollNanos()));
    }
    sleep(Parker.THREAD, now, longest);
    standingBy = false;
  }

  private boolean pollOnce(long now) {
    if (!shard.tryOwn()) {
      return false;
    }
    try {
      watch.driverPolls(now);
      shard.counters().increment(Counter.DRIVER_POLLS);
      boolean worked = shard.poll(now) > 0;
      if (!worked && idle.interruptSleepNanos() > 0) {
        onInterrupts = bed.make(Parker.THREAD);
      }
      return worked;
    } finally {
      shard.release();
    }
  }

  /**
   * Sleeps until the devices tell of a frame or, where they cannot, for a fraction of the silence
   * so far, so that waiting costs little of either; but no longer than until the next timer.
   */
  private void sleep(long now) {
    long silence = now - lastWorkNanos;
    Parker place = onInterrupts;
    onInterrupts = null;
    wasOnInterrupts = place != null;
    if (place != null) {
      sleep(place, now, idle.interruptSleepNanos(silence));
    } else {
      long longest =
          Math.clamp(
              silence / SILENCE_FRACTION, idle.driverMinSleepNanos(), idle.driverMaxSleepNanos());
      sleep(Parker.THREAD, now, longest);
    }
  }

  private void sleep(Parker place, long now, long longest) {
    Alarm alarm = watch.driversAlarm();
    long nanos = alarm.set(place, now, idle.driverMinSleepNanos(), longest);
    try {
      sleeper.park(place, nanos);
    } finally {
      alarm.off();
      bed.leave();
    }
  }

  /** Ends the thread and waits until it is gone, for so long at most. Returns whether it is. */
  boolean close(long patienceNanos) {
    closed = true;
    sleeper.wake();
    long deadlineNanos = clock.getAsLong() + patienceNanos;
    boolean interrupted = false;
    while (thread.isAlive() && clock.getAsLong() - deadlineNanos < 0) {
      try {
        thread.join(Duration.ofNanos(deadlineNanos - clock.getAsLong()));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
