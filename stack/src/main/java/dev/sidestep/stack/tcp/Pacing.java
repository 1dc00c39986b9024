package dev.sidestep.stack.tcp;

import dev.sidestep.stack.tcp.congestion.CongestionControl;

/** Spreads what a connection sends over time, at the rate its congestion control asks for. */
final class Pacing {

  /** What a pace that was not used up may be made up for at once, as in Linux about a burst. */
  static final long CREDIT_NANOS = 1_000_000;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Before this nothing more is to leave. */
  private long untilNanos = Long.MIN_VALUE;

  /** Whether a segment may leave now; if not, {@link #nextNanos} tells when. */
  boolean mayLeave(long nowNanos) {
    return nowNanos >= untilNanos;
  }

  long nextNanos() {
    return untilNanos;
  }

  /** What has left is to be followed at this rate, or {@link CongestionControl#NOT_PACED}. */
  void onSent(int bytes, long bytesPerSecond, long nowNanos) {
    if (bytesPerSecond != CongestionControl.NOT_PACED) {
      long from = Math.max(untilNanos, nowNanos - CREDIT_NANOS);
      untilNanos = from + (bytes * NANOS_PER_SECOND / bytesPerSecond);
    }
  }
}
