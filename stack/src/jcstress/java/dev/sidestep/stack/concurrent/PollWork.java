package dev.sidestep.stack.concurrent;

import org.jspecify.annotations.Nullable;

/** A shard without timers whose polls find nothing. */
final class PollWork implements Ownership.Work<Ownership.Request> {

  private static final long POLL_NANOS = 1;

  /** When the keeper must look if somebody relies on it. */
  static final long DEADLINE_NANOS = POLL_NANOS + Watch.RELIED_ON_NANOS;

  final Ownership<Ownership.Request> ownership = new Ownership<>(this);
  final Watch watch = new Watch(ownership);

  @Override
  public void carryOut(Ownership.@Nullable Request own, int bits) {}

  @Override
  public long deadlineNanos() {
    return Ownership.NEVER;
  }

  @Override
  public void released(long deadlineNanos) {
    watch.released(deadlineNanos);
  }

  /** As the keeper does that is about to sleep on the devices' interrupts. */
  void makeBed() {
    watch.setArmed(true);
    watch.goToBed(this);
  }

  /** Polls if nobody has ownership. */
  void poll() {
    if (ownership.tryTake()) {
      try {
        watch.setArmed(false);
        watch.polled(POLL_NANOS, false);
      } finally {
        ownership.release();
      }
    }
  }
}
