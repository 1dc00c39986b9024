package dev.sidestep.stack.icmp;

import java.util.concurrent.TimeUnit;

/**
 * Limits how many ICMP errors leave (RFC 1812 §4.3.2.8): 1000 per second with bursts of 50, as
 * Linux's icmp_msgs_per_sec and icmp_msgs_burst.
 *
 * <p>A token bucket in its virtual form: {@code fullAtNanos} is when the bucket will be full again.
 * Each message moves that on by one interval, and a message may not move it further ahead of now
 * than a burst's worth.
 */
final class IcmpRateLimit {

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int BURST_MESSAGES = 50;
  private static final long BURST_NANOS = BURST_MESSAGES * INTERVAL_NANOS;

  private long fullAtNanos = Long.MIN_VALUE;

  /** Whether one more message may be sent now; if so, counts it. */
  boolean tryTake(long nowNanos) {
    long fullAt = Math.max(fullAtNanos, nowNanos) + INTERVAL_NANOS;
    if (fullAt - nowNanos > BURST_NANOS) {
      return false;
    }
    fullAtNanos = fullAt;
    return true;
  }
}
