package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends one thread's sleep in time for a shard's next timer, also when the timer is set meanwhile.
 * While somebody holds the baton the timers are his, and he says when he gives it back how long
 * they can be left alone.
 *
 * <p>The protocol is Dekker's, both sides separated by a full fence, so that no timer is slept
 * through:
 *
 * <pre>
 *   sleeper                                    holder
 *                                              deadline = earliest timer
 *   wakeAt = now + longest                     baton = free
 *   -- full fence --                           -- full fence --
 *   if (baton is free)                         if (deadline &lt; wakeAt)
 *     wakeAt = min(wakeAt, deadline)             wake the sleeper
 *   sleep until wakeAt
 * </pre>
 *
 * <p>Threads: one sleeps; the baton's holder gives it back.
 */
public class Alarm {

  /** No timer is set. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final long AWAKE = Long.MIN_VALUE;

  private static final VarHandle DEADLINE;

  static {
    try {
      DEADLINE = MethodHandles.lookup().findVarHandle(Alarm.class, "deadlineNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Baton baton;

  private volatile long deadlineNanos = NEVER;

  private volatile long wakeAtNanos = AWAKE;
  private volatile @Nullable Thread sleeper;

  /** An alarm for the timers that belong to whoever holds {@code baton}. */
  public Alarm(Baton baton) {
    this.baton = baton;
  }

  /**
   * Gives the baton back and wakes the sleeping thread if it would sleep for too long.
   *
   * @param deadline when the earliest timer is due, or {@link #NEVER}
   */
  public final void release(long deadline) {
    DEADLINE.setOpaque(this, deadline);
    baton.release();
    if (deadline < wakeAtNanos) {
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
    if (!baton.isHeld()) {
      // Said too, so that a release that leaves the same timer wakes nobody.
      wakeAt = Math.min(wakeAt, deadlineNanos);
      wakeAtNanos = wakeAt;
    }
    sleep(Math.max(wakeAt - nowNanos, leastNanos));
    wakeAtNanos = AWAKE;
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
