package dev.sidestep.stack.concurrent;

/**
 * How long one waiting thread spins before it sleeps, learnt from how long it slept (as KVM's
 * halt_poll_ns). Spinning is a bet that the answer is near. A sleep that a longer spin would have
 * avoided doubles the stake, so that two peers that both sleep do not keep each other asleep; one
 * that no spin could have avoided halves it, until nothing is left.
 *
 * <p>Threads: the one that waits.
 */
public final class SpinBudget {

  /** The smallest stake: less is hardly longer than the look that precedes the sleep. */
  public static final long SMALLEST_NANOS = 5_000;

  /** A processor that nobody wants comes back sooner. */
  private static final long SOMEBODY_RAN_NANOS = 1_000;

  private static final long UNKNOWN = -1;

  private long nanos = UNKNOWN;
  private boolean yieldsFirst;

  /**
   * The time to spin.
   *
   * @param firstNanos what it is before anything was learnt
   */
  public long nanos(long firstNanos) {
    return nanos == UNKNOWN ? firstNanos : nanos;
  }

  /**
   * Learns from a sleep.
   *
   * @param sleptNanos how long it lasted
   * @param firstNanos what the budget is before anything was learnt
   * @param mostNanos the most it grows to; a sleep longer than that could not have been avoided
   */
  public void slept(long sleptNanos, long firstNanos, long mostNanos) {
    long current = nanos(firstNanos);
    if (sleptNanos < mostNanos) {
      nanos = current > mostNanos / 2 ? mostNanos : Math.max(2 * current, SMALLEST_NANOS);
    } else {
      nanos = current < 2 * SMALLEST_NANOS ? 0 : current / 2;
    }
  }

  /** Whether the one who answers shares this processor: he can as soon as it is offered to him. */
  public boolean yieldsFirst() {
    return yieldsFirst;
  }

  /**
   * Learns from an answer that was there when the processor came back.
   *
   * @param awayNanos how long it was offered to others
   */
  public void answeredAfterYield(long awayNanos) {
    yieldsFirst = awayNanos >= SOMEBODY_RAN_NANOS;
  }
}
