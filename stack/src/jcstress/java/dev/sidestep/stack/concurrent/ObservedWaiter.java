package dev.sidestep.stack.concurrent;

/**
 * A waiter whose sleep lasts until somebody ends it or until it is certain that nobody will: the
 * thread that should have is gone.
 */
abstract class ObservedWaiter extends Waiter implements Parker {

  private volatile boolean woken;
  private volatile boolean wakerGone;
  private int sleep;

  @Override
  protected final Parker parker() {
    return this;
  }

  @Override
  public final void park(Waiter waiter, long nanos) {
    while (!woken && !wakerGone) {
      Thread.onSpinWait();
    }
    sleep = woken ? 1 : 2;
  }

  @Override
  public final void unpark(Thread sleeper) {
    woken = true;
  }

  /** Parks. Returns 0 if it did not sleep, 1 if it was woken, 2 if nobody woke it. */
  final int parkObserved() {
    park(Long.MAX_VALUE);
    return sleep;
  }

  /** The other thread, when it will do nothing more. */
  final void wakerIsGone() {
    wakerGone = true;
  }
}
