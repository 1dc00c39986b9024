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

  /** Linux: TCP_MSS_DEFAULT, from which its estimate of the peer's segments starts. */
  private static final int INITIAL_SEGMENT_BYTES = 536;

  /** Largest segment seen: what counts as full (Linux: rcv_mss). */
  private int fullSegmentBytes = INITIAL_SEGMENT_BYTES;

  /** Segments since the last ACK behind which the peer had nothing more to send; 2 for many. */
  private int pushes;

  /** A segment with data was received in order; {@code pushed} if it says PSH. */
  void onDataReceived(int payloadBytes, boolean pushed, long rtoNanos, long nowNanos) {
    if (payloadBytes < fullSegmentBytes) {
      // Linux: ICSK_ACK_PUSHED, ICSK_ACK_PUSHED2.
      pushes = Math.min(pushes + 1, 2);
    } else {
      fullSegmentBytes = payloadBytes;
      pushes = Math.max(pushes, pushed ? 1 : 0);
    }
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

  /** No data was sent for so long that the ACK had to go alone: it is no conversation. */
  void onDelayOver() {
    pingPong = false;
  }

  /** An acknowledgement left, by itself or with data. */
  void onAckSent() {
    pushes = 0;
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

  /**
   * Whether a delayed ACK is due once the application has read everything (Linux:
   * tcp_cleanup_rbuf). A peer that sends small segments one way may wait for it before it sends the
   * next (Nagle). In a conversation the answer will carry it, unless the peer sent two.
   */
  boolean isDueWhenDrained() {
    return pushes > (pingPong ? 1 : 0);
  }
}
