package dev.sidestep.stack.concurrent;

/**
 * How long one waiting thread spins before it sleeps, learnt from how long it slept (as KVM's
 * halt_poll_ns). Two peers that both sleep answer each other so slowly that each would always have
 * stopped spinning before the answer: a fixed budget would keep them asleep for ever. So a sleep
 * that a longer spin would have avoided doubles the budget, and a long one sets it back.
 *
 * <p>Threads: the one that waits.
 */
public final class SpinBudget {

  private long nanos;

  /** The time to spin, at least {@code leastNanos}. */
  public long nanos(long leastNanos) {
    return Math.max(nanos, leastNanos);
  }

  /**
   * Learns from a sleep.
   *
   * @param sleptNanos how long it lasted
   * @param leastNanos the budget after a long sleep
   * @param mostNanos the most it grows to; a sleep longer than that could not have been avoided
   */
  public void slept(long sleptNanos, long leastNanos, long mostNanos) {
    long current = nanos(leastNanos);
    long doubled = current > mostNanos / 2 ? mostNanos : current * 2;
    nanos = sleptNanos < mostNanos ? doubled : leastNanos;
  }
}
