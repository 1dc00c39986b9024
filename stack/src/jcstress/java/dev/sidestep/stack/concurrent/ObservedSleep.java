package dev.sidestep.stack.concurrent;

/**
 * A sleep by an {@link Alarm} that lasts, if it is a long one, until somebody ends it or until it
 * is certain that nobody will: the thread that should have is gone.
 */
abstract class ObservedSleep implements Parker {

  private static final long LONGEST_NANOS = 100;

  private volatile boolean woken;
  private volatile boolean wakerGone;

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
    long nanos = alarm.set(this, 0, 1, LONGEST_NANOS);
    try {
      if (nanos <= TimerWork.DEADLINE_NANOS) {
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

  /** The other threads, when they will do nothing more. */
  final void wakerIsGone() {
    wakerGone = true;
  }
}
