package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.ParkedWaiters;
import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.counters.Counter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The background thread that keeps a shard going while no application thread polls it: all parked,
 * or busy computing. It never competes: when somebody else polls it stands by in long sleeps, from
 * which a thread about to park wakes it.
 */
final class Driver implements Runnable {

  /** A poll by another thread this recently means that it is at it and will be again. */
  private static final long RECENT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** How long it stands by at most while some threads are parked and another one polls. */
  private static final long RELIED_ON_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final int SILENCE_FRACTION = 16;

  /** A sleep longer than it takes to be woken by an interrupt: 60 µs or so. */
  private static final long INTERRUPT_WORTH_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  /** How long it leaves a machine alone that has no memory left, say. */
  private static final long MISHAP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Shard shard;
  private final IdleStrategy idle;
  private final LongSupplier clock;
  private final Thread thread;

  private final ParkedWaiters parkedWaiters = new ParkedWaiters();

  private volatile boolean closed;
  private volatile boolean standingBy;

  /** The last poll before somebody parked, who will not poll again soon. */
  private volatile long abandonedPollNanos;

  /** When this thread polled last, to tell its own polls from those of others. */
  private long ownPollNanos;

  private long lastWorkNanos;

  /** Whether the devices end the next sleep when a frame arrives. */
  private boolean onInterrupts;

  Driver(Shard shard, IdleStrategy idle, LongSupplier clock) {
    this.shard = shard;
    this.idle = idle;
    this.clock = clock;
    this.thread = Thread.ofPlatform().daemon().name("sidestep-driver").unstarted(this);
  }

  void start() {
    thread.start();
  }

  /**
   * Called by a thread about to park, which therefore relies on this one. The count of those and
   * {@code standingBy} are Dekker's two flags: either the driver sees the thread or the thread sees
   * the driver standing by and wakes it.
   */
  void beginPark(Waiter waiter) {
    abandonedPollNanos = shard.lastPollNanos();
    parkedWaiters.add(waiter);
    if (standingBy) {
      LockSupport.unpark(thread);
    }
  }

  /** Called by a thread that was parked. */
  void endPark(Waiter waiter) {
    parkedWaiters.remove(waiter);
  }

  /** Nobody will poll any more: the parked threads leave, and nobody parks. */
  void endParking() {
    parkedWaiters.close();
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
    long now = clock.getAsLong();
    shard.defects().log(now);
    if (othersPoll(now)) {
      standBy(now);
    } else {
      if (pollOnce(now)) {
        // Whoever waited for this is awake now and polls from here on; if nobody does there may be
        // more, and the shortest sleep is long enough for a ring to overflow.
        lastWorkNanos = now;
      } else {
        sleep(now);
      }
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

  private boolean othersPoll(long now) {
    long lastPoll = shard.lastPollNanos();
    boolean others = lastPoll != ownPollNanos && lastPoll != abandonedPollNanos;
    boolean recently = others && now - lastPoll < RECENT_NANOS;
    return recently || shard.isOwned();
  }

  private void standBy(long now) {
    lastWorkNanos = now;
    standingBy = true;
    if (!closed) {
      // Whoever is parked already relies on us once the other thread stops polling.
      boolean reliedOn = parkedWaiters.count() > 0;
      long longest = reliedOn ? RELIED_ON_NANOS : idle.standbySleepNanos();
      shard.alarm().sleep(now, idle.driverMinSleepNanos(), longest);
    }
    standingBy = false;
  }

  private boolean pollOnce(long now) {
    if (!shard.tryOwn()) {
      return false;
    }
    try {
      ownPollNanos = now;
      shard.counters().increment(Counter.DRIVER_POLLS);
      boolean worked = shard.poll(now) > 0;
      onInterrupts = !worked && isInterruptWorthIt(now) && shard.alarm().enableInterrupts();
      return worked;
    } finally {
      shard.release();
    }
  }

  private boolean isInterruptWorthIt(long now) {
    long sleepNanos = (now - lastWorkNanos) / SILENCE_FRACTION;
    return sleepNanos > INTERRUPT_WORTH_NANOS && idle.interruptSleepNanos() > 0;
  }

  /**
   * Sleeps until the devices tell of a frame or, where they cannot, for a fraction of the silence
   * so far, so that waiting costs little of either; but no longer than until the next timer.
   */
  private void sleep(long now) {
    long silence = now - lastWorkNanos;
    long least = idle.driverMinSleepNanos();
    long longest =
        onInterrupts
            ? idle.interruptSleepNanos()
            : Math.clamp(silence / SILENCE_FRACTION, least, idle.driverMaxSleepNanos());
    onInterrupts = false;
    shard.alarm().sleep(now, least, longest);
  }

  /** Ends the thread and waits until it is gone, for so long at most. Returns whether it is. */
  boolean close(long patienceNanos) {
    closed = true;
    shard.alarm().endSleep(thread);
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
