package dev.sidestep.stack.concurrent;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends one thread's sleep in time for a shard's next timer, also when the timer is set meanwhile.
 * While somebody owns the shard the timers are his, and he says when he gives it back how long they
 * can be left alone.
 *
 * <p>The protocol is Dekker's, both sides separated by a full fence, so that no timer is slept
 * through:
 *
 * <pre>
 *   sleeper                                    owner
 *                                              deadline = earliest timer
 *   wakeAt = now + longest                     owner = nobody
 *   -- full fence --                           -- full fence --
 *   if (owner is nobody)                       if (deadline &lt; wakeAt)
 *     wakeAt = min(wakeAt, deadline)             wake the sleeper
 *   sleep until wakeAt
 * </pre>
 *
 * <p>Threads: one sleeps; whoever has given back ownership rings.
 */
public class Alarm {

  private static final long AWAKE = Long.MIN_VALUE;

  private final Ownership<?> ownership;

  private volatile long wakeAtNanos = AWAKE;
  private volatile @Nullable Thread sleeper;

  /** An alarm for the timers of whoever has {@code ownership}. */
  public Alarm(Ownership<?> ownership) {
    this.ownership = ownership;
  }

  /**
   * Wakes the sleeping thread if it would sleep for too long; after {@link Ownership} was released.
   *
   * @param deadlineNanos when the earliest timer is due, or {@link Ownership#NEVER}
   */
  public final void ring(long deadlineNanos) {
    if (deadlineNanos < wakeAtNanos) {
      Thread thread = sleeper;
      if (thread != null) {
        interruptSleep(thread);
      }
    }
  }

  /**
   * Sleeps until the next timer, for {@code longestNanos}, until woken or for no reason at all.
   *
   * @param nowNanos the time now, on the clock of the timers
   * @param leastNanos how long to sleep if a timer is due already
   */
  public final void sleep(long nowNanos, long leastNanos, long longestNanos) {
    long wakeAt = nowNanos + longestNanos;
    sleeper = Thread.currentThread();
    wakeAtNanos = wakeAt;
    VarHandle.fullFence();
    if (!ownership.isHeld()) {
      // Said too, so that a release that leaves the same timer wakes nobody.
      wakeAt = Math.min(wakeAt, ownership.deadlineNanos());
      wakeAtNanos = wakeAt;
    }
    try {
      sleep(wakeAt == Ownership.AT_ONCE ? leastNanos : Math.max(wakeAt - nowNanos, leastNanos));
    } finally {
      wakeAtNanos = AWAKE;
    }
  }

  /** How the thread sleeps. */
  protected void sleep(long nanos) {
    LockSupport.parkNanos(this, nanos);
  }

  /** How the sleep is ended; the counterpart of {@link #sleep(long)}. */
  protected void interruptSleep(Thread thread) {
    LockSupport.unpark(thread);
  }
}
