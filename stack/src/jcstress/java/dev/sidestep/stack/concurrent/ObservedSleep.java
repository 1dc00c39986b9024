package dev.sidestep.stack.concurrent;

/**
 * A sleep by an {@link Alarm} that lasts, if it is a long one, until somebody ends it or until it
 * is certain that nobody will: the thread that should have is gone.
 */
abstract class ObservedSleep implements Parker {

  private final long longestNanos;
  private final long inTimeNanos;

  private volatile boolean woken;
  private volatile boolean wakerGone;

  /** A sleep that ends long after the timer of {@link TimerWork}, if nobody ends it. */
  ObservedSleep() {
    this(100, TimerWork.DEADLINE_NANOS);
  }

  /** A sleep of {@code longestNanos} that had better end after {@code inTimeNanos}. */
  ObservedSleep(long longestNanos, long inTimeNanos) {
    this.longestNanos = longestNanos;
    this.inTimeNanos = inTimeNanos;
  }

  @Override
  public final void park(Waiter waiter, long nanos) {
    throw new AssertionError("the test sleeps by itself");
  }

  @Override
  public final void unpark(Thread sleeper) {
    woken = true;
  }

  /** Returns 0 for a sleep that ends in time by itself, 1 if it was ended, 2 if nobody ended it. */
  final int sleepObserved(Alarm alarm) {
    long nanos = alarm.set(this, 0, 1, longestNanos);
    try {
      if (nanos <= inTimeNanos) {
        return 0;
      }
      while (!woken && !wakerGone) {
        Thread.onSpinWait();
      }
      return woken ? 1 : 2;
    } finally {
      alarm.off();
    }
  }

  /** A long sleep has begun; {@link #wasWoken} says in the end whether somebody ended it. */
  final void fallAsleep(Alarm alarm) {
    alarm.set(this, 0, 1, longestNanos);
  }

  final boolean wasWoken() {
    return woken;
  }

  /** The other threads, when they will do nothing more. */
  final void wakerIsGone() {
    wakerGone = true;
  }
}
