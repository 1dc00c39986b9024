package dev.sidestep.stack.tcp;

/** Smoothed round-trip time and retransmission timeout (RFC 6298), in integer nanoseconds. */
final class RttEstimator {

  /** Linux's sysctls, the same for all: one reference. */
  private final TcpConfig config;

  private long smoothedNanos;
  private long variationNanos;
  private long rtoNanos;
  private int backoffs;

  RttEstimator(TcpConfig config) {
    this.config = config;
    rtoNanos = config.initialRtoNanos();
  }

  /**
   * Takes in one measurement of a segment sent only once (Karn), or told apart by timestamps. Only
   * that takes the doublings back (RFC 6298 §5, last paragraph): where the round trip is longer
   * than the timeout, every segment would be sent twice for ever.
   */
  void sample(long rttNanos) {
    backoffs = 0;
    long sample = Math.max(rttNanos, 1);
    if (smoothedNanos == 0) {
      smoothedNanos = sample;
      variationNanos = sample >> 1;
    } else {
      long error = Math.abs(smoothedNanos - sample);
      variationNanos += (error - variationNanos) >> 2;
      smoothedNanos += (sample - smoothedNanos) >> 3;
    }
    // Linux: the floor is below the variation, not below the sum. RFC 6298 §2.4 would have the RTO
    // at least 1 s, which is long for what is lost in a data centre.
    long margin = Math.max(4 * variationNanos, config.minRtoNanos());
    rtoNanos = Math.min(smoothedNanos + margin, config.maxRtoNanos());
  }

  /** SRTT, or 0 before the first sample. */
  long smoothedNanos() {
    return smoothedNanos;
  }

  /** The retransmission timeout, backed off. */
  long rtoNanos() {
    return Math.min(rtoNanos << Math.min(backoffs, 20), config.maxRtoNanos());
  }

  /** Doubles the timeout (RFC 6298 §5.5). */
  void backOff() {
    backoffs++;
  }

  /** Whether the timeout cannot grow any more. */
  boolean isFullyBackedOff() {
    return rtoNanos() == config.maxRtoNanos();
  }

  /** Takes the doublings back: they were those of the handshake or of window probes. */
  void resetBackoff() {
    backoffs = 0;
  }
}
