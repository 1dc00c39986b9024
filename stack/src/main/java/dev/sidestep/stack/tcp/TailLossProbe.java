package dev.sidestep.stack.tcp;

/**
 * Tail loss probe (RFC 8985 §7): when ACKs stop coming, one more segment asks for them, long before
 * the retransmission timer would. What comes back tells RACK what is lost, instead of the timer
 * taking everything for lost.
 */
final class TailLossProbe {

  /** What an acknowledgement says about a probe. */
  enum Verdict {
    /** Nothing yet, or there was no probe. */
    NONE,
    /** The probe was new data, or went for nothing. */
    NO_LOSS,
    /** The probe has repaired a loss, which nobody else will notice (§7.4.2). */
    REPAIRED
  }

  /** Linux: TCP_TIMEOUT_MIN, two ticks of a millisecond. */
  private static final long LEAST_NANOS = 2_000_000;

  /** SND.NXT when the probe was sent (TLP.end_seq), while {@link #outstanding}. */
  private int endSeq;

  private boolean outstanding;
  private boolean wasCopy;

  /**
   * PTO (§7.2): two round trips, and time for a delayed ACK if there is only one segment to
   * acknowledge.
   */
  static long timeoutNanos(long smoothedRttNanos, boolean single, TcpConfig config) {
    if (smoothedRttNanos == 0) {
      return config.initialRtoNanos();
    }
    // The longest delay of an ACK that Linux reckons with.
    return 2 * smoothedRttNanos + (single ? config.minRtoNanos() : LEAST_NANOS);
  }

  /** Whether a probe has not been answered yet: there is at most one. */
  boolean isOutstanding() {
    return outstanding;
  }

  /** A probe was sent. */
  void onSent(int sndNxt, boolean copy) {
    outstanding = true;
    endSeq = sndNxt;
    wasCopy = copy;
  }

  /** Whether a D-SACK that ends at {@code right} speaks of the probe. */
  boolean isProbe(int right) {
    return outstanding && right == endSeq;
  }

  /** Recovery has begun, which finds out everything by itself. */
  void forget() {
    outstanding = false;
  }

  /**
   * An acknowledgement has come (§7.4).
   *
   * @param duplicateReported whether it carries a D-SACK for the probe
   * @param pureDuplicate whether it tells of nothing new at all
   */
  Verdict onAck(int segAck, boolean duplicateReported, boolean pureDuplicate) {
    if (!outstanding || SequenceNumber.lt(segAck, endSeq)) {
      return Verdict.NONE;
    }
    if (!wasCopy || duplicateReported) {
      outstanding = false;
      return Verdict.NO_LOSS;
    }
    if (SequenceNumber.gt(segAck, endSeq)) {
      outstanding = false;
      return Verdict.REPAIRED;
    }
    if (pureDuplicate) {
      outstanding = false;
      return Verdict.NO_LOSS;
    }
    return Verdict.NONE;
  }
}
