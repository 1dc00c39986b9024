package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;
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
 *     wakeAt = min(wakeAt, deadline)             unpark the sleeper
 *   park until wakeAt
 * </pre>
 *
 * <p>The sleep itself may be anywhere, since a {@link Parker} keeps the permit of whoever rings
 * before it has begun.
 *
 * <p>Threads: one sleeps; whoever has given back ownership rings.
 */
public final class Alarm {

  private static final long AWAKE = Long.MIN_VALUE;

  private static final VarHandle WAKE_AT;

  static {
    try {
      WAKE_AT = MethodHandles.lookup().findVarHandle(Alarm.class, "wakeAtNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LongSupplier deadlineNanos;

  private volatile long wakeAtNanos = AWAKE;

  // Both written before wakeAtNanos and read after it. Who reads those of a later sleep ends that
  // one for no reason, which it allows.
  private Parker place = Parker.THREAD;
  private @Nullable Thread sleeper;

  /**
   * An alarm.
   *
   * @param deadlineNanos when to get up, {@link Ownership#NEVER} included; asked by the thread that
   *     is about to sleep
   */
  Alarm(LongSupplier deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Wakes the sleeping thread if it would sleep for too long, once; after {@link Ownership} was
   * released.
   *
   * @param byNanos when it must be awake, or {@link Ownership#NEVER}
   */
  public void ring(long byNanos) {
    long wakeAt = wakeAtNanos;
    while (byNanos < wakeAt) {
      // Whoever sleeps again for the very same time is woken for no reason, which is allowed.
      if (WAKE_AT.compareAndSet(this, wakeAt, AWAKE)) {
        unparkSleeper();
        return;
      }
      wakeAt = wakeAtNanos;
    }
  }

  private void unparkSleeper() {
    Thread thread = sleeper;
    if (thread != null) {
      place.unpark(thread);
    }
  }

  /**
   * Announces that the calling thread is about to park in {@code parker}; when it is awake again it
   * calls {@link #off}. Returns for how long it may: until the next timer, at most {@code
   * longestNanos}.
   *
   * @param nowNanos the time now, on the clock of the timers
   * @param leastNanos how long to sleep if a timer is due already
   */
  public long set(Parker parker, long nowNanos, long leastNanos, long longestNanos) {
    place = parker;
    sleeper = Thread.currentThread();
    long wakeAt = nowNanos + longestNanos;
    wakeAtNanos = wakeAt;
    VarHandle.fullFence();
    // Said too, so that a release that leaves the same timer wakes nobody.
    long least = Math.min(wakeAt, deadlineNanos.getAsLong());
    // Unless it has rung: then the permit is there.
    WAKE_AT.compareAndSet(this, wakeAt, least);
    wakeAt = least;
    return wakeAt == Ownership.AT_ONCE ? leastNanos : Math.max(wakeAt - nowNanos, leastNanos);
  }

  /** The thread is awake and looks after the timers, or leaves them to others. */
  public void off() {
    wakeAtNanos = AWAKE;
  }
}
