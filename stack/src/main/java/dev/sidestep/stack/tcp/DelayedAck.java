package dev.sidestep.stack.tcp;

/**
 * When to acknowledge (RFC 9293 §3.8.6.3, RFC 5681 §4.2), as Linux does it: at once while a
 * connection starts, because the peer's slow start needs the ACKs ("quick"); late once the
 * application answers data with data ("ping-pong"), because then the answer carries the ACK.
 */
final class DelayedAck {

  /** Linux: TCP_MAX_QUICKACKS. */
  private static final int MAX_QUICK_ACKS = 16;

  private int quickAcks = MAX_QUICK_ACKS;
  private boolean pingPong;
  private long lastDataReceivedNanos = Long.MIN_VALUE;

  /** Largest segment seen: what counts as full (Linux: rcv_mss). */
  private int fullSegmentBytes;

  /** A segment with data was received in order. */
  void onDataReceived(int payloadBytes, long rtoNanos, long nowNanos) {
    fullSegmentBytes = Math.max(fullSegmentBytes, payloadBytes);
    if (lastDataReceivedNanos != Long.MIN_VALUE && nowNanos - lastDataReceivedNanos > rtoNanos) {
      // The peer paused for so long that its congestion window starts anew.
      quickAcks = MAX_QUICK_ACKS;
    }
    lastDataReceivedNanos = nowNanos;
  }

  /** Something is wrong with the order of the segments: the peer needs each ACK to repair it. */
  void onDisorder() {
    pingPong = false;
    quickAcks = Math.max(quickAcks, 2);
  }

  /** TCP_QUICKACK was set. */
  void enterQuickMode() {
    pingPong = false;
    quickAcks = MAX_QUICK_ACKS;
  }

  /** Data was sent; soon after data came in, it is an answer. */
  void onDataSent(long delayNanos, long nowNanos) {
    if (lastDataReceivedNanos != Long.MIN_VALUE && nowNanos - lastDataReceivedNanos < delayNanos) {
      pingPong = true;
    }
  }

  /** An acknowledgement left, by itself or with data. */
  void onAckSent() {
    if (quickAcks > 0) {
      quickAcks--;
    }
  }

  /**
   * Whether an ACK is due at once.
   *
   * @param unacknowledgedBytes received in order and not acknowledged yet
   */
  boolean isDue(int unacknowledgedBytes) {
    // RFC 5681 §4.2: at least every second full-sized segment.
    return unacknowledgedBytes > fullSegmentBytes || (quickAcks > 0 && !pingPong);
  }
}
