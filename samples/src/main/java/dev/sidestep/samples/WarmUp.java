package dev.sidestep.samples;

import java.util.concurrent.TimeUnit;

/**
 * What a measurement does first and does not count, so that it shows a program that has been
 * running for a while and not the JVM's compiler. It lasts for a number of rounds and for a time,
 * whichever takes longer.
 */
final class WarmUp {
  private final long leastRounds;
  private final long leastNanos;
  private final long startNanos = System.nanoTime();
  private long rounds;

  /** Begins now. */
  WarmUp(long leastRounds, long leastSeconds) {
    this.leastRounds = leastRounds;
    this.leastNanos = TimeUnit.SECONDS.toNanos(leastSeconds);
  }

  /** Whether to go round once more; asked before each round. */
  boolean goesOn() {
    return rounds++ < leastRounds || System.nanoTime() - startNanos < leastNanos;
  }
}
