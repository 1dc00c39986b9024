package dev.sidestep.stack.tcp.congestion;

/**
 * How many bytes a connection may have in flight, and how fast they may leave. An implementation
 * holds the state of one connection; it hears of events and is asked for window and rate, and knows
 * nothing else (Linux: tcp_congestion_ops).
 *
 * <p>What is lost and what to send again is not its business. While a loss is repaired the window
 * comes down to {@link #slowStartThresholdBytes()} by {@link ProportionalRateReduction}, unless the
 * controller {@link #controlsRecovery() wants it otherwise}.
 *
 * <p>Threads: the shard's owner.
 */
public interface CongestionControl {

  /** What {@link #pacingBytesPerSecond()} returns when output need not be paced. */
  long NOT_PACED = 0;

  /** Cwnd in bytes, at least one segment. */
  int windowBytes();

  /** Ssthresh in bytes. */
  int slowStartThresholdBytes();

  /** Whether the window still grows exponentially. */
  default boolean inSlowStart() {
    return windowBytes() < slowStartThresholdBytes();
  }

  /** The rate at which segments may leave, or {@link #NOT_PACED}. */
  default long pacingBytesPerSecond() {
    return NOT_PACED;
  }

  /**
   * Whether {@link #onAck} is called for each acknowledgement, and alone decides on the window,
   * during recovery too (Linux: cong_control).
   */
  default boolean controlsRecovery() {
    return false;
  }

  /** SMSS has changed, for instance because a router named a smaller MTU. */
  void setSegmentBytes(int segmentBytes);

  /** Something was delivered, and the window may grow. */
  void onAck(AckSample sample);

  /** A loss was noticed, of which recovery makes good: sets the threshold to come down to. */
  void onLoss(long nowNanos);

  /** Recovery decides on the window at each acknowledgement. */
  void setWindow(int windowBytes);

  /** All that was in flight when the loss was noticed has arrived. */
  void onRecovered(long nowNanos);

  /**
   * The retransmission timer has run out. The threshold is to be set, the window to allow for one
   * segment.
   *
   * @param again whether an earlier timeout or recovery has set the threshold for this flight
   */
  void onTimeout(int inFlightBytes, boolean again, long nowNanos);

  /**
   * Nothing had been lost: what was last done about it is to be taken back.
   *
   * @param priorWindowBytes window before
   * @param priorThresholdBytes threshold before
   */
  void onSpuriousLoss(int priorWindowBytes, int priorThresholdBytes);

  /** Nothing was sent for {@code idleNanos}, longer than the retransmission timeout. */
  void onIdle(long idleNanos, long rtoNanos);
}
