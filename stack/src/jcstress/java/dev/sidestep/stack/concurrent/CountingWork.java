package dev.sidestep.stack.concurrent;

import org.jspecify.annotations.Nullable;

/** Adds up the bits it was asked for. */
final class CountingWork implements Ownership.Work<CountingWork.Wish> {

  /** Something to ask for. */
  static final class Wish extends Ownership.Request {}

  final Ownership<Wish> ownership = new Ownership<>(this);

  /** Plain on purpose: only ownership orders the accesses. */
  int carriedOut;

  /** Whether the present owner is hit by an error once. */
  boolean unlucky;

  /** By when somebody was told to come, at the latest release. */
  volatile long toldNanos = Ownership.NEVER;

  @Override
  public void carryOut(@Nullable Wish own, int bits) {
    for (Wish wish = ownership.nextRequest(); wish != null; wish = ownership.nextRequest()) {
      carriedOut += ownership.takeBits(wish);
    }
    carriedOut += bits;
  }

  @Override
  public long deadlineNanos() {
    if (unlucky) {
      unlucky = false;
      throw new StackOverflowError();
    }
    return Ownership.NEVER;
  }

  @Override
  public void released(long deadlineNanos) {
    toldNanos = deadlineNanos;
  }
}
