package dev.sidestep.stack.concurrent;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** All that is owned: a timer. */
final class TimerWork implements Ownership.Work<Ownership.Request> {

  static final long DEADLINE_NANOS = 10;

  final Ownership<Ownership.Request> ownership = new Ownership<>(this);

  /** Hears of the timer at each release. */
  LongConsumer onReleased = deadlineNanos -> {};

  @Override
  public void carryOut(Ownership.@Nullable Request own, int bits) {}

  @Override
  public long deadlineNanos() {
    return DEADLINE_NANOS;
  }

  @Override
  public void released(long deadlineNanos) {
    onReleased.accept(deadlineNanos);
  }

  void takeAndRelease() {
    if (ownership.tryTake()) {
      ownership.release();
    }
  }
}
